"""The editor of a story's text as people use it: written, pasted, linked, pictured, by keyboard."""

import re
from html.parser import HTMLParser

import pytest
from playwright.sync_api import expect

from news.prose import TAGS, clean
from news.tests.factories import picture_file
from news.tests.hostile import HOSTILE
from news.tests.legitimate import LEGITIMATE
from portal.seeding import DEMO_PASSWORD

from . import tools
from .pastes import PASTES, docs, docs_line, docs_span, word, word_item

pytestmark = pytest.mark.browser
ADD = "/admin/news/article/add/"
KNOWN = {}  # (portal, account): its cookies, so that each logs in once


@pytest.fixture
def log_in(browser, newsroom):
    """`log_in("editor")`: a tab of that demo account; what the browser refuses fails the test."""
    tabs, complaints = [], []

    def tab(name="editor", width=1280, **options):
        state = KNOWN.get((newsroom, name))
        options = {"locale": "en-GB", "base_url": newsroom, "storage_state": state, **options}
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        page = context.new_page()
        page.set_default_timeout(5_000)
        tabs.append(context)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        if state is None:
            page.goto("/admin/login/")
            page.locator("#id_username").fill(name)
            page.locator("#id_password").fill(DEMO_PASSWORD)
            page.locator("[type=submit]").click()
            page.locator("#user-tools").wait_for()
            KNOWN[newsroom, name] = context.storage_state()
        return page

    yield tab
    for context in tabs:
        context.close()
    # Refused uploads and cut lines are tested here: that they failed is no complaint.
    assert [line for line in complaints if not line.startswith("Failed to load resource")] == []


@pytest.fixture
def writing(log_in):
    page = log_in()
    page.goto(ADD)
    return page


def text_of(page):
    return page.locator(".ProseMirror[contenteditable=true]")


def html_of(page):
    return page.locator("textarea[name=body]").input_value()


def tool(page, name):
    return page.locator(f"[data-tool={name}]")


def paste(page, html="", text=""):
    """What Ctrl+V does to the text."""
    text_of(page).evaluate(
        """(area, [html, text]) => {
            const clipboardData = new DataTransfer()
            if (html) clipboardData.setData("text/html", html)
            if (text) clipboardData.setData("text/plain", text)
            area.focus()
            const event = {clipboardData, bubbles: true, cancelable: true}
            area.dispatchEvent(new ClipboardEvent("paste", event))
        }""",
        [html, text],
    )


def save(page):
    """The button that stays with the story."""
    stays = page.locator("[name=_continue]")
    (stays if stays.count() else page.locator("[name=_save]")).first.click()


def save_draft(page, headline):
    """Saves the story and opens it again."""
    page.locator("#id_headline").fill(headline)
    page.locator("#id_section").select_option(index=1)
    save(page)
    page.locator(".messagelist .success").wait_for()
    expect(text_of(page)).to_be_visible()


