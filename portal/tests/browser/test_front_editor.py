"""The front page editor as a chief editor uses it: keyboard, mouse, touch, and without a script."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from portal.seeding import DEMO_PASSWORD

from . import tools
from .conftest import copy_of_the_database, served

pytestmark = pytest.mark.browser
EDITOR = "/admin/news/frontslot/"


@pytest.fixture(scope="module")
def portal(prepared, tmp_path_factory):
    """A portal of its own: other tests rely on their front."""
    url = copy_of_the_database(prepared, tmp_path_factory.mktemp("front"))
    with served(prepared, DATABASE_URL=url) as site:
        yield site


@pytest.fixture
def log_in(browser, portal):
    """`log_in("chief")`: a tab of that account; what the browser refuses fails the test."""
    contexts, complaints = [], []

    def tab(name, width=1280, **options):
        size = {"width": width, "height": 1000}
        options = {"locale": "en-GB", "viewport": size, "base_url": portal, **options}
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
        page.goto("/admin/login/")
        page.locator("#id_username").fill(name)
        page.locator("#id_password").fill(DEMO_PASSWORD)
        page.locator("[type=submit]").click()
        page.goto(EDITOR)
        return page

    tab.complaints = complaints
    yield tab
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def reader(browser, portal):
    context = browser.new_context(base_url=portal)
    yield context.new_page()
    context.close()


def headlines(page):
    """What is pinned, place by place."""
    return [
        re.sub(r"\s+", " ", text).strip()
        for text in page.locator(".fe-card h3").evaluate_all(
            "cards => cards.map(c => [...c.childNodes].slice(1).map(n => n.textContent).join(''))"
        )
    ]


def saved(page):
    page.get_by_role("button", name="Save the front").click()
    expect(page.get_by_text("The front is saved")).to_be_visible()


def lead_of(reader, path="/"):
    reader.goto(path)
    return reader.locator(".front__lead h2").inner_text()


def test_by_keyboard_alone_a_story_moves_and_the_front_is_saved(log_in, reader):
    page = log_in("chief")
    before = headlines(page)
    handle = page.get_by_role("button", name="Move Lead story")
    handle.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("status")).to_have_text("Moved to: Second story 1. Not saved yet.")
    assert headlines(page)[:2] == [before[1], before[0]]
    expect(page.get_by_role("button", name="Move Second story 1")).to_be_focused()
    assert lead_of(reader) == before[0]
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("button", name="Move Lead story")).to_be_focused()
    page.get_by_role("button", name="Second story 1: up").focus()
    page.keyboard.press("Enter")
    # The words are those of the move before: only the answer tells that this one is made.
    expect(page.locator("[data-front]")).not_to_have_attribute("aria-busy", "true")
    expect(page.get_by_role("status")).to_have_text("Moved to: Lead story. Not saved yet.")
    page.get_by_role("button", name="Save the front").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("The front is saved")).to_be_visible()
    assert lead_of(reader) == before[1]


def drag_by_mouse(page, start, end):
    page.mouse.move(*start)
    page.mouse.down()
    for step in range(1, 6):
        page.mouse.move(*(a + (b - a) * step / 5 for a, b in zip(start, end, strict=True)))
    page.mouse.up()


def drag_by_touch(page, start, end):
    session = page.context.new_cdp_session(page)

    def touch(kind, *points):
        session.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]},
        )

    touch("touchStart", start)
    for step in range(1, 6):
        touch("touchMove", tuple(a + (b - a) * step / 5 for a, b in zip(start, end, strict=True)))
    touch("touchEnd")


@pytest.mark.parametrize(
    ("drag", "options"),
    [(drag_by_mouse, {}), (drag_by_touch, {"has_touch": True, "width": 390})],
    ids=["mouse", "touch"],
)
def test_a_card_is_dragged_to_its_place(log_in, drag, options):
    page = log_in("chief", **options)
    before = headlines(page)
    page.locator(".fe-cards").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('.fe-cards').scrollIntoView()")
    start, end = (
        page.get_by_role("button", name=f"Move {name}").bounding_box()
        for name in ("Lead story", "Second story 1")
    )
    middle = [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in (start, end)]
    drag(page, *middle)
    expect(page.locator("[data-words]")).to_have_text("Moved to: Second story 1. Not saved yet.")
    assert headlines(page)[:2] == [before[1], before[0]]
    page.once("dialog", lambda dialog: dialog.accept())


def test_a_story_is_found_pinned_until_an_hour_and_seen_ahead(log_in, reader):
    page = log_in("chief")
    page.get_by_label("Words of the headline").fill("reservoir")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Found:")
    found = page.locator(".fe-found li").first
    headline = found.locator(".fe-found__hl").inner_text()
    found.get_by_role("button", name="Lead", exact=True).click()
    expect(page.locator(".fe-card").first).to_contain_text(headline)
    card = page.locator(".fe-card").first
    card.locator("summary").click()
    card.get_by_label("Headline").fill("Words for the front alone")
    hour = datetime.now() + timedelta(hours=30)
    card.get_by_label("Pinned until").fill(hour.strftime("%Y-%m-%dT%H:%M"))
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Preview").click()
    ahead = opened.value
    expect(ahead.get_by_role("note")).to_contain_text("Only the newsroom sees this page.")
    assert ahead.locator(".front__lead h2").inner_text() == "Words for the front alone"
    ahead.close()
    saved(page)
    assert lead_of(reader) == "Words for the front alone"
    after = (hour + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    page.goto(f"{EDITOR}as-of/?language=en&at={after}")
    assert page.locator(".front__lead h2").inner_text() != "Words for the front alone"


def test_a_picture_is_chosen_for_the_front_alone(log_in, reader):
    page = log_in("chief")
    page.get_by_role("button", name=re.compile("^Pin “.*” here")).or_(
        page.locator(".fe-card summary")
    ).first.click()
    card = page.locator(".fe-card").first
    if not card.get_by_role("button", name="Choose a picture").is_visible():
        card.locator("summary").click()
    card.get_by_role("button", name="Choose a picture").click()
    expect(page.get_by_role("heading", name="Pictures")).to_be_visible()
    page.get_by_label("Words of the picture").fill("wind")
    page.keyboard.press("Enter")
    expect(page.locator(".fe-pictures li").first).to_be_visible()
    page.locator(".fe-pictures button").first.click()
    expect(page.locator("[data-words]")).to_have_text("Picture chosen. Not saved yet.")
    source = page.locator(".fe-card img").first.get_attribute("src")
    saved(page)
    reader.goto("/")
    assert source.split("-sq")[0] in reader.locator(".front__lead img").get_attribute("src")


def test_an_earlier_front_comes_back_by_one_click(log_in, reader):
    page = log_in("chief")
    before = lead_of(reader)
    page.get_by_role("button", name="Lead story: down").click()
    expect(page.locator("[data-words]")).to_be_visible()
    saved(page)
    assert lead_of(reader) != before
    page.get_by_role("button", name="Return to it").first.click()
    expect(page.get_by_text("The earlier front is back")).to_be_visible()
    assert lead_of(reader) == before


def test_without_a_script_buttons_move_and_save(log_in, reader):
    page = log_in("chief", java_script_enabled=False)
    before = headlines_without_script(page)
    assert not page.locator("[data-handle]").first.is_visible()
    page.get_by_role("button", name="Lead story: down").click()
    assert "Not saved yet" in page.content()
    page.get_by_role("button", name="Save the front").click()
    assert "The front is saved" in page.content()
    assert headlines_without_script(page)[:2] == [before[1], before[0]]


def headlines_without_script(page):
    return re.findall(
        r'<h3 id="card-\d"><span class="fe-place">[^<]*</span> (.*?)</h3>', page.content()
    )


def test_logged_out_in_mid_work_nothing_is_lost(log_in, portal):
    page = log_in("chief")
    before = headlines(page)
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.get_by_role("button", name="Lead story: down").click()
    expect(page.get_by_role("status")).to_contain_text("You are logged out.")
    expect(page.get_by_role("status")).to_be_visible()
    assert headlines(page) == before
    assert cookies
    other = page.context.new_page()
    other.goto("/admin/login/")
    other.locator("#id_username").fill("chief")
    other.locator("#id_password").fill(DEMO_PASSWORD)
    other.locator("[type=submit]").click()
    other.wait_for_url("**/admin/**")
    page.get_by_role("button", name="Lead story: down").click()
    expect(page.locator("[data-words]")).to_contain_text("Moved to")
    saved(page)
    # What the refused steps said on the console is known: the forgery check's 403.
    log_in.complaints[:] = [text for text in log_in.complaints if "403" not in text]


def test_without_a_connection_it_says_so_and_keeps_everything(log_in):
    page = log_in("chief")
    before = headlines(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Lead story: down").click()
    expect(page.get_by_role("status")).to_have_text("No connection: nothing was lost, try again.")
    page.context.set_offline(False)
    page.get_by_role("button", name="Lead story: down").click()
    expect(page.locator("[data-words]")).to_contain_text("Moved to")
    assert headlines(page)[:2] == [before[1], before[0]]
    log_in.complaints[:] = [t for t in log_in.complaints if "ERR_INTERNET_DISCONNECTED" not in t]


def test_two_chief_editors_collide_and_both_fronts_are_shown(log_in):
    first, second = log_in("chief"), log_in("chief", bypass_csp=True)  # axe writes styles
    for page in (first, second):
        page.get_by_role("button", name="Lead story: down").click()
        expect(page.locator("[data-words]")).to_contain_text("Moved to")
    saved(first)
    second.get_by_role("button", name="Save the front").click()
    expect(second.get_by_role("heading", name="Yours, not saved")).to_be_visible()
    assert tools.axe_violations(second) == []
    assert tools.sideways_scroll(second) == 0
    second.get_by_role("button", name="Save mine over theirs").click()
    expect(second.get_by_text("The front is saved")).to_be_visible()
    log_in.complaints[:] = [text for text in log_in.complaints if "409" not in text]


def test_a_banner_is_put_up_and_taken_down(log_in, reader):
    page = log_in("chief")
    page.get_by_role("link", name="New banner").click()
    page.get_by_label("Text (en)").fill("Pipeline stops at noon")
    end = datetime.now() + timedelta(hours=3)
    page.locator("#id_ends_at_0").fill(end.strftime("%Y-%m-%d"))
    page.locator("#id_ends_at_1").fill(end.strftime("%H:%M:%S"))
    page.get_by_role("button", name="Save", exact=True).click()
    reader.goto("/")
    banner = reader.get_by_role("region", name="Breaking news")
    expect(banner).to_contain_text("Pipeline stops at noon")
    masthead = reader.locator(".mast").bounding_box()
    assert banner.bounding_box()["y"] < masthead["y"]
    for scheme in ("light", "dark"):
        reader.emulate_media(color_scheme=scheme)
        assert tools.axe_violations(reader) == []
    reader.goto("/ru/")
    expect(reader.locator(".banner")).to_have_count(0)
    page.goto("/admin/portal/banner/")
    page.locator("input.action-select").first.check()
    page.locator("select[name=action]").select_option("end_now")
    page.get_by_role("button", name="Go").click()
    reader.goto("/")
    expect(reader.locator(".banner")).to_have_count(0)


@pytest.mark.parametrize("width", [390, 820, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_editor_has_no_barrier_and_no_sideways_scroll(log_in, width, scheme):
    page = log_in("chief", width=width, color_scheme=scheme, bypass_csp=True)  # for axe
    page.locator(".fe-card summary").first.click()
    for language in ("en", "ru", "kk"):
        page.set_extra_http_headers({"Accept-Language": language})
        page.goto(f"{EDITOR}?language={language}")
        assert tools.sticks_out(page) == []
        assert tools.axe_violations(page) == []
    choose = page.locator("button[value^='pictures:']").first
    page.locator(".fe-card summary").first.click()
    choose.click()
    expect(page.locator(".fe-pictures")).to_be_visible()
    assert tools.axe_violations(page) == []
    assert tools.sticks_out(page) == []
