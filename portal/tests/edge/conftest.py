"""The rig most tests share: nginx before one node that says what the test wants."""

import pytest

from portal.tests.browser.conftest import prepared, shared  # noqa: F401  fixtures
from portal.tests.edge import nginx
from portal.tests.edge.origin import Origin


@pytest.fixture
def origin():
    node = Origin()
    yield node
    node.stop()


@pytest.fixture
def edge(origin, tmp_path):
    with nginx.in_front_of(tmp_path / "edge", origin.port) as edge:
        yield edge