def test_a_story_is_written_with_all_its_tools_and_stays_as_it_was_written(writing):
    page, keys = writing, writing.keyboard
    text_of(page).click()
    keys.type("Tanks are full before the frost.\n")
    tool(page, "h2").click()
    keys.type("What it means\n")
    tool(page, "bullets").click()
    keys.type("Prices hold\nNobody")
    tool(page, "bold").click()
    keys.type(" waits")
    tool(page, "bold").click()
    keys.type("\n\n")
    tool(page, "pull").click()
    keys.type("Nobody ever ran dry here.")
    tool(page, "speaker").click()
    keys.type("a dispatcher\n")
    keys.type("See ")
    tool(page, "link").click()
    dialog = page.locator("dialog[open]")
    tools.look_up(dialog.get_by_label("Words of the headline or the text"), "wagon")
    dialog.locator("li button").first.click()
    keys.type(" and ")
    tool(page, "chip").click()
    dialog.get_by_label("Instrument").fill("brent")
    dialog.get_by_role("button", name=re.compile("BRENT")).click()
    keys.type(".")
    tool(page, "figure").click()
    tools.look_up(dialog.get_by_label("What it shows, or who made it"), "tanker")
    dialog.locator("li button").first.click()
    expect(text_of(page).locator("figure img")).to_be_visible()
    keys.type("Our words for it\n")
    tool(page, "table").click()
    dialog.get_by_label("Heading of the table").fill("Stocks, t")
    dialog.get_by_label("Rows").fill("2")
    dialog.get_by_label("Columns").fill("2")
    dialog.get_by_role("button", name="Insert the table").click()
    for word_ in ("Depot", "Stock", "Aktau", "41"):
        keys.type(word_)
        keys.press("Tab")
    tool(page, "rowGone").click()  # the last Tab made one row more
    text_of(page).locator("> p").last.click()
    tool(page, "rule").click()
    keys.type("CO")
    tool(page, "subscript").click()
    keys.type("2")

    written = html_of(page)
    shape = re.sub(r'href="/[a-z-]+/\d+-[a-z0-9-]+/">[^<]+', 'href="STORY">HEADLINE', written)
    shape = re.sub(r'data-picture="\d+"', 'data-picture="N"', shape)
    assert shape == "\n".join(
        [
            "<p>Tanks are full before the frost.</p>",
            "<h2>What it means</h2>",
            "<ul>\n<li>Prices hold</li>\n<li>Nobody<strong> waits</strong></li>\n</ul>",
            '<blockquote class="pull"><p>Nobody ever ran dry here.</p>'
            "<footer>a dispatcher</footer></blockquote>",
            '<p>See <a href="STORY">HEADLINE</a> and '
            '<span data-instrument="brent">Brent crude</span>.</p>',
            '<figure data-picture="N"><figcaption>Our words for it</figcaption></figure>',
            "<table>\n<caption>Stocks, t</caption>\n"
            '<thead>\n<tr><th scope="col">Depot</th><th scope="col">Stock</th></tr>\n</thead>\n'
            "<tbody>\n<tr><td>Aktau</td><td>41</td></tr>\n</tbody>\n</table>",
            "<hr>",
            "<p>CO<sub>2</sub></p>",
        ]
    )
    assert clean(written) == written
    save_draft(page, "Tanks are full")
    assert html_of(page) == written

    # Opened again it is not changed by being looked at, and a letter changes a letter.
    text_of(page).locator("> p").first.click()
    keys.press("Home")
    keys.type("X")
    assert html_of(page) == written.replace("Tanks are", "XTanks are")
    keys.press("Control+z")
    assert html_of(page) == written


def test_everything_can_be_done_by_keyboard_and_nobody_is_caught_in_the_text(writing):
    page, keys = writing, writing.keyboard
    text_of(page).focus()
    keys.press("Shift+Tab")
    expect(tool(page, "undo")).to_be_focused()  # one stop for all tools
    keys.press("Tab")
    expect(text_of(page)).to_be_focused()
    keys.type("## Supply\nA line\n- one\n")
    keys.press("Tab")
    keys.type("two")
    keys.press("Alt+F10")
    expect(tool(page, "undo")).to_be_focused()
    keys.press("End")
    expect(tool(page, "plain")).to_be_focused()
    keys.press("Home")
    for _ in range(2):
        keys.press("ArrowRight")
    expect(tool(page, "h2")).to_be_focused()
    keys.press("Escape")
    expect(text_of(page)).to_be_focused()
    keys.press("Control+k")
    expect(page.get_by_label("Web address")).to_be_focused()
    keys.type("no address")
    keys.press("Enter")
    expect(page.locator("dialog[open] [role=alert]")).to_contain_text("Write an address")
    page.get_by_label("Web address").fill("example.org/a")
    keys.press("Enter")
    assert html_of(page) == (
        "<h2>Supply</h2>\n<p>A line</p>\n"
        '<ul>\n<li>one<ul>\n<li>two<a href="https://example.org/a">example.org/a</a></li>\n</ul></li>\n</ul>'
    )
    keys.press("Shift+Tab")  # within a list it means the list
    expect(text_of(page)).to_be_focused()
    keys.press("Escape")
    keys.press("Tab")
    expect(text_of(page)).not_to_be_focused()


