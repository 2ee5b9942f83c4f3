"""The newsroom's desks in the admin."""

from . import article, front, library  # noqa: F401  registers them
