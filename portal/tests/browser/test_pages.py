"""What holds for every kind of page: no barrier, no jump, no stranger, no error."""

import json
import re
from dataclasses import asdict, dataclass, field

import pytest

from . import pages, tools

pytestmark = pytest.mark.browser

KINDS = [*pages.PAGES, *pages.BROKEN]
WIDTHS = {390: 844, 1440: 900}
TICKER = {
    "en": "USD 64.3008, EUR 69.4191, BRENT 58.45, AI-92 42.43, AI-95 46.32, AI-98 52.1, "
    "Diesel 48.21",
    "ru": "USD 64,3008; EUR 69,4191; BRENT 58,45; АИ-92 42,43; АИ-95 46,32; АИ-98 52,1; ДТ 48,21",
    "kk": "USD 64,3008; EUR 69,4191; BRENT 58,45; АИ-92 42,43; АИ-95 46,32; АИ-98 52,1; "
    "Дизель 48,21",
}
SPY = """
    window.refused = []
    addEventListener("securitypolicyviolation", event =>
        refused.push(`${event.effectiveDirective} ${event.blockedURI}`))
"""
LATE = re.compile(r"\.(woff2|avif|webp|jpg|svg)$|/(site|chart|converter)\.[^/]*js$")


@dataclass
class Visit:
    """A page kind at one width, seen by somebody who comes for the first time."""

    address: str
    status: int = 0
    shift: float = 0
    sideways: int = 0
    sticking_out: list = field(default_factory=list)  # on the narrowest phone
    barriers: dict = field(default_factory=dict)  # theme: lines of axe
    requests: list = field(default_factory=list)
    complaints: list = field(default_factory=list)
    stored: list = field(default_factory=list)
    pictures: list = field(default_factory=list)
    ticker: list = field(default_factory=list)


class Tab:
    """One browser tab for all visits: a new one for each would cost twice the time.

    Nothing is kept between visits: while requests pass through here, Chromium caches nothing.
    """

    def __init__(self, browser):
        self.page = browser.new_page()
        self.page.add_init_script(SPY)
        self.page.route(LATE, self._meet)
        self.page.on("request", lambda request: self.visit.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.visit.complaints.append(str(error)))
        self.page.on("console", self._hear)

    def _hear(self, message):
        # An error page is an error to Chromium's console too.
        itself = message.location["url"] == self.page.url and "status of" in message.text
        if not (itself and self.kind in pages.STATUS):
            self.visit.complaints.append(f"{message.type}: {message.text}")

    def _meet(self, route):
        if route.request.resource_type in self.delivered:
            route.continue_()
        else:
            self.kept.append(route)

    def _deliver(self, *types):
        self.delivered.update(types)
        kept, self.kept = self.kept, []
        for route in kept:
            self._meet(route)

    def look(self, kind, address, width):
        """Fonts and scripts come a quarter of a second late, pictures later: a slow line."""
        page, visit = self.page, Visit(address)
        page.goto("about:blank")
        self.kind, self.visit, self.kept, self.delivered = kind, visit, [], set()
        page.set_viewport_size({"width": width, "height": WIDTHS[width]})
        page.emulate_media(color_scheme="light")
        answer = tools.open_page(page, address, posted=kind in pages.POSTED, wait_until="commit")
        visit.status = answer.status
        page.wait_for_timeout(250)
        self._deliver("font", "script")
        page.wait_for_timeout(100)
        self._deliver("image")
        page.wait_for_load_state("load")
        tools.scroll_through(page)
        visit.shift = tools.layout_shift(page)
        visit.sideways = tools.sideways_scroll(page)
        visit.pictures = page.evaluate(
            """[...document.images].filter(image => image.checkVisibility())
                .map(image => [image.currentSrc, image.naturalWidth])"""
        )
        visit.ticker = page.evaluate(
            """[...document.querySelectorAll("body > .ticker .ticker__cell")].map(cell =>
                `${cell.children[0].textContent} ${cell.children[1].firstChild.textContent}`)"""
        )
        visit.barriers["light"] = tools.axe_violations(page)
        page.emulate_media(color_scheme="dark")
        # The second theme changes colours and nothing else.
        colours = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
        visit.barriers["dark"] = tools.axe_violations(page, runOnly=colours)
        if width < 400:
            page.set_viewport_size({"width": 320, "height": 640})
            visit.sticking_out = tools.sticks_out(page)
        visit.complaints += page.evaluate("refused")
        visit.stored += page.evaluate("Object.keys({...localStorage, ...sessionStorage})")
        visit.stored += [cookie["name"] for cookie in page.context.cookies()]
        return visit


@pytest.fixture(scope="module")
def tab(browser):
    tab = Tab(browser)
    yield tab
    tab.page.close()


# A parameter of the module: pytest then runs all tests of one kind in a row, over one visit.
@pytest.fixture(scope="module", params=KINDS)
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def visits(kind, tab, address, shared):
    """{width: Visit}, for all test processes."""
    with shared(f"visits-{kind}.json") as file:
        if not file.exists():
            seen = [[width, asdict(tab.look(kind, address(kind), width))] for width in WIDTHS]
            file.write_text(json.dumps(seen), encoding="utf-8")
        seen = json.loads(file.read_text(encoding="utf-8"))
    return {width: Visit(**fields) for width, fields in seen}


def test_a_page_answers_with_its_status(kind, visits):
    assert {visit.status for visit in visits.values()} == {pages.STATUS.get(kind, 200)}


def test_a_page_has_no_barriers_in_either_theme(visits):
    found = [
        f"{width}, {theme}: {line}"
        for width, visit in visits.items()
        for theme, lines in visit.barriers.items()
        for line in lines
    ]
    assert found == []


def test_nothing_moves_while_a_page_arrives(visits):
    assert {width: visit.shift for width, visit in visits.items() if visit.shift} == {}


def test_a_page_is_no_wider_than_its_window(visits):
    assert {width: visit.sideways for width, visit in visits.items() if visit.sideways} == {}


def test_a_page_fits_the_narrowest_phone(visits):
    assert [line for visit in visits.values() for line in visit.sticking_out] == []


def test_a_page_asks_nobody_else(visits):
    for visit in visits.values():
        origin = visit.address.split("/")[:3]
        assert [url for url in visit.requests if url.split("/")[:3] != origin] == []
        assert visit.address in visit.requests


def test_a_page_causes_no_complaint(visits):
    assert [line for visit in visits.values() for line in visit.complaints] == []


def test_a_page_leaves_nothing_behind(visits):
    assert [name for visit in visits.values() for name in visit.stored] == []


def test_every_picture_of_a_page_is_there_and_in_the_smallest_format(visits):
    pictures = [picture for visit in visits.values() for picture in visit.pictures]
    assert [address for address, width in pictures if not width] == []
    assert [address for address, width in pictures if not address.endswith(".avif")] == []


def test_a_page_opens_with_the_prices(kind, visits):
    expected = re.split("[,;] ", TICKER[pages.language(kind)])
    if kind == "500-cold":  # nothing is known and nothing can be asked
        expected = []
    for visit in visits.values():
        assert visit.ticker == expected


def test_every_page_is_valid_html(address, tmp_path):
    files = []
    for kind in KINDS:
        status, text = pages.read(address(kind), "POST" if kind in pages.POSTED else "GET")
        assert status == pages.STATUS.get(kind, 200)
        files.append(tmp_path / f"{kind}.html")
        files[-1].write_text(text, encoding="utf-8")
    assert tools.vnu_errors(files) == []