def test_a_quote_is_made_loud_and_undone_whole(writing):
    page, keys = writing, writing.keyboard
    text_of(page).click()
    keys.type("Said.")
    tool(page, "quote").click()
    tool(page, "speaker").click()
    keys.type("A. Name")
    assert html_of(page) == "<blockquote><p>Said.</p><footer>A. Name</footer></blockquote>"
    tool(page, "pull").click()
    expect(tool(page, "pull")).to_have_attribute("aria-pressed", "true")
    assert html_of(page).startswith('<blockquote class="pull"><p>Said.</p><footer>')
    tool(page, "pull").click()
    assert html_of(page) == "<p>Said.</p>\n<p>A. Name</p>"
    keys.type("!")
    assert html_of(page) == "<p>Said.</p>\n<p>A. Name!</p>"


def test_a_dialog_gives_the_text_back_and_changes_nothing_when_it_is_left(writing):
    page, keys = writing, writing.keyboard
    text_of(page).click()
    keys.type("Words")
    for name in ("link", "figure", "chip", "table"):
        tool(page, name).click()
        expect(page.locator("dialog[open]")).to_have_count(1)
        keys.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)
        expect(text_of(page)).to_be_focused()
    page.wait_for_timeout(100)  # the browser tells of the closing a moment after it
    keys.type("!")
    assert html_of(page) == "<p>Words!</p>"


ADDRESSES = [
    ("https://example.org/x?utm_source=tg&id=1", "https://example.org/x?id=1"),
    ("example.org", "https://example.org"),
    ("қазақстан.example/жол", "https://қазақстан.example/жол"),
    ("/fuel/", "/fuel/"),
    ("{site}/ru/fuel/?page=2", "/ru/fuel/?page=2"),
    ("a@example.org", "mailto:a@example.org"),
    ("tel:+77270000000", "tel:+77270000000"),
    ("javascript:alert(1)", None),
    ("//evil.example", None),
    ("some words", None),
    ("", None),
]


def test_an_address_is_mended_or_refused(writing, newsroom):
    page = writing
    paste(page, text="Words")
    for typed, kept in ADDRESSES:
        page.keyboard.press("Control+a")
        tool(page, "link").click()
        page.get_by_label("Web address").fill(typed.format(site=newsroom))
        page.keyboard.press("Enter")
        if kept:
            assert html_of(page) == f'<p><a href="{kept}">Words</a></p>'
            tool(page, "link").click()
            page.get_by_role("button", name="Remove the link").click()
        else:
            expect(page.get_by_label("Web address")).to_have_attribute("aria-invalid", "true")
            page.keyboard.press("Escape")
        assert html_of(page) == "<p>Words</p>", typed


def test_a_picture_is_uploaded_in_place_and_mistakes_are_said_beside_their_fields(
    writing, tmp_path
):
    page = writing
    file = tmp_path / "depot.jpg"
    file.write_bytes(picture_file(900, 600).read())
    text_of(page).click()
    page.keyboard.type("Before")
    tool(page, "figure").click()
    page.get_by_text("Upload a new picture").click()
    upload = page.locator(".prose-upload")
    upload.get_by_label("File").set_input_files(file)
    upload.get_by_label("Credit").fill("Photo: A. Name")
    upload.get_by_role("button", name="Upload and insert").click()
    expect(upload.get_by_label("Alternative text")).to_be_focused()
    expect(upload.locator("[data-error=alt]")).to_contain_text("Say what the picture shows")
    upload.get_by_label("Alternative text").fill("A depot at dusk")
    upload.get_by_role("button", name="Upload and insert").click()
    image = text_of(page).locator("figure img")
    expect(image).to_have_attribute("alt", "A depot at dusk")
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 900
    assert re.fullmatch(r'<p>Before</p>\n<figure data-picture="\d+"></figure>', html_of(page))
    # With the picture chosen, the same tool changes it.
    image.click()
    before = html_of(page)
    tool(page, "figure").click()
    page.locator("dialog[open] li button").nth(1).click()
    assert html_of(page) != before and html_of(page).count("<figure") == 1


@pytest.fixture
def pasting(writing):
    """cleanPaste of the editor's script, under the policy of the form."""

    def clean_paste(*texts):
        return writing.evaluate(
            """async texts => {
                const {cleanPaste} = await import("/static/js/admin-prose-paste.js")
                return texts.map(html => cleanPaste(html, {origin: "https://news.example"}))
            }""",
            texts,
        )

    return clean_paste


