"""Whatever people do, every page in every process shows it within a second and a half; a page that
shows nothing of it stays as it was, and nothing is seen before its hour.
"""

import pytest

from portal.tests.freshness import table
from portal.tests.freshness.checks import check_change

ROWS = table.rows()
IN_THEIR_HOUR = {"banner_ends"}  # test_hours


@pytest.mark.parametrize("change", [name for name in ROWS if name not in IN_THEIR_HOUR])
def test_every_reader_sees(site, room, change):
    check_change(site, getattr(room, change)(), ROWS[change])
