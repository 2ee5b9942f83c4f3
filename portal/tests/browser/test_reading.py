"""What a reader does: reads without scripts, by keyboard, at night, on paper, in large type."""

import re

import pytest

from . import pages, tools

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
NARROW = {"width": 320, "height": 640}


@pytest.fixture(scope="module")
def profile(browser):
    """A browser profile for options under which nobody leaves anything behind."""
    made = {}

    def find(**options):
        key = tuple(options.items())
        if key not in made:
            made[key] = browser.new_context(**options)
        return made[key]

    yield find
    for context in made.values():
        context.close()


@pytest.fixture
def reader(browser, profile):
    """Opens an address in a tab: reader(url, viewport). Further options make a new profile."""
    opened = []

    def open_(url, viewport=DESK, **options):
        if options.keys() <= {"java_script_enabled", "reduced_motion"}:
            page = profile(**options).new_page()
        else:
            page = browser.new_page(**options)
        opened.append(page)
        page.set_viewport_size(viewport)
        page.goto(url)
        return page

    yield open_
    for page in opened:
        page.close()


def style(page, selector, name, pseudo=None):
    return page.locator(selector).first.evaluate(
        "(node, [name, pseudo]) => getComputedStyle(node, pseudo)[name]", [name, pseudo]
    )


# Without scripts --------------------------------------------------------------------------------


def test_the_menu_opens_without_scripts(reader, site):
    page = reader(f"{site}/", PHONE, java_script_enabled=False)
    link = page.locator(".menu__panel").get_by_role("link", name="Oil & gas")
    assert not link.is_visible()
    page.locator(".menu summary").click()
    link.click()
    assert page.url == f"{site}/oil-gas/"


def test_the_search_works_without_scripts(reader, site):
    page = reader(f"{site}/ru/", java_script_enabled=False)
    page.locator("#q1").fill("ветростанции")
    page.locator("#q1").press("Enter")
    assert page.url.startswith(f"{site}/ru/search/?q=")
    assert page.locator("main .story__hl").count() >= 1


def test_the_ranges_of_a_chart_are_links_without_scripts(reader, site):
    page = reader(f"{site}/markets/usd-rub/", java_script_enabled=False)
    line = page.locator(".c-wide .ln").first.get_attribute("d")
    page.locator("[data-ranges] a").last.click()
    assert page.url.endswith("?range=all")
    assert page.locator("[data-ranges] [aria-current]").inner_text().startswith("All")
    assert page.locator(".c-wide .ln").first.get_attribute("d") != line


def test_what_needs_a_script_is_absent_without_scripts(reader, address):
    page = reader(address("article"), java_script_enabled=False)
    for selector in ("[data-theme-toggle]", "[data-copy]"):
        assert page.locator(selector).count()
        assert not page.locator(selector).first.is_visible()


@pytest.mark.parametrize("kind", ["home", "article", "markets", "instrument"])
def test_without_scripts_a_page_says_the_same(reader, address, kind):
    words = []
    for scripts in (True, False):
        page = reader(address(kind), java_script_enabled=scripts)
        # Hours are the one text a script rewrites; the copying button the one thing it adds.
        page.evaluate("document.querySelectorAll('time, .share').forEach(node => node.remove())")
        words.append(page.locator("main").inner_text())
    assert page.evaluate("[...document.images].every(image => image.currentSrc)")
    assert words[0] == words[1]
    assert len(words[1]) > 500


# Light and dark ---------------------------------------------------------------------------------

PAPER = {"light": "rgb(255, 255, 255)", "dark": "rgb(13, 16, 32)"}
# What the theme was when the first element of the page could be painted.
FIRST = """
    new MutationObserver((_, observer) => {
        if (!document.body) return
        observer.disconnect()
        window.first = document.documentElement.dataset.theme || ""
    }).observe(document, {childList: true, subtree: true})
"""


@pytest.mark.parametrize("system", ["light", "dark"])
def test_the_theme_is_that_of_the_system(reader, site, system):
    page = reader(f"{site}/", color_scheme=system)
    assert style(page, "body", "backgroundColor") == PAPER[system]
    assert page.locator("html").get_attribute("data-theme") is None


