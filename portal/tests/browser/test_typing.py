"""Writing in the form of a story: nothing typed is lost, whatever becomes of server or login."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from portal.seeding import DEMO_PASSWORD

from . import conftest, tools

pytestmark = pytest.mark.browser

ADD = "/admin/news/article/add/"
BODY = "The well gave 41 tonnes on its first day."


@pytest.fixture
def log_in(browser, newsroom):
    """`log_in("editor")`: a page of that account's own browser; what is refused fails the test."""
    contexts, complaints = [], []

    def tab(name="editor", site=newsroom, **options):
        options = {"viewport": {"width": 1280, "height": 900}, "locale": "en-GB"} | options
        context = browser.new_context(base_url=site, **options)
        contexts.append(context)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on(
            "console",
            lambda message: (
                "Content Security Policy" in message.text and complaints.append(message.text)
            ),
        )
        page = context.new_page()
        enter(page, name)
        return page

    yield tab
    for context in contexts:
        context.close()
    assert complaints == []


def enter(page, name="editor"):
    page.goto("/admin/login/?next=/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/admin/")


def begin(page, headline):
    """A draft from the desk's form of three answers; its address."""
    page.goto("/admin/")
    page.get_by_label("Headline of the new story").fill(headline)
    page.get_by_label("Section").select_option(label="Fuel")
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url(re.compile("/change/"))
    return page.url


def calm(page):
    """An empty new story: what other tests left unsaved under this name is thrown away."""
    discard = """async () => {
        const { offers, urls } = JSON.parse(document.getElementById("story-drafts").textContent)
        const token = document.querySelector(".story-form [name=csrfmiddlewaretoken]").value
        const headers = { "Content-Type": "application/json", "X-CSRFToken": token }
        for (const { key } of offers) {
            const body = JSON.stringify({ key })
            const answer = await fetch(urls.discard, { method: "POST", headers, body })
            if (answer.status !== 200) throw new Error(`kept: ${answer.status}`)
        }
        return offers.length
    }"""
    # A page that was closed may still send what it held: until there is nothing twice.
    quiet = 0
    for _time in range(20):
        page.goto(ADD)
        quiet = 0 if page.evaluate(discard) else quiet + 1
        if quiet == 2:
            break
        page.wait_for_timeout(200)
    page.wait_for_load_state("networkidle")
    expect(page.locator(".story-offer")).to_have_count(0)


def put(page, html):
    """A whole text at once, as a script that writes into the field does."""
    page.locator("#id_body").evaluate(
        """(field, html) => {
            field.value = html
            field.dispatchEvent(new Event("input", { bubbles: true }))
            field.dispatchEvent(new Event("change", { bubbles: true }))
        }""",
        html,
    )


def write(page, text):
    """Type on at the end of the text, in the editor where there is one."""
    field = page.locator(".ProseMirror[contenteditable=true]:visible, #id_body:visible").first
    field.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


def kept(page):
    """Wait until the server has a copy of what was typed."""
    expect(page.locator("[data-copy]")).to_contain_text("Saved a copy at", timeout=15_000)


def test_text_survives_a_server_killed_in_mid_edit(browser, prepared, tmp_path, log_in):
    url = conftest.copy_of_the_database(prepared, tmp_path)
    with conftest.served(prepared, DATABASE_URL=url) as site:
        page = log_in(site=site)
        address = begin(page, "A pipe bursts")
        write(page, "First, the pressure fell.")
        kept(page)
        port = site.rpartition(":")[2]
    # The server is gone. Typing goes on; the text stays in the browser, and the page says so.
    write(page, " Then the lights went out.")
    expect(page.locator("[data-copy]")).to_contain_text("No connection", timeout=20_000)
    page.keyboard.press("Control+s")
    expect(page.locator("[data-copy]")).to_contain_text("Nothing was sent", timeout=20_000)
    assert "lights went out" in page.locator("#id_body").input_value()
    context = page.context
    page.close()  # the browser is closed in despair
    with conftest.served(prepared, port=port, DATABASE_URL=url):
        page = context.new_page()
        page.goto(address)
        offer = page.locator(".story-offer").first
        expect(offer).to_contain_text(re.compile(r"Text typed at \d\d:\d\d, not saved"))
        assert "lights" not in page.locator("#id_body").input_value()  # never by itself
        offer.get_by_role("button", name="Show what differs").click()
        expect(offer.locator("ins")).to_contain_text("lights went out")
        offer.get_by_role("button", name="Restore").click()
        expect(page.locator("#id_body")).to_have_value(re.compile("lights went out"))
        expect(page.locator("[data-copy]")).to_contain_text("is back in the form")
        page.get_by_role("button", name="Save", exact=True).click()
        page.locator(".messagelist .success").wait_for()
        assert "lights went out" in page.locator("#id_body").input_value()
        page.reload()
        expect(page.locator(".story-offer")).to_have_count(0)


