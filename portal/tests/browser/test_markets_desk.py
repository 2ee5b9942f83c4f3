"""A market editor's morning: fuel prices typed, a jump held, released by a colleague, read."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from portal.seeding import DEMO_PASSWORD

from . import tools

pytestmark = pytest.mark.browser
WIDTHS = (390, 1280)
PAGES = (
    *("", "fuelprice/", "observation/", "observation/add/", "observation/import/", "heldquote/"),
    *("fetchrun/", "override/", "override/add/", "tickerslot/", "region/", "holiday/"),
    *("instrument/", "instrument/add/"),
)


@pytest.fixture
def log_in(browser, newsroom):
    """`log_in("markets")`: a tab of that demo account; what the browser refuses fails the test."""
    tabs, complaints = [], []

    def tab(name, width=1280, **options):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, locale="en-GB", **options
        )
        page = context.new_page()
        tabs.append(context)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: message.type == "error" and complaints.append(message.text),
        )
        page.goto(f"{newsroom}/admin/login/")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(DEMO_PASSWORD)
        page.get_by_role("button", name="Log in").click()
        return page

    yield tab
    for context in tabs:
        context.close()
    assert complaints == []


def paste(cell, text):
    """What Ctrl+V does to a cell, with the text of a spreadsheet's column."""
    cell.evaluate(
        """(cell, text) => {
            const clipboardData = new DataTransfer()
            clipboardData.setData("text/plain", text)
            cell.dispatchEvent(
                new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true})
            )
        }""",
        text,
    )


def cell_of(page, grade):
    return page.get_by_label(f"Russia, {grade}", exact=True)


def strip(page, newsroom):
    """The ticker of a page opened now, as text."""
    page.goto(f"{newsroom}/markets/")
    return re.sub(r"\s+", " ", page.locator("#ticker, .ticker").first.inner_text())


def assert_words_of_a_state_fit_a_phone(log_in, newsroom):
    """The board tells a held value beside its figures; the state of the data needs no scrolling."""
    phone = log_in("markets", width=390)
    for language, held in (("", "Being checked"), ("ru/", "Проверяется"), ("kk/", "Тексерілуде")):
        phone.goto(f"{newsroom}/{language}markets/")
        expect(phone.locator('.ledger [data-state="held"]')).to_contain_text(held)
        assert tools.sideways_scroll(phone) == 0, language
        phone.goto(f"{newsroom}/{language}markets/status/")
        hidden = "boxes => boxes.filter(box => box.scrollWidth > box.clientWidth + 1).length"
        assert phone.locator(".tablebox").evaluate_all(hidden) == 0, language


def test_prices_are_typed_a_jump_is_held_and_a_colleague_releases_it(log_in, newsroom):
    markets = log_in("markets")
    sheet = f"{newsroom}/admin/markets/fuelprice/"
    markets.goto(sheet)
    today = date.fromisoformat(markets.get_by_label("Prices of").input_value())

    # Last week's survey comes as a column of a spreadsheet, with one cell too many.
    markets.get_by_label("Prices of").fill((today - timedelta(days=7)).isoformat())
    markets.get_by_role("button", name="Show this day").click()
    paste(cell_of(markets, "AI-92"), "42,40\n46,30\n52,10\n48,20\n99\n")
    expect(cell_of(markets, "Diesel")).to_have_value("48,20")
    expect(markets.get_by_role("status")).to_have_text("4 cells filled, 1 values did not fit.")
    markets.get_by_role("button", name="Save the sheet").click()
    expect(markets.locator(".messagelist")).to_contain_text("4 prices saved")

    # Today's are typed; Enter goes down the column, and the slip is told beside its cell.
    markets.goto(sheet)
    cell_of(markets, "AI-92").fill("42.61")
    cell_of(markets, "AI-92").press("Enter")
    markets.keyboard.type("5o.50")
    markets.get_by_role("button", name="Save the sheet").click()
    wrong = cell_of(markets, "AI-95")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_have_value("5o.50")
    wrong.fill("50.50")
    markets.get_by_role("button", name="Save the sheet").click()
    expect(markets.locator("#sheet")).to_contain_text("Will be held for another person")
    markets.get_by_role("checkbox").check()
    markets.get_by_role("button", name="Save the sheet").click()
    expect(markets.locator(".messagelist")).to_contain_text("1 price waits for another person")
    shown = strip(markets, newsroom)
    assert "AI-92 42.61" in shown and "AI-95 46.3 " in shown, shown
    assert_words_of_a_state_fit_a_phone(log_in, newsroom)

    # Who typed it does not release it; a colleague does.
    markets.goto(f"{newsroom}/admin/markets/heldquote/")
    markets.get_by_role("link", name="fuel-ai95-ru").click()
    expect(markets.get_by_role("button", name="Accept: readers see it")).to_have_count(0)
    colleague = log_in("admin", width=390)
    colleague.goto(f"{newsroom}/admin/markets/heldquote/")
    colleague.get_by_role("link", name="fuel-ai95-ru").click()
    colleague.get_by_label("Note").fill("checked with the survey")
    colleague.get_by_role("button", name="Accept: readers see it").click()
    expect(colleague.locator(".messagelist")).to_contain_text("Accepted")
    shown = strip(colleague, newsroom)
    assert "AI-95 50.5 " in shown, shown


def test_the_sheet_works_without_a_script(log_in, newsroom):
    page = log_in("markets", java_script_enabled=False)
    page.goto(f"{newsroom}/admin/markets/fuelprice/")
    cell_of(page, "AI-98").fill("9")
    cell_of(page, "AI-98").press("Enter")
    expect(page.locator("#sheet")).to_contain_text("Not plausible")


def test_the_example_of_an_instrument_follows_what_is_typed(log_in, newsroom):
    page = log_in("markets")
    page.goto(f"{newsroom}/admin/markets/instrument/?q=brent")
    page.get_by_role("link", name="Brent").first.click()
    example = page.locator("[data-example]")
    expect(example).to_contain_text("BRENT 58.45")
    page.get_by_label("Decimals kept").fill("3")
    page.get_by_label("Most decimals shown").fill("3")
    page.get_by_label("Fewest decimals shown").fill("3")
    expect(example).to_contain_text("BRENT 58.450")
    page.get_by_label("Fewest decimals shown").fill("5")
    expect(example).to_contain_text("fewest ≤ most shown")


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_of_the_desk_is_wider_than_its_window(log_in, newsroom, width):
    page = log_in("markets", width=width)
    wide = {}
    for path in PAGES:
        page.goto(f"{newsroom}/admin/markets/{path}")
        if pixels := tools.sideways_scroll(page):
            wide[path] = pixels
    assert wide == {}


def test_pages_of_the_desk_have_no_barrier_in_either_theme(log_in, newsroom):
    page = log_in("markets", bypass_csp=True)  # axe writes styles of its own
    found = {}
    for path in ("fuelprice/", "observation/import/", "heldquote/", "fetchrun/", "tickerslot/"):
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            page.goto(f"{newsroom}/admin/markets/{path}")
            page.evaluate("document.querySelectorAll('#header, .breadcrumbs, #nav-sidebar')"
                          ".forEach(part => part.remove())")  # fmt: skip
            found |= {f"{path} {theme}: {line}": 1 for line in tools.axe_violations(page)}
    assert not found, "\n".join(found)