@pytest.mark.parametrize("system, chosen", [("light", "dark"), ("dark", "light")])
def test_a_chosen_theme_stays_and_never_flashes(reader, site, system, chosen):
    page = reader(f"{site}/", color_scheme=system)
    page.add_init_script(FIRST)
    page.locator(".tools [data-theme-toggle]").click()
    assert style(page, "body", "backgroundColor") == PAPER[chosen]
    page.reload()
    assert page.evaluate("first") == chosen
    assert style(page, "body", "backgroundColor") == PAPER[chosen]
    page.goto(f"{site}/kk/markets/")
    assert page.evaluate("first") == chosen
    page.locator(".tools [data-theme-toggle]").click()
    assert style(page, "body", "backgroundColor") == PAPER[system]


def test_the_theme_can_be_changed_where_storage_is_forbidden(reader, site):
    page = reader("about:blank", color_scheme="light")
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no') }})"
    )
    page.goto(f"{site}/about/")
    page.locator(".tools [data-theme-toggle]").click()
    assert style(page, "body", "backgroundColor") == PAPER["dark"]
    assert errors == []


# By keyboard ------------------------------------------------------------------------------------


def focused(page):
    """What has the focus: how it is marked, and whether it is in sight."""
    return page.evaluate(
        """() => {
            const node = document.activeElement
            if (node === document.body) return null
            const marked = [null, "::after"].some(part => {
                const {outlineStyle, outlineWidth} = getComputedStyle(node, part)
                return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2
            })
            const {left, right, top, bottom} = node.getBoundingClientRect()
            const inside = left > -1 && top > -1
                && right < innerWidth + 1 && bottom < innerHeight + 1
            const large = bottom - top > innerHeight
            const name = `${node.localName}.${node.className.baseVal ?? node.className}`
            const text = node.textContent.trim().slice(0, 30)
            return {name, text, marked, inSight: inside || large}
        }"""
    )


def test_the_first_stop_leads_past_the_frame(reader, address):
    page = reader(address("article"))
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("node => node === document.activeElement")
    assert skip.bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_the_keyboard_reaches_every_price_and_brings_it_into_sight(reader, address, language):
    page = reader(address("home" if language == "en" else f"home-{language}"), NARROW)
    page.locator(".ticker__head a").focus()
    seen = []
    for _number in range(page.locator(".ticker__cell").count()):
        page.keyboard.press("Tab")
        page.wait_for_timeout(50)
        box = page.evaluate(
            """() => {
                const cell = document.activeElement.closest(".ticker__cell")
                const list = document.querySelector(".ticker__list").getBoundingClientRect()
                const {left, right} = cell.getBoundingClientRect()
                return [cell.firstChild.textContent, left - list.left, list.right - right]
            }"""
        )
        assert box[1] >= -1 and box[2] >= -1, box
        seen.append(box[0])
    assert len(set(seen)) == 7


@pytest.mark.parametrize(
    "kind, viewport",
    [
        ("home", PHONE),
        ("home", DESK),
        ("article", DESK),
        ("instrument", PHONE),
        ("search-page-2", DESK),
    ],
)
def test_the_focus_is_always_marked_and_in_sight(reader, address, kind, viewport):
    page = reader(address(kind), viewport, reduced_motion="reduce")
    stops = []
    for _number in range(200):
        page.keyboard.press("Tab")
        stop = focused(page)
        if stop is None:
            break
        stops.append(stop)
    assert [stop for stop in stops if not (stop["marked"] and stop["inSight"])] == []
    assert len(stops) > 30


def test_the_menu_of_a_phone_obeys_the_keyboard(reader, site):
    page = reader(f"{site}/", PHONE)
    summary, panel = page.locator(".menu summary"), page.locator(".menu__panel")
    summary.focus()
    page.keyboard.press("Enter")
    assert panel.is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert not panel.is_visible()
    assert summary.evaluate("node => node === document.activeElement")


def test_an_open_menu_is_without_barriers(reader, address):
    page = reader(address("home-ru"), PHONE)
    page.locator(".menu summary").click()
    assert tools.axe_violations(page) == []
    assert tools.sideways_scroll(page) == 0


def test_a_chart_is_read_with_the_arrow_keys(reader, site):
    page = reader(f"{site}/markets/usd-rub/")
    reading = page.locator("[data-read]")
    at_rest = reading.inner_text()
    page.locator(".c-wide").focus()
    page.keyboard.press("ArrowLeft")
    reading.get_by_text("64.1666").wait_for()
    page.keyboard.press("ArrowRight")
    reading.get_by_text("64.3008").wait_for()
    page.keyboard.press("Tab")
    reading.get_by_text(at_rest, exact=True).wait_for()


