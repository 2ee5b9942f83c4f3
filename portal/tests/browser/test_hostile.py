"""Hostile fragments before a real browser: cleaned, alone in a frame; and in every text field of a
story, on the pages readers get. A positive control shows that what runs would be heard.
"""

import contextlib
import re
from urllib.parse import urlencode

import pytest
from django.contrib.staticfiles import finders
from django.db.models import CharField, QuerySet, TextField
from django.utils import timezone
from playwright.sync_api import Error

from news.models import Article, Author, Correction, Picture, Section, Source, Tag
from news.prose import clean
from news.tests.factories import (
    make_article,
    make_author,
    make_picture,
    make_section,
    make_source,
    make_tag,
)
from news.tests.hostile import HOSTILE

pytestmark = pytest.mark.browser
HOST = "http://hostile.example"
AT_ONCE = 48
# What no page of ours holds, wherever it came from.
ALIEN = """() => [...document.querySelectorAll("*")].flatMap(node => {
    const found = []
    for (const {name, value} of node.attributes) {
        if (/^on|^style$|^srcdoc$|^formaction$|^ping$|^xlink:/i.test(name)) found.push(name)
        if (/^(?:href|src|action)$/.test(name) && URL.canParse(value, document.baseURI)) {
            const url = new URL(value, document.baseURI)
            if (!/^(?:https?|mailto|tel):$/.test(url.protocol)) found.push(value)
            const isNamed = /^(?:canonical|alternate)$/.test(node.rel)
            if (node.localName !== "a" && !isNamed && url.host !== location.host) found.push(value)
        }
    }
    const isData = node.type === "application/ld+json"  // read by machines, run by nobody
    if (node.localName === "script" && !isData && !String(node.src).includes("/static/")) {
        found.push("script")
    }
    if (/^(?:base|iframe|object|embed|style|math)$/.test(node.localName)) found.push("here")
    return found.map(what => `${node.localName}: ${what}`)
})"""


@pytest.fixture
def frames(browser):
    """frames(pages, headers): each page of HTML in a frame; (what ran, what the policy refused,
    what looks alien in them).
    """
    context = browser.new_context()
    context.add_init_script(
        "for (const name of ['alert', 'confirm', 'prompt', 'print'])"
        " window[name] = () => console.log('RAN ' + location.pathname)"
    )

    def show(pages, headers=None, may_leave=False):
        heard = []
        bodies = {f"/page/{number}": html for number, html in enumerate(pages)}

        def answer(route):
            path = re.sub(r"^https?://[^/]+|\?.*$", "", route.request.url)
            if not route.request.url.startswith(HOST + "/"):
                route.abort()
            elif path in bodies:
                html = bodies[path].encode("utf-8", "replace")
                route.fulfill(body=html, content_type="text/html", headers=headers or {})
            elif path.startswith("/at/"):
                first = int(path[4:])
                shown = range(first, min(first + AT_ONCE, len(pages)))
                framed = "".join(f"<iframe src=/page/{number}></iframe>" for number in shown)
                route.fulfill(body=f"<!doctype html>{framed}", content_type="text/html")
            elif file := path.startswith("/static/") and finders.find(path[8:]):
                route.fulfill(path=file)
            else:
                route.fulfill(status=404, body="")

        page = context.new_page()
        page.on("console", lambda message: heard.append(message.text))
        page.route("**/*", answer)
        alien = []
        for first in range(0, len(pages), AT_ONCE):
            page.goto(f"{HOST}/at/{first}")
            page.wait_for_timeout(150)  # handlers of what failed to load
            assert len(page.main_frame.child_frames) == min(AT_ONCE, len(pages) - first)
            for frame in page.main_frame.child_frames:
                with contextlib.suppress(Error if may_leave else ()):
                    alien += [f"{frame.url} {line}" for line in frame.evaluate(ALIEN)]
        page.close()
        ran = {line for line in heard if line.startswith("RAN")}
        refused = [line for line in heard if "Content Security Policy" in line]
        return ran, refused, alien

    yield show
    context.close()