def test_what_is_pasted_comes_out_clean(pasting):
    theirs, ours = zip(*PASTES.values(), strict=True)
    assert dict(zip(PASTES, pasting(*theirs), strict=True)) == dict(zip(PASTES, ours, strict=True))
    # Once and for all. A path on the clipboard would be another site's, so it is no link.
    again = [html for html in ours if 'href="/' not in html]
    assert pasting(*again) == again
    assert [clean(html) for html in ours] == list(ours)


def test_a_document_pasted_into_the_text_is_the_same_afterwards_and_after_saving(writing):
    page = writing
    paste(
        page, word("<p class=MsoNormal>First.</p>" + word_item("One") + word_item("Two", level=2))
    )
    assert html_of(page) == "<p>First.</p>\n<ul>\n<li>One<ul>\n<li>Two</li>\n</ul></li>\n</ul>"
    page.keyboard.press("Control+a")
    paste(page, docs(docs_line(docs_span("Bold", "font-weight:700;") + docs_span(" words"))))
    assert html_of(page) == "<p><strong>Bold</strong> words</p>"
    paste(page, text="One line\nanother line")
    save_draft(page, "Pasted")
    assert html_of(page) == "<p><strong>Bold</strong> wordsOne line</p>\n<p>another line</p>"


def test_a_pasted_picture_is_refused_with_a_word_on_what_to_do(writing):
    page = writing
    paste(page, '<p>Words<img src="https://evil.example/a.png"></p>')
    expect(page.locator("[data-prose-said]")).to_contain_text("upload them with the Picture tool")
    assert html_of(page) == "<p>Words</p>"
    text_of(page).evaluate(
        """area => {
            const clipboardData = new DataTransfer()
            clipboardData.items.add(new File(["x"], "a.png", {type: "image/png"}))
            const event = {clipboardData, bubbles: true, cancelable: true}
            area.dispatchEvent(new ClipboardEvent("paste", event))
        }"""
    )
    assert html_of(page) == "<p>Words</p>"


def test_an_address_pasted_over_words_makes_them_a_link(writing):
    page = writing
    paste(page, text="Words")
    page.keyboard.press("Control+a")
    paste(page, text="https://example.org/a?utm_source=x")
    assert html_of(page) == '<p><a href="https://example.org/a">Words</a></p>'


def test_the_field_tells_of_every_change_and_may_be_written_by_others(writing):
    page = writing
    page.evaluate(
        """() => {
            window.heard = []
            document.querySelector("#article_form").addEventListener("input", event =>
                heard.push([event.target.name, event.target.value, event.target.dataset.words]))
        }"""
    )
    text_of(page).click()
    page.keyboard.type("Two words")
    # The editor's own surface has no name; the field has.
    named = page.evaluate("heard.filter(one => one[0]).at(-1)")
    assert named == ["body", "<p>Two words</p>", "2"]
    page.evaluate(
        """() => {
            const area = document.querySelector("[name=body]")
            area.value = "Offered back\\n\\nby the desk"
            area.dispatchEvent(new Event("change", {bubbles: true}))
        }"""
    )
    expect(text_of(page).locator("p")).to_have_text(["Offered back", "by the desk"])
    text_of(page).click()
    page.keyboard.press("Control+z")
    assert html_of(page) == "<p>Two words</p>"


def test_a_text_the_editor_cannot_hold_stays_in_the_plain_field(writing):
    page = writing
    odd = '<figure data-picture="1"><figcaption>a</figcaption><p>words beside it</p></figure>'
    page.locator("#id_headline").fill("x")
    page.evaluate("odd => { document.querySelector('[name=body]').value = odd }", odd)
    page.evaluate("document.querySelector('#article_form').noValidate = true")
    save(page)
    page.locator(".errornote").wait_for()
    expect(page.locator("[data-prose-said]")).to_contain_text("does not know")
    expect(page.locator("[name=body]")).to_be_visible()
    assert html_of(page) == odd
    expect(text_of(page)).to_have_count(0)


def test_a_lost_connection_and_a_lost_login_are_said_plainly(writing):
    page = writing
    page.route("**/prose/stories/**", lambda route: route.abort())
    tool(page, "link").click()
    found = page.locator("dialog[open] [data-part=found]")
    expect(found).to_contain_text("The server does not answer")
    page.unroute("**/prose/stories/**")
    page.context.clear_cookies()
    page.locator("dialog[open] [data-part=search]").fill("depot")
    expect(found).to_contain_text("You are logged out")
    page.keyboard.press("Escape")


