"""The newsroom's desks in the admin."""

from . import article, corrections, front, library, pictures  # noqa: F401  registers them