def test_a_range_of_a_chart_is_changed_in_place(reader, site):
    page = reader(f"{site}/ru/markets/brent/")
    page.evaluate("window.same = true")
    line = page.locator(".c-wide .ln").first.get_attribute("d")
    page.locator("[data-ranges] a").first.click()
    page.wait_for_url("**/?range=1m")
    assert page.evaluate("window.same")
    assert page.locator(".c-wide .ln").first.get_attribute("d") != line


def test_the_converter_answers_while_the_reader_types(reader, site):
    page = reader(f"{site}/ru/markets/converter/")
    page.evaluate("window.same = true")
    page.get_by_label("Сумма").fill("250,5")
    page.locator("[data-part=result]").get_by_text("250,5 USD × 64,3008").wait_for()
    page.get_by_label("Из валюты").select_option("EUR")
    page.locator("[data-part=result]").get_by_text("250,5 EUR × 69,4191").wait_for()
    page.get_by_label("Сумма").fill("много")
    page.locator("#cv-a[aria-invalid]").wait_for()
    assert page.locator("#cv-a-e").inner_text() or page.locator(".said").count()
    assert page.evaluate("window.same")


def test_the_converter_works_by_its_button_without_scripts(reader, site):
    page = reader(f"{site}/markets/converter/", java_script_enabled=False)
    page.get_by_label("Amount").fill("10")
    page.get_by_label("To", exact=True).select_option("USD")
    page.get_by_label("From", exact=True).select_option("RUB")
    page.get_by_role("button", name="Convert").click()
    assert "amount=10&from=RUB&to=USD" in page.url
    assert "64.3008" in page.locator(".formula").inner_text()


# Prices -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_the_prices_stand_still_and_interrupt_nobody(reader, site, viewport):
    page = reader(f"{site}/", viewport)
    places = """[...document.querySelectorAll(".ticker__cell")].map(cell =>
        cell.getBoundingClientRect().left)"""
    before = page.evaluate(places)
    page.wait_for_timeout(1200)
    assert page.evaluate(places) == before
    moved = page.evaluate(
        """document.getAnimations().filter(one => one.effect.target.closest(".ticker"))
            .flatMap(one => one.effect.getKeyframes()).flatMap(Object.keys)"""
    )
    # The fading edge of the strip is the only thing that may change, and only with its scrolling.
    at_all = {"offset", "computedOffset", "easing", "composite"}
    assert {name for name in moved if "mask" not in name.lower()} <= at_all
    live = ".ticker [aria-live], .ticker [role], .ticker marquee"
    assert page.locator(live).count() == 0


# What is loaded ---------------------------------------------------------------------------------

LOADED = """() => performance.getEntriesByType("resource").map(one =>
    ({name: new URL(one.name).pathname.split("/").at(-1), bytes: one.encodedBodySize}))"""
SCRIPTS_OF = {
    "home": {"latin"},
    "article": {"latin"},
    "markets": {"latin"},
    "instrument": {"latin"},
    "home-ru": {"latin", "cyrl"},
    "article-ru": {"latin", "cyrl"},
    "home-kk": {"latin", "cyrl"},
    "article-kk": {"latin", "cyrl"},
}


@pytest.mark.parametrize("kind", SCRIPTS_OF)
def test_a_page_loads_the_letters_of_its_language_and_little_else(reader, address, kind):
    page = reader(address(kind))
    page.evaluate("document.fonts.ready.then(() => true)")
    loaded = page.evaluate(LOADED)
    fonts = [one for one in loaded if ".woff2" in one["name"]]
    scripts = {re.search(r"-(\w+)\.\w+\.woff2", one["name"])[1] for one in fonts}
    assert scripts == SCRIPTS_OF[kind]
    if kind in ("home", "article", "markets", "instrument"):
        assert sum(one["bytes"] for one in fonts) <= 85 * 1024
    assert len([one for one in loaded if ".css" in one["name"]]) == 1
    assert 0 < sum(one["bytes"] for one in loaded if ".js" in one["name"]) <= 6 * 1024


@pytest.mark.parametrize("kind", ["home", "home-ru", "home-kk", "405"])
def test_every_preloaded_font_is_used(reader, address, kind):
    """Without the preloads the page asks for the fonts that it needs, and for no other."""
    preload = re.compile(r'<link rel="preload" href="([^"]+)"[^>]*>')
    page = reader("about:blank")
    preloaded, needed = [], []

    def without_preloads(route):
        answer = route.fetch(method="POST" if kind in pages.POSTED else "GET")
        preloaded.extend(preload.findall(answer.text()))
        route.fulfill(response=answer, body=preload.sub("", answer.text()))

    page.on("request", lambda request: needed.append(request.url))
    page.route(address(kind), without_preloads)
    page.goto(address(kind))
    page.evaluate("document.fonts.ready.then(() => true)")
    assert len(preloaded) >= 2
    site = "/".join(address(kind).split("/")[:3])
    assert {site + path for path in preloaded} - set(needed) == set()


