"""The strip while a page stays open: it follows a new price and disturbs nobody."""

import subprocess
import sys
from datetime import date

import pytest

from . import conftest

pytestmark = pytest.mark.browser
MINUTE = 66_000  # in milliseconds, with the most a reader's script adds
COLUMNS = "instrument,as_of,value,currency,unit,region,source,source_url,note"


@pytest.fixture
def desk(prepared, tmp_path):
    """The address of a portal, and what an editor does to import a price of Brent."""
    url = conftest.copy_of_the_database(prepared, tmp_path)

    def publish(value):
        file = tmp_path / "prices.csv"
        file.write_text(f"{COLUMNS}\nbrent,{date.today()},{value},USD,bbl,,editorial,,\n")
        command = [sys.executable, "manage.py", "import_quotes", str(file)]
        environment = conftest.environment(prepared, DATABASE_URL=url)
        subprocess.run(command, cwd=conftest.ROOT, env=environment, check=True, timeout=60)

    with conftest.served(prepared, DATABASE_URL=url) as site:
        yield site, publish


@pytest.fixture
def reading(page, desk):
    """A page whose clock the test moves; every reading of the strip reaches the server."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.clock.install()
    page.goto(desk[0] + "/markets/status/")

    def wait(minutes):
        """So many minutes later. What each brings arrives in real time."""
        for _minute in range(minutes):
            page.clock.fast_forward(MINUTE)
            page.wait_for_timeout(200)
        page.wait_for_timeout(300)
        found = [url for url in asked if url.endswith("/ticker/")]
        asked.clear()
        return len(found)

    page.evaluate("window.first = document.querySelector('.ticker__list li')")
    return wait


def brent(page):
    return page.inner_text('.ticker a[href="/markets/brent/"] data')


def strip(page):
    return page.evaluate(
        """() => {
            const list = document.querySelector('.ticker__list')
            const box = document.querySelector('.ticker').getBoundingClientRect()
            return [list.scrollLeft, box.height, scrollY]
        }"""
    )


def test_a_new_price_arrives_without_a_reload_and_moves_nothing(page, reading, desk):
    page.evaluate("document.querySelector('.ticker__list').scrollLeft = 150; scrollTo(0, 300)")
    page.wait_for_timeout(100)
    before = strip(page)
    assert reading(1) == 1
    assert page.evaluate("first.isConnected"), "nothing was new: nothing may be replaced"
    desk[1]("59.99")
    assert reading(1) == 1
    assert brent(page) == "59.99"
    assert strip(page) == before
    assert page.locator(".ticker [aria-live]").count() == 0


def test_a_cell_with_the_focus_keeps_it(page, reading, desk):
    page.focus('.ticker a[href="/markets/eur-rub/"]')
    desk[1]("59.99")
    assert reading(1) == 1
    assert page.evaluate("document.activeElement.getAttribute('href')") == "/markets/eur-rub/"
    assert brent(page) == "58.45"
    page.evaluate("document.activeElement.blur()")
    assert reading(1) == 1
    assert brent(page) == "59.99"


def test_a_hidden_page_asks_nothing_and_asks_at_once_when_it_is_seen_again(page, reading):
    show = """hidden => {
        Object.defineProperty(document, 'hidden', {value: hidden, configurable: true})
        document.dispatchEvent(new Event('visibilitychange'))
    }"""
    page.evaluate(show, True)
    assert reading(5) == 0
    page.evaluate(show, False)
    page.clock.run_for(100)
    assert reading(0) == 1


def test_a_server_that_does_not_answer_is_asked_ever_less_often(page, reading):
    page.route("**/ticker/", lambda route: route.fulfill(status=503))
    assert reading(10) == 3
    assert brent(page) == "58.45"


def test_without_scripts_the_strip_is_the_same(browser, desk):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(desk[0] + "/markets/status/")
    assert brent(page) == "58.45"
    context.close()
