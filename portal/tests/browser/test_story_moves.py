"""A story's day between a reporter and an editor, two editors at once, and pages that read well."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.seeding import DEMO_PASSWORD

from . import tools

pytestmark = pytest.mark.browser
HEADLINE = "Kumkol well gives forty tonnes again"


@pytest.fixture
def log_in(browser, newsroom):
    """`log_in("editor")`: a tab of that demo account; what the browser refuses fails the test."""
    tabs, complaints = [], []

    def tab(name, width=1280, **options):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            base_url=newsroom,
            **{"locale": "en-GB", **options},
        )
        page = context.new_page()
        tabs.append(context)
        page.on("pageerror", lambda error: complaints.append(str(error)))

        def heard(message):
            # A page that answers 409 or 403 is reported by the browser as a failed load.
            if message.type == "error" and "status of 4" not in message.text:
                complaints.append(message.text)

        page.on("console", heard)
        page.goto("/admin/login/")
        page.locator("#id_username").fill(name)
        page.locator("#id_password").fill(DEMO_PASSWORD)
        page.locator("#id_password").press("Enter")
        page.get_by_role("heading", level=1).wait_for()
        return page

    tab.complaints = complaints
    yield tab
    for context in tabs:
        context.close()
    assert complaints == []


def violations(page, complaints, **options):
    """axe's findings on the page itself; the admin's frame around it has tests of its own.

    axe tries styles of its own while it looks; the browser's word on those is not about the page.
    """
    assert complaints == []
    page.evaluate(
        "document.querySelectorAll('#header, .breadcrumbs, #nav-sidebar').forEach(e => e.remove())"
    )
    found = tools.axe_violations(page, **options)
    complaints.clear()
    return found


def write(page, name, words):
    page.locator(f"#id_{name}").fill(words)


def said(page):
    return " ".join(page.locator(".messagelist li").all_inner_texts())


def press(page, move):
    with page.expect_navigation():
        page.locator(f'button[name="_move"][value="{move}"]').first.click()


def begin(page, headline, body="<p>The well gave 41 tonnes.</p>"):
    page.goto("/admin/news/article/add/")
    write(page, "headline", headline)
    write(page, "lead", "After a week of repairs the well is back.")
    page.evaluate(
        "body => { const field = document.querySelector('#id_body'); field.value = body }", body
    )
    page.locator("#id_section").select_option(label="Oil & gas")
    page.evaluate("document.querySelectorAll('details.panel').forEach(d => d.open = true)")
    write(page, "no_byline_reason", "From a wire.")
    page.locator("[name=_save]").first.click()
    page.locator(".messagelist .success").wait_for()
    return page.url


def words_of(page):
    return page.locator("main").inner_text()


def save(page):
    with page.expect_navigation():
        page.locator("[name=_save]").first.click()
    page.locator(".messagelist .success").wait_for()


def write_text(page):
    """A text with a picture of the library and a price, typed into the editor."""
    text = page.locator(".ProseMirror[contenteditable]")
    text.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" It is sold at the price of ")
    page.locator("[data-tool=chip]").click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("Instrument").fill("brent")
    dialog.get_by_role("button", name=re.compile("BRENT")).click()
    page.keyboard.type(".")
    page.locator("[data-tool=figure]").click()
    tools.look_up(dialog.get_by_label("What it shows, or who made it"), "tanker dark hull")
    dialog.locator("li button").first.click()
    text.locator("figure img").wait_for()


def test_a_story_goes_from_its_reporter_to_readers_and_back(log_in, browser, newsroom):
    reporter = log_in("reporter")
    address = begin(reporter, HEADLINE)
    write_text(reporter)
    save(reporter)
    press(reporter, "submit")
    assert "Submitted" in said(reporter)

    editor = log_in("editor")
    editor.goto(address)
    editor.locator("summary", has_text="Send back").click()
    editor.locator("textarea[name=_note]").fill("How many tonnes a week ago?")
    press(editor, "send_back")
    assert "Sent back" in said(editor)

    reporter.goto(address)
    assert reporter.locator('button[value="publish"]').count() == 0
    write(reporter, "lead", "A week ago the well gave nothing; now it gives 41 tonnes a day.")
    press(reporter, "submit")

    # The editor schedules it; the clock alone makes it public.
    editor.goto(address)
    editor.locator("summary", has_text="Schedule").click()
    hour = datetime.now(ZoneInfo("Europe/Moscow")) + timedelta(seconds=12)
    field = editor.locator("input[name=_at]")
    field.evaluate(
        "(field, at) => { field.step = 1; field.value = at }", f"{hour:%Y-%m-%dT%H:%M:%S}"
    )
    press(editor, "schedule")
    assert "Goes out" in said(editor)
    editor.goto(address.replace("/change/", "/preview/"))
    shown = editor.frame_locator("iframe").first.locator("main")
    assert "now it gives 41 tonnes" in shown.inner_text()
    reader = browser.new_page(base_url=newsroom)
    reader.goto("/")
    before = reader.locator("main").get_by_role("link", name=HEADLINE).count()
    late = (hour - datetime.now(ZoneInfo("Europe/Moscow"))).total_seconds()
    assert before == 0 or late <= 0
    reader.wait_for_timeout(max(0, late) * 1000 + 1500)
    reader.goto("/")
    reader.locator("main").get_by_role("link", name=HEADLINE).first.click()
    assert "now it gives 41 tonnes" in words_of(reader)
    assert reader.locator(".prose figure img").count() == 1
    assert "58.45" in reader.locator(".prose").inner_text()  # the price, in the text

    editor.goto(address)
    write(editor, "lead", "Now it gives forty-two tonnes a day.")
    save(editor)
    reader.reload()
    assert "forty-two" not in words_of(reader)
    press(editor, "publish_changes")
    reader.reload()
    assert "forty-two" in words_of(reader)

    editor.goto(address)
    editor.get_by_role("link", name="Add a correction").click()
    editor.get_by_label("Text").fill("The well gives 42 tonnes a day, not 41.")
    editor.get_by_role("button", name="Add the correction").click()
    editor.locator(".messagelist .success").wait_for()
    reader.reload()
    assert "42 tonnes a day, not 41." in words_of(reader)
    reader.goto("/corrections/")
    assert "42 tonnes a day, not 41." in words_of(reader)
    reader.go_back()

    editor.goto(address)
    editor.locator("summary", has_text="Withdraw").click()
    editor.locator("textarea[name=_reason]").fill("The well was another one.")
    press(editor, "withdraw")
    assert reader.reload().status == 410
    assert "The well was another one." in words_of(reader)
    reader.goto("/")
    assert reader.locator("main").get_by_role("link", name=HEADLINE).count() == 0
    reader.close()


def test_two_editors_collide_and_bring_their_texts_together(log_in):
    mine, theirs = log_in("editor"), log_in("chief")
    address = begin(mine, "Two people at one well")
    for page in (mine, theirs):
        page.goto(address)
    write(theirs, "kicker", "Kumkol")
    write(theirs, "headline", "Two chiefs at one well")
    theirs.locator("[name=_save]").first.click()
    write(mine, "lead", "Mine is the lead.")
    write(mine, "headline", "Two editors at one well")
    mine.locator("[name=_save]").first.click()
    mine.locator("#conflict_form").wait_for()
    assert "chief" in mine.locator("#content").inner_text()
    assert mine.locator("#mine_lead").is_checked()
    assert mine.locator("#theirs_kicker").is_checked()
    assert violations(mine, log_in.complaints) == []
    # By keyboard alone: to the question, the answer, the button.
    mine.locator("#mine_headline").focus()
    mine.keyboard.press("Space")
    mine.locator('[name="_resolve"][value="merge"]').focus()
    mine.keyboard.press("Enter")
    mine.locator(".messagelist .success").wait_for()
    values = [mine.locator(f"#id_{name}").input_value() for name in ("headline", "lead", "kicker")]
    assert values == ["Two editors at one well", "Mine is the lead.", "Kumkol"]


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
def test_pages_about_a_text_are_readable_by_all_and_at_every_width(log_in, width, scheme):
    page = log_in("chief", width=width, color_scheme=scheme)
    address = begin(page, f"Readable at {width}")
    write(page, "headline", f"Readable at {width} pixels")
    press(page, "publish")
    write(page, "headline", f"Readable at {width} pixels and more")
    save(page)
    base = address.removesuffix("change/")
    for name in ("history/", "compare/", "preview/", "correct/"):
        page.goto(base + name)
        # Frames hold pages that have tests of their own.
        found = violations(page, log_in.complaints, iframes=False)
        assert found == [], name
        assert page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        ), name


@pytest.mark.parametrize("width", [390, 820, 1280, 1440])
@pytest.mark.parametrize("locale", ["en-GB", "ru-RU", "kk-KZ"])
def test_the_list_of_stories_shows_every_column_and_room_for_words(log_in, width, locale):
    page = log_in("chief", width=width, locale=locale)
    page.goto("/admin/news/article/")
    if width > 390:  # there a story is a card
        frame = page.locator(".results").bounding_box()
        last = page.locator("#result_list .field-people").first.bounding_box()
        assert last["x"] + last["width"] <= frame["x"] + frame["width"] + 1
        title = page.locator("#result_list .field-title").first.bounding_box()
        assert title["width"] >= 140
    assert page.locator("#searchbar").bounding_box()["width"] >= 160
    assert tools.sticks_out(page) == []


def test_the_list_comes_along_as_it_is_filtered(log_in):
    page = log_in("editor")
    page.goto("/admin/news/article/?language__exact=kk")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download CSV").click()
    lines = waiting.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert waiting.value.suggested_filename.startswith("stories-")
    assert lines[0].startswith("id,language,status")
    assert len(lines) > 3 and all(line.split(",")[1] == "kk" for line in lines[1:])
