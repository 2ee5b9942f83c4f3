"""Pictures within a story's text: stored as a number, shown as the library has them now."""

import re

import pytest
from django.utils.html import escape

from markets import sample
from news.models import Article, Correction, Picture, Policy
from news.prose import clean, display, pictures, with_dateline, without_repeated_lead
from news.tests.factories import make_article, make_author, make_picture, make_tag
from portal.lib.text import plain_text

FIGURE = '<figure data-picture="{}"><figcaption>{}</figcaption></figure>'
BARE = '<figure data-picture="{}"></figure>'


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        # One shape: a number, and a caption of plain words or none.
        (FIGURE.format(12, ""), BARE.format(12)),
        (
            FIGURE.format(12, " a\n <em>b</em> &amp; <a href='/x'>c</a> "),
            FIGURE.format(12, "a b &amp; c"),
        ),
        ('<figure data-picture="12" class="x" id="y"></figure>', BARE.format(12)),
        ('<figure data-picture="12"><img src="x"></figure>', BARE.format(12)),
        # What else stood in it follows it.
        (
            '<figure data-picture="12"><p>in</p><figcaption>x</figcaption></figure>',
            FIGURE.format(12, "x") + "<p>in</p>",
        ),
        (
            '<figure data-picture="3"><table><tr><td>1</td></tr></table></figure>',
            BARE.format(3) + "<table><tbody><tr><td>1</td></tr></tbody></table>",
        ),
        # Without a picture there is no figure, but its words stay.
        ("<figure><figcaption>words</figcaption></figure>", "<p>words</p>"),
        ("<figcaption>words</figcaption>", "<p>words</p>"),
        *(
            (f'<figure data-picture="{number}"><p>w</p></figure>', "<p>w</p>")
            for number in ("0", "07", "-1", "1.5", "x", "", "12345678901")
        ),
        # Where words stand there is no figure.
        (f"<h2>{FIGURE.format(3, 'x')}t</h2>", "<h2>xt</h2>"),
        (f'<a href="/x&gt;y">{BARE.format(3)}t</a>', '<p><a href="/x&gt;y">t</a></p>'),
        (f"<strong>{FIGURE.format(3, 'x')}</strong>", "<p><strong>x</strong></p>"),
        (f"<figure data-picture=1>{BARE.format(2)}</figure>", BARE.format(2)),
        (f"<p>one{BARE.format(2)}two</p>", f"<p>one</p>{BARE.format(2)}two<p></p>"),
    ],
)
def test_a_figure_has_one_shape(written, kept):
    assert clean(written) == kept
    assert clean(kept) == kept


def test_words_of_captions_are_found_and_pictures_are_known():
    body = "<p>a</p>" + FIGURE.format(12, "The depot") + BARE.format(7)
    assert pictures(body) == {7, 12}
    assert plain_text(body) == "a The depot"


def test_the_place_and_a_repeated_lead_are_looked_for_behind_a_first_picture():
    first = BARE.format(12) + "\n"
    assert with_dateline(first + "<p>Words</p>", "AKTAU") == (
        first + '<p><span class="dateline-loc">AKTAU.</span> Words</p>'
    )
    assert without_repeated_lead(first + "<p>The lead.</p><p>More</p>", "The lead") == (
        first + "<p>More</p>"
    )
    assert with_dateline(first + "<h2>x</h2>", "AKTAU") == first + "<h2>x</h2>"


def test_a_figure_is_left_out_where_nothing_says_how_it_looks():
    assert display(f"<p>a</p>{FIGURE.format(1, 'x')}") == "<p>a</p>"


def test_a_caption_goes_to_the_template_as_words_and_comes_back_as_it_is():
    said = []
    shown = display(
        FIGURE.format(1, "A &amp; &lt;b&gt; \\1"),
        figure=lambda *args: said.append(args) or r"\1\g<0>",
    )
    assert said == [(1, r"A & <b> \1")] and shown == r"\1\g<0>"  # fmt: skip


def prose_of(client, article):
    html = client.get(article.get_absolute_url()).content.decode()
    shown = re.search(r'<div class="prose">(.*?)</div>\s*(?:<p class="errata"|</div>)', html, re.S)[
        1
    ]
    return shown.strip()