def test_a_lost_network_is_told_and_caught_up(log_in):
    page = log_in()
    begin(page, "A line goes dead")
    page.context.set_offline(True)
    page.locator("#id_lead").fill("Nobody answers.")
    expect(page.locator("[data-copy]")).to_contain_text("No connection", timeout=15_000)
    page.context.set_offline(False)
    kept(page)


def test_a_story_never_saved_is_offered_back_on_the_next_new_one(log_in):
    page = log_in()
    calm(page)
    page.locator("#id_headline").fill("A story nobody saved")
    write(page, BODY)
    kept(page)
    page.goto("/admin/")
    page.get_by_role("link", name="A story nobody saved").click()
    offer = page.locator(".story-offer", has_text="Text typed at").first
    offer.get_by_role("button", name="Restore").click()
    expect(page.locator("#id_headline")).to_have_value("A story nobody saved")
    expect(page.locator("#id_body")).to_have_value(re.compile(BODY))
    page.goto(ADD)
    offer.get_by_role("button", name="Discard").click()
    expect(offer).to_have_count(0)
    page.reload()
    expect(page.locator(".story-offer", has_text="Text typed")).to_have_count(0)


def test_a_browser_forgets_copies_after_thirty_days(log_in):
    page = log_in()
    calm(page)
    page.evaluate(
        """() => {
            const copy = days => JSON.stringify({
                key: `k${days}`, turn: 1, fields: [["headline", `${days} days old`]],
                at: new Date(Date.now() - days * 24 * 3600 * 1000).toISOString(),
            })
            const user = JSON.parse(document.getElementById("story-drafts").textContent).user
            for (const days of [29, 31]) {
                localStorage.setItem(`story-text/${user}/new/k${days}`, copy(days))
            }
        }"""
    )
    page.reload()
    expect(page.locator(".story-offer")).to_have_count(1)
    page.get_by_role("button", name="Show what differs").click()
    expect(page.locator(".story-offer ins")).to_have_text(re.compile("29 days old"))
    assert page.evaluate("Object.keys(localStorage).filter(name => name.endsWith('k31'))") == []


def test_logged_out_elsewhere_and_in_again_the_open_form_saves(log_in):
    page = log_in()
    begin(page, "A key turns twice")
    other = page.context.new_page()
    other.goto("/admin/")
    other.get_by_role("button", name="Log out").click()
    page.bring_to_front()
    page.locator("#id_lead").fill("The lock was changed.")
    banner = page.locator("[data-banner]")
    expect(banner).to_contain_text("You are logged out", timeout=30_000)
    expect(banner.get_by_role("link")).to_have_attribute("target", "_blank")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-copy]")).to_contain_text("Nothing was sent: you are logged out")
    enter(other)
    page.bring_to_front()
    page.keyboard.press("Control+s")
    page.locator(".messagelist .success").wait_for()
    assert page.locator("#id_lead").input_value() == "The lock was changed."
    expect(page.locator("[data-banner]")).to_be_hidden()


def test_somebody_else_logged_in_meanwhile_is_named_before_anything_is_sent(log_in):
    page = log_in()
    begin(page, "Two people at one machine")
    other = page.context.new_page()
    other.goto("/admin/")
    other.get_by_role("button", name="Log out").click()
    enter(other, "admin")
    page.bring_to_front()
    page.locator("#id_lead").fill("Whose hand is it?")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-banner]")).to_contain_text("admin is logged in now")
    expect(page.locator(".messagelist .success")).to_have_count(0)
    page.keyboard.press("Control+s")
    page.locator(".messagelist .success").wait_for()


def test_two_people_see_each_other_in_the_form_in_the_list_and_on_the_desk(log_in):
    editor = log_in("editor")
    address = begin(editor, "A story for two")
    chief = log_in("admin")
    chief.goto(address)
    expect(chief.locator("[data-presence]")).to_contain_text(
        re.compile(r"open by .*editor.* since \d\d:\d\d"), timeout=10_000
    )
    chief.goto("/admin/news/article/")
    row = chief.locator("#result_list tr", has_text="A story for two")
    expect(row).to_contain_text("open by")
    editor.goto("/admin/")
    chief.reload()
    expect(row).not_to_contain_text("open by")