class Names(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append(tag)


EDIT = """async fragments => {
    const {Editor} = await import("/static/django_prose_editor/editor.js")
    const {extensions} = await import("/static/js/admin-prose-nodes.js")
    const {fromField, toField, contents} = await import("/static/js/admin-prose-html.js")
    return fragments.map(html => {
        const editor = new Editor({
            element: document.createElement("div"), injectCSS: false, content: fromField(html),
            extensions: extensions({picture: async () => null, words: {}}),
        })
        const back = toField(editor.state.doc)
        editor.destroy()
        return [back, contents(fromField(html)) === contents(back)]
    })
}"""


def test_the_editor_holds_whatever_the_server_allows(writing):
    """Nothing of the allow-list is lost by opening a text and changing a letter of it."""
    assert {tag for fragment in LEGITIMATE for tag in Names(fragment).found} == TAGS
    texts = [text for text in LEGITIMATE if "<li></li>" not in text and text != "<p></p>"]
    for text, (back, is_whole) in zip(texts, writing.evaluate(EDIT, texts), strict=True):
        assert is_whole, text
        assert clean(back) == back, text
        assert set(Names(text).found) - {"p"} <= set(Names(back).found), text


def test_hostile_fragments_do_nothing_in_the_editor_or_on_their_way_into_it(writing):
    """Beside log_in, which hears every refusal of the page's policy."""
    page = writing
    page.evaluate("() => { window.ran = 0; window.alert = () => { ran += 1 } }")
    page.evaluate(EDIT, HOSTILE)
    cleaned = page.evaluate(
        """async fragments => {
            const {cleanPaste} = await import("/static/js/admin-prose-paste.js")
            return fragments.map(html => cleanPaste(html))
        }""",
        HOSTILE,
    )
    page.evaluate(
        """async cleaned => {
            const {Editor} = await import("/static/django_prose_editor/editor.js")
            for (const html of cleaned) document.createElement("div").innerHTML = html
            await new Promise(resolve => setTimeout(resolve, 300))
        }""",
        cleaned,
    )
    assert page.evaluate("ran") == 0
    changed = {html: clean(html) for html in cleaned if set(Names(html).found) - TAGS}
    assert changed == {}


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_the_editor_is_no_wider_than_its_window(log_in, width):
    page = log_in(width=width)
    page.goto(ADD)
    paste(
        page,
        "<table><tr>" + "<td>A long heading of a column</td>" * 9 + "</tr></table><p>" + "x" * 300,
    )
    tool(page, "table").wait_for()
    assert tools.sideways_scroll(page) == 0
    for name in ("link", "figure", "chip", "table"):
        tool(page, name).click()
        box = page.locator("dialog[open]").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        page.keyboard.press("Escape")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_editor_and_its_dialogs_have_no_barrier(log_in, theme):
    page = log_in(width=390, bypass_csp=True, color_scheme=theme)  # axe writes styles of its own
    page.goto(ADD)
    paste(
        page,
        "<h2>Head</h2><p><a href='https://example.org'>Link</a></p><table><tr><th>A</th></tr><tr><td>1</td></tr></table>",
    )
    text_of(page).locator("td").click()
    found = tools.axe_violations(page, **{"runOnly": {"type": "tag", "values": tools.AXE_TAGS}})
    found = [line for line in found if "prose" in line.lower()]
    for name in ("link", "figure", "chip", "table", "caption"):
        tool(page, name).click()
        dialog = page.locator("dialog[open]")
        if name == "figure":
            dialog.locator("li img").first.wait_for()
            dialog.locator("summary").click()
        found += [
            f"{name}: {line}" for line in tools.axe_violations(page) if "dialog" in line.lower()
        ]
        page.keyboard.press("Escape")
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("locale", "said"), [("ru", "Заголовок"), ("kk", "Тақырып"), ("en-GB", "Heading")]
)
def test_the_tools_speak_the_language_of_the_newsroom(log_in, locale, said):
    page = log_in(locale=locale)
    page.goto(ADD)
    expect(tool(page, "h2")).to_have_attribute("aria-label", f"H2: {said}")