@pytest.mark.parametrize("kind", ["home", "section", "article"])
def test_the_first_picture_hurries_and_the_others_wait(reader, address, kind):
    page = reader(address(kind))
    pictures = page.evaluate(
        """[...document.images].map(({fetchPriority, loading, attributes}) =>
            [fetchPriority, loading, !!(attributes.width && attributes.height)])"""
    )
    assert pictures[0] == ["high", "auto", True]
    assert len(pictures) > 2
    assert {tuple(picture) for picture in pictures[1:]} == {("auto", "lazy", True)}


# On paper, in large type ------------------------------------------------------------------------


def test_on_paper_the_text_stands_alone_in_black(reader, address):
    page = reader(address("article"), color_scheme="dark")
    page.locator(".tools [data-theme-toggle]").click()  # light
    page.locator(".tools [data-theme-toggle]").click()  # dark by choice, not by the system
    page.emulate_media(media="print", color_scheme="dark")
    for selector in (".ticker", ".nav", ".tools", ".art__rail", ".related", ".share", ".skip"):
        assert style(page, selector, "display") == "none", selector
    for selector in ("h1", ".standfirst", ".art__hero img", ".byline", ".prose > p", ".corr"):
        assert page.locator(selector).first.is_visible(), selector
    assert style(page, ".prose > p", "color") == "rgb(18, 21, 42)"
    assert style(page, "h1", "color") == "rgb(18, 21, 42)"


ONE_LANGUAGE = ("article", "sponsored", "410", "policy-earlier", "400")


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_longer_words_fit_the_narrowest_phone(reader, address, language):
    """Pages the table has in English only; the others are measured where they are visited."""
    page = reader("about:blank", NARROW)
    wide = {}
    kinds = [kind for kind in pages.PAGES if pages.language(kind) == "en"]
    for kind in kinds:
        if kind.startswith(ONE_LANGUAGE):
            continue
        *origin, path = address(kind).split("/", 3)
        page.goto("/".join([*origin, language, path]))
        found = tools.sticks_out(page)
        if found:
            wide[kind] = found
    assert wide == {}


@pytest.mark.parametrize("kind", ["home", "article", "home-ru", "article-ru", "article-kk"])
def test_letters_twice_as_large_still_fit_the_narrowest_phone(reader, address, kind):
    page = reader(address(kind), NARROW)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert tools.sticks_out(page) == []
    # The same by the browser's own setting, which media queries follow too.
    page.evaluate("document.documentElement.style.fontSize = ''")
    session = page.context.new_cdp_session(page)
    session.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    page.wait_for_function("getComputedStyle(document.documentElement).fontSize === '32px'")
    assert tools.sticks_out(page) == []


# A story ----------------------------------------------------------------------------------------


def test_a_story_names_its_author_and_its_source(reader, address):
    for viewport in (PHONE, DESK):
        page = reader(address("article"), viewport)
        meta = page.locator(".art__meta")
        for words in ("Author: A. Serikova", "Source: Steppe Pipeline Register"):
            line = meta.locator("p", has_text=words)
            assert line.is_visible()
            assert line.inner_text().replace("\n", " ") == words


def test_the_age_of_a_story_is_told_over_its_hour(reader, site):
    written = re.search(r"<time[^>]*data-ago>([^<]+)</time>", pages.read(f"{site}/")[1])[1]
    assert re.fullmatch(r"\d\d? \w{3}, \d\d:\d\d", written)
    time = reader(f"{site}/").locator("time[data-ago]").first
    assert re.fullmatch(r"\d+ (minutes?|hours?) ago", time.inner_text())
    assert time.get_attribute("title") == written
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", time.get_attribute("datetime"))
    for code, ago in (("ru", "назад"), ("kk", "бұрын")):
        assert ago in reader(f"{site}/{code}/").locator("time[data-ago]").first.inner_text()


def test_the_address_of_a_story_is_copied_at_a_press(reader, address):
    permissions = ["clipboard-read", "clipboard-write"]
    page = reader(address("article"), permissions=permissions)
    button = page.get_by_role("button", name="Copy link")
    button.click()
    page.get_by_role("button", name="Link copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == address("article")
