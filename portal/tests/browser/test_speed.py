"""Fast on a bad connection: text first, no byte too many, nothing moves when fonts are late."""

import re

import pytest

from . import pages, tools

pytestmark = pytest.mark.browser

HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")
# The edge of the network: 400 ms, 400 kbit/s. A telephone's processor is slower than that
# (docs/performance-front.md has the figures of a quiet machine).
SLOW = {"latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
SLOWER = 2
READABLE = 2500  # milliseconds
# Chromium may paint once before it knows which fonts are late; a good page stays below 0.1.
HARDLY = 0.02
HOMES = {"en": "home", "ru": "home-ru", "kk": "home-kk"}
ARTICLES = {"en": "article", "ru": "article-ru", "kk": "article-kk"}
# (window, points per pixel): telephones, a tablet, screens.
SCREENS = [(360, 3), (390, 1), (390, 2), (390, 3), (820, 1), (820, 2), (1440, 1), (1440, 2)]


@pytest.fixture
def screen(browser):
    """`screen(width, points)`: an empty tab of such a screen, with nothing kept."""
    contexts = []

    def open_tab(width, points=2):
        size = {"width": width, "height": 844 if width < 700 else 900}
        contexts.append(browser.new_context(viewport=size, device_scale_factor=points))
        return contexts[-1].new_page()

    yield open_tab
    for context in contexts:
        context.close()


def slow_visit(page, url):
    """Milliseconds until words of the page itself were painted, and how far anything moved."""
    page.add_init_script(
        """new PerformanceObserver(list => {
            for (const entry of list.getEntries()) {
                if (entry.element?.closest("main") && entry.element.textContent.trim()) {
                    window.readable ??= entry.startTime
                }
            }
        }).observe({type: "largest-contentful-paint", buffered: true})"""
    )
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {"offline": False, **SLOW})
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(url)
    return page.evaluate("window.readable"), tools.layout_shift(page)


@pytest.mark.alone
@pytest.mark.parametrize("kind", [*HOMES.values(), *ARTICLES.values()])
def test_on_the_slowest_connection_a_page_can_be_read_within_two_and_a_half_seconds(
    kind, address, screen
):
    pages.read(address(kind))  # somebody was here before: the page is kept
    visits = []
    # Other programs may hold the processor of this machine: the best of three counts.
    while len(visits) < 3 and not (visits and min(visits) <= READABLE):
        readable, shift = slow_visit(screen(390), address(kind))
        assert shift < HARDLY
        visits.append(readable)
    assert min(visits) <= READABLE, visits


@pytest.mark.parametrize("width", [390, 820, 1440])
@pytest.mark.parametrize("kind", ["home", "home-ru", "home-kk", "article-kk", "section", "markets"])
def test_nothing_moves_when_the_fonts_are_late(kind, width, address, screen):
    page = screen(width, 1)
    late = []
    page.route("**/*.woff2", lambda route: late.append(route))
    page.goto(address(kind), wait_until="domcontentloaded")
    page.wait_for_timeout(300)
    assert late, "no font was asked for"
    for route in late:
        route.continue_()
    page.wait_for_load_state("load")
    tools.scroll_through(page)
    assert tools.layout_shift(page) == 0


@pytest.mark.parametrize("kind", [*HOMES.values(), *ARTICLES.values()])
def test_the_fonts_of_a_language_are_preloaded_and_no_other_is_fetched(kind, address, screen):
    page = screen(390)
    fetched = []
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(address(kind))
    preloaded = page.evaluate("[...document.querySelectorAll('link[as=font]')].map(l => l.href)")
    used = page.evaluate(
        """[...document.fonts].filter(face =>
            face.status === "loaded" && !face.family.includes("Fallback")).length"""
    )
    assert sorted(url for url in fetched if url.endswith(".woff2")) == sorted(preloaded)
    assert used == len(preloaded) == (2 if pages.language(kind) == "en" else 4)


def fitting(widths, wanted):
    """The smallest width that is enough (a hundredth less is), or the largest there is."""
    return min([width for width in widths if width >= wanted * 0.99] or [max(widths)])


@pytest.mark.parametrize("kind", ["home", "article", "section", "tag"])
@pytest.mark.parametrize(("width", "points"), SCREENS)
def test_a_browser_chooses_the_picture_that_fits(kind, width, points, address, screen):
    page = screen(width, points)
    page.goto(address(kind))
    tools.scroll_through(page)
    shown = page.evaluate(
        """[...document.images].filter(image => image.checkVisibility()).map(image => {
            const source = [...image.parentElement.querySelectorAll("source")]
                .find(source => !source.media || matchMedia(source.media).matches)
            return [image.currentSrc, source.srcset, image.getBoundingClientRect().width]
        })"""
    )
    assert shown
    wrong = []
    for chosen, offered, css in shown:
        widths = [int(number) for number in re.findall(r" (\d+)w", offered)]
        if len(widths) < 2:  # a square, in one size
            continue
        best = fitting(widths, css * min(points, 2))
        if f"-{best}-" not in chosen and f"-{best}." not in chosen:
            wrong.append(f"{chosen} for {css} px, not {best}")
    assert wrong == []


@pytest.mark.parametrize("kind", ["home", "home-kk", "article", "section", "tag", "search-results"])
def test_the_first_picture_comes_first_and_those_below_the_fold_when_needed(kind, address, screen):
    page = screen(390)
    page.goto(address(kind))
    pictures = page.evaluate(
        """[...document.images].map(image => [
            image.src, image.fetchPriority, image.loading, image.getBoundingClientRect().top,
            image.getAttribute("width") > 0 && image.getAttribute("height") > 0,
        ])"""
    )
    urgent = [top for _src, priority, _loading, top, _sized in pictures if priority == "high"]
    assert len(urgent) == (0 if kind in {"tag", "search-results"} else 1)
    assert all(top < 844 for top in urgent)
    assert [src for src, _, loading, top, _ in pictures if top >= 844 and loading != "lazy"] == []
    assert [src for src, *_, sized in pictures if not sized] == []


@pytest.mark.parametrize("kind", ["home", "article-ru", "markets", "instrument", "converter"])
def test_a_page_has_one_style_sheet_and_few_scripts_that_never_change(kind, address, screen):
    page = screen(390)
    answers = {}
    page.on("response", lambda answer: answers.setdefault(answer.url, answer))
    page.goto(address(kind))
    static = [url for url in answers if "/static/" in url]
    assert [url for url in static if not HASHED.search(url)] == []
    kept = {answers[url].headers["cache-control"] for url in static}
    assert kept == {"max-age=315360000, public, immutable"}
    assert len([url for url in static if url.endswith(".css")]) == 1
    names = sorted(url.rpartition("/")[2].split(".")[0] for url in static if url.endswith(".js"))
    own = {"instrument": ["chart", "converter"], "converter": ["converter"]}.get(kind, [])
    assert names == sorted(["site", "theme", *own])