def test_readers_see_the_picture_in_its_formats_with_its_words_and_who_made_it(base, client):
    picture = make_picture(
        alt_en="Tanks at dusk", caption_en="The depot", credit_en="Photo: A. Name"
    )
    article = make_article(body=f"<p>a</p>{BARE.format(picture.pk)}<p>b</p>")
    figure = re.search("<figure>.*?</figure>", prose_of(client, article), re.S)[0]
    assert 'type="image/avif"' in figure and re.search(r"-960-\w+\.webp 960w", figure)
    assert re.search(r'width="960" height="600" alt="Tanks at dusk" loading="lazy"', figure)
    assert '<figcaption>The depot <span class="by">Photo: A. Name</span></figcaption>' in figure


def test_the_words_of_this_use_stand_instead_of_the_library_s(base, client):
    picture = make_picture(caption_en="The depot")
    article = make_article(body=FIGURE.format(picture.pk, "Tanks &amp; <em>more</em>"))
    shown = prose_of(client, article)
    assert "<figcaption>Tanks &amp; more <span" in shown and "The depot" not in shown


def test_a_decorative_picture_and_one_without_words(base, client):
    picture = make_picture(alt_en="", is_decorative=True)
    shown = prose_of(client, make_article(body=BARE.format(picture.pk)))
    assert 'alt=""' in shown
    assert '<figcaption><span class="by">' in shown


def test_a_picture_that_is_gone_breaks_nothing(base, client):
    article = make_article(body=f"<p>a</p>{FIGURE.format(98765, 'x')}<p>b</p>")
    assert prose_of(client, article) == "<p>a</p><p>b</p>"


def test_a_picture_whose_rights_have_ended_is_not_shown(base, client, monkeypatch):
    picture = make_picture()
    article = make_article(body=f"<p>a</p>{FIGURE.format(picture.pk, 'x')}<p>b</p>")
    monkeypatch.setattr(Picture, "is_usable", False, raising=False)
    assert prose_of(client, article) == "<p>a</p><p>b</p>"


@pytest.mark.parametrize(
    "words", ['"><script>alert(1)</script>', "' onerror=alert(1) x='", "</figcaption><b>"]
)
def test_hostile_words_of_a_picture_stay_words(base, client, words):
    picture = make_picture(alt_en=words, caption_en=words, credit_en=words)
    shown = prose_of(client, make_article(body=BARE.format(picture.pk)))
    assert shown.count(escape(words)) == 3 and words not in shown


def test_policy_pages_show_pictures_and_tables_as_stories_do(base, client):
    picture = make_picture()
    body = f"<p>a</p>{BARE.format(picture.pk)}<table><tr><td>1</td></tr></table>"
    Policy.objects.create(slug="photos", title="Photos", body=body)
    html = client.get("/about/photos/").content.decode()
    assert "<picture>" in html and 'class="tablebox"' in html and "data-picture" not in html


@pytest.mark.django_db(transaction=True)
def test_any_number_of_pictures_costs_one_query_and_a_story_without_them_none(
    client, django_assert_max_num_queries
):
    from django.core.management import call_command
    from django.utils import timezone

    from portal.lib import topics

    call_command("seed_base", verbosity=0)
    sample.load(timezone.localdate())
    many = [make_picture() for _ in range(5)]
    body = '<p><span data-instrument="brent">Brent</span></p>' + "".join(
        BARE.format(p.pk) for p in many
    )
    story = {"authors": [make_author()], "tags": [make_tag()], "picture": make_picture()}
    with_pictures = make_article(body=body, **story)
    beside = make_article(section=with_pictures.section).get_absolute_url()
    topics.forget()
    client.get(beside)  # what all pages share is known
    with django_assert_max_num_queries(8):
        html = client.get(with_pictures.get_absolute_url()).content.decode()
    assert html.count("<picture>") == 6 and 'class="chip"' in html
    Article.objects.filter(pk=with_pictures.pk).update(**{"body": body.partition("<figure")[0]})
    topics.forget()
    client.get(beside)
    with django_assert_max_num_queries(7):
        html = client.get(with_pictures.get_absolute_url()).content.decode()
    assert html.count("<picture>") == 1


def test_a_correction_is_still_shown_though_it_is_asked_for_only_where_there_is_one(base, client):
    article = make_article()
    Correction.objects.create(article=article, text="A figure was wrong.")
    assert "A figure was wrong." in client.get(article.get_absolute_url()).content.decode()