def test_two_tabs_of_one_person_keep_two_texts(log_in):
    first = log_in()
    address = begin(first, "One pair of hands")
    second = first.context.new_page()
    second.goto(address)
    first.locator("#id_lead").fill("The left hand.")
    kept(first)
    second.bring_to_front()
    second.locator("#id_lead").fill("The right hand.")
    kept(second)
    third = first.context.new_page()
    third.goto(address)
    expect(third.locator(".story-offer")).to_have_count(2)
    expect(third.locator(".story-offer").first).to_contain_text("open in another tab")
    assert first.locator("#id_lead").input_value() == "The left hand."


def test_the_place_the_cursor_and_the_panels_are_where_they_were(log_in):
    page = log_in(viewport={"width": 1280, "height": 600})
    begin(page, "A long story")
    text = "".join(f"<p>Paragraph {n} of the story.</p>" for n in range(60))
    put(page, text)
    panel = page.locator("details.panel", has_text="In lists and search engines")
    panel.locator("summary").click()
    expect(panel).to_have_attribute("open", "")
    source = page.locator("details.panel", has_text="Source and topics")
    source.locator("summary").click()
    write(page, " The end.")
    page.evaluate("scrollTo(0, 900)")
    page.keyboard.press("Control+s")
    page.locator(".messagelist .success").wait_for()
    page.wait_for_function("Math.abs(scrollY - 900) < 3")
    page.wait_for_function("document.activeElement.matches('.ProseMirror, #id_body')")
    page.keyboard.type(" Truly.")  # goes on where it was
    expect(page.locator("#id_body")).to_have_value(re.compile(r"The end\. Truly\."))
    expect(panel).to_have_attribute("open", "")
    assert source.get_attribute("open") is None


def test_letters_and_words_are_counted_while_typing(log_in):
    page = log_in()
    page.goto(ADD)
    assert page.evaluate("document.activeElement.id") == "id_headline"
    page.keyboard.type("x" * 104)
    meter = page.locator("[data-meter=id_headline]")
    expect(meter).to_have_text("104 of 100: 4 too many for lists")
    assert meter.get_attribute("id") in page.locator("#id_headline").get_attribute(
        "aria-describedby"
    )
    page.keyboard.press("Enter")  # goes on instead of breaking the headline
    assert page.evaluate("document.activeElement.id") == "id_lead"
    put(page, f"<p>{'well ' * 399}</p><p>well</p>")
    expect(page.locator("[data-count]")).to_have_text("Words: 400 · Reading time: 2 min")


def test_the_form_works_without_a_script(log_in):
    page = log_in(java_script_enabled=False)
    begin(page, "A plain form")
    page.locator("#id_lead").fill("It is enough.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".messagelist .success").wait_for()
    assert page.locator("#id_lead").input_value() == "It is enough."


def test_the_choice_of_a_language_holds_over_a_new_login(log_in):
    page = log_in()
    page.get_by_role("button", name="Қазақша").click()
    assert page.locator("html").get_attribute("lang") == "kk"
    page.goto("/admin/news/article/")
    assert page.locator("html").get_attribute("lang") == "kk"
    page.goto("/")
    assert page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_barrier_and_no_sideways_scroll_on_desk_login_list_and_form(log_in, theme):
    page = log_in(bypass_csp=True, color_scheme=theme)  # axe writes styles of its own
    story = Path(begin(page, f"A story without barriers, {theme}")).parent.name
    page.locator("#id_lead").fill("It is read aloud.")
    kept(page)
    found = {}
    paths = ["/admin/", "/admin/news/article/", ADD, f"/admin/news/article/{story}/change/"]
    paths += [
        f"/admin/news/article/{story}/delete/",
        "/admin/news/tag/",
        "/admin/password_change/",
    ]
    paths += ["/admin/login/"]
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        for path in paths:
            page.goto(path)
            if path.endswith("/change/"):
                page.locator(".story-offer").first.wait_for()
                page.get_by_role("button", name="Show what differs").first.click()
            for line in [*tools.axe_violations(page), *tools.sticks_out(page)]:
                found[f"{path} {width} {theme}: {line}"] = 1
    assert not found, "\n".join(found)


def test_a_whole_story_by_keyboard_alone(log_in):
    page = log_in()
    page.goto("/admin/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # past the head of the page
    for _step in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "new_headline":
            break
    page.keyboard.type("Written without a mouse")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Fuel")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/change/"))
    for _step in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "id_lead":
            break
    page.keyboard.type("Every key was enough.")
    page.keyboard.press("Control+s")
    page.locator(".messagelist .success").wait_for()
    assert page.locator("#id_lead").input_value() == "Every key was enough."
    assert page.evaluate("document.activeElement.id") == "id_lead"