def test_there_are_hundreds_of_them_and_most_would_run(frames):
    """The positive control: as they came, without a policy, they do run and it is heard."""
    assert len(set(HOSTILE)) >= 300
    ran, _refused, alien = frames(
        [f"<!doctype html><title>x</title><body>{text}" for text in HOSTILE],
        may_leave=True,  # what runs may leave its frame
    )
    assert len(ran) >= 100 and len(alien) >= 200


def test_cleaned_and_alone_in_a_frame_without_any_policy_none_of_them_runs(frames):
    pages = [f"<!doctype html><title>x</title><body>{clean(text)}" for text in HOSTILE]
    assert frames(pages) == (set(), [], [])


@pytest.fixture
def story(base):
    """A story with everything that has words, told by `put(text)` what all of them are."""
    section = make_section()
    author, tag, source, picture = make_author(), make_tag(), make_source(), make_picture()
    around = make_article(section=section, picture=picture)
    article = make_article(
        section=section, authors=[author], tags=[tag], source=source, picture=picture, kicker="x"
    )
    for is_grave in (True, False):
        Correction.objects.create(article=article, text="x", is_grave=is_grave)

    def put(typed):
        text = typed.encode("utf-8", "ignore").decode()  # no database takes half a letter
        for model in (Author, Tag, Source, Picture, Section, Article, Correction):
            rows = QuerySet(model)  # past the rule that corrections do not change
            names = [
                field.name
                for field in model._meta.concrete_fields
                # Addresses, files and words of addresses have fields that check them.
                if type(field) in (CharField, TextField) and not field.choices
                and field.name != "body"
            ]  # fmt: skip
            rows.update(**{name: text[: model._meta.get_field(name).max_length] for name in names})
        figure = f'<figure data-picture="{picture.pk}"><figcaption>{text}</figcaption></figure>'
        shown = Article.objects.get(pk=article.pk)
        shown.body = f"<p>{typed}</p>{figure}<blockquote>{typed}</blockquote>{typed}"
        shown.save()

    put.article, put.around, put.author = article, around, author
    yield put


def light(html):
    """A page without what would only take time: its files. The pages with lists keep theirs."""
    html = re.sub(r'<script [^>]*src="/static/[^>]*></script>', "", html)
    html = re.sub(r"<link [^>]*\b(?:stylesheet|preload|icon|manifest)\b[^>]*>", "", html)
    return re.sub(r' (?:srcset|src)="/media/[^"]*"', "", html)


def lists(story):
    author = f"/author/{story.author.slug}/"
    return ["/", "/fuel/", author, "/tag/pipelines/", "/source/register/", "/corrections/"]


def test_in_every_text_field_of_a_story_none_of_them_runs_on_the_pages_readers_get(
    frames, story, client
):
    pages = []
    around = Article.objects.filter(pk=story.around.pk)
    for number, text in enumerate(HOSTILE):
        story(text)
        wanted = [Article.objects.get(pk=story.article.pk).get_absolute_url()]
        if number % 24 == 0:
            wanted += [*lists(story), f"/search/?{urlencode({'q': text}, errors='ignore')}"]
            around.update(status="withdrawn", withdrawn_at=timezone.now())
            wanted.append(around.get().get_absolute_url())
        for address in wanted:
            answer = client.get(address)
            assert answer.status_code in {200, 410}, (address, text)
            html = answer.content.decode()
            pages.append(html if len(wanted) > 1 else light(html))
        around.update(status="published")
    policy = answer.headers["Content-Security-Policy"]
    # Frames are forbidden to others; here they are how many pages are looked at.
    headers = {"Content-Security-Policy": policy.replace("frame-ancestors 'none'", "")}
    assert frames(pages, headers) == (set(), [], [])


def test_the_policy_is_in_force_in_these_frames(frames, client, base):
    """The other control: the same page with a script in it is refused, and that is heard."""
    answer = client.get(make_article().get_absolute_url())
    policy = answer.headers["Content-Security-Policy"].replace("frame-ancestors 'none'", "")
    page = answer.content.decode().replace("</main>", "<img src=x onerror=alert(1)></main>")
    ran, refused, alien = frames([page], {"Content-Security-Policy": policy})
    assert not ran and refused and alien
