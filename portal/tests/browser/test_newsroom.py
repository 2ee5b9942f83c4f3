"""The first steps of an editor, a reporter and a market editor, in the admin as they get it."""

import pytest

pytestmark = pytest.mark.browser

PASSWORD = "meridian-demo"
HEADLINE = "Kumkol well returns after a week of repairs"
BODY = "The well gave 41 tonnes on its first day.\nIt had stood still since Monday."


@pytest.fixture
def desk(browser, newsroom):
    """Logs in: desk("editor") is a page at the newsroom's front door that hears every complaint."""
    contexts, complaints = [], []

    def log_in(username):
        context = browser.new_context(
            viewport={"width": 1280, "height": 900}, base_url=newsroom, locale="en-GB"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/admin/")
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.get_by_role("heading", level=1).wait_for()
        return page

    yield log_in
    for context in contexts:
        context.close()
    # A refused style or script of the admin would stand here.
    assert complaints == []


@pytest.fixture
def reader(browser, newsroom):
    context = browser.new_context(base_url=newsroom)
    yield context.new_page()
    context.close()


def prices(page):
    page.goto("/")
    return dict(
        page.evaluate(
            """[...document.querySelectorAll(".ticker__cell")].map(cell =>
                [cell.querySelector("b").textContent, cell.querySelector("data").textContent])"""
        )
    )


def choose(page, field, words):
    """Pick the first answer of an autocomplete field, as a person does."""
    page.locator(f".field-{field} .select2-selection").click()
    page.locator(".select2-search__field").last.fill(words)
    page.locator(".select2-results__option--highlighted", has_text=words).click()


def write(page, text):
    """Type the text of a story, a paragraph to a line."""
    page.locator(".ProseMirror[contenteditable=true]").click()
    page.keyboard.type(text)


def test_an_editor_publishes_a_story(desk, reader):
    page = desk("editor")
    page.goto("/admin/news/article/add/")
    page.get_by_label("Headline").first.fill(HEADLINE)
    write(page, BODY)
    page.get_by_label("Section").select_option(label="Oil & gas")
    page.evaluate("document.querySelectorAll('details').forEach(panel => panel.open = true)")
    page.locator("#id_lead").fill("The well stood still for a week.")
    page.locator("#id_no_byline_reason").fill("From a wire.")
    page.locator('[name="_move"][value="publish"]').first.click()
    page.locator(".messagelist .success").wait_for()

    reader.goto("/")
    link = reader.locator("main").get_by_role("link", name=HEADLINE)
    assert link.first.is_visible()
    link.first.click()
    assert reader.locator("h1").inner_text().replace("\n", " ") == HEADLINE
    assert reader.locator(".prose > p").all_inner_texts() == BODY.split("\n")


def test_a_wrong_story_keeps_what_was_typed(desk):
    page = desk("editor")
    page.goto("/admin/news/article/add/")
    write(page, BODY)
    page.locator("#id_headline").fill("A well returns")
    page.locator("#id_source_url").fill("http://no address")
    # The browser's own checks would stop most mistakes; this is about the server's.
    page.evaluate("document.querySelector('#article_form').noValidate = true")
    page.locator("[name=_save]").first.click()
    page.locator(".errornote").wait_for()
    for name in ("section", "source_url"):
        field = page.locator(f"#id_{name}")
        assert field.get_attribute("aria-invalid") == "true"
        assert page.locator(f"#{field.get_attribute('aria-describedby').split()[-1]}").inner_text()
    paragraphs = page.locator(".ProseMirror[contenteditable=true] > p")
    assert paragraphs.all_inner_texts()[:2] == BODY.split("\n")
    assert page.locator("#id_headline").input_value() == "A well returns"
    assert page.locator("#id_source_url").input_value() == "http://no address"


def test_a_reporter_may_submit_but_not_publish(desk):
    page = desk("reporter")
    page.goto("/admin/news/article/add/")
    page.locator("#id_headline").fill("A well returns")
    page.locator("#id_section").select_option(label="Oil & gas")
    page.locator("[name=_save]").first.click()
    page.locator(".messagelist .success").wait_for()
    offered = page.locator("[name=_move]").evaluate_all("all => all.map(one => one.value)")
    assert offered == ["submit"]


def test_a_market_editor_enters_a_price_and_the_next_page_has_it(desk, reader):
    assert prices(reader)["USD"] == "64.3008"
    page = desk("markets")
    page.goto("/admin/markets/observation/add/")
    choose(page, "series", "USD")
    page.get_by_label("Value").fill("64,9125")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".messagelist .success").wait_for()
    assert prices(reader)["USD"] == "64.9125"
