"""Comparing texts: what changed is told word by word, safely and quickly, and merged if it can."""

import re
import time
from html import unescape
from html.parser import HTMLParser
from random import Random

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from news import prose
from news.comparing import (
    State,
    compare_contents,
    matching,
    merge,
    merge_contents,
    prose_html,
    three_way,
    words_html,
)
from news.comparing.blocks import blocks, pieces
from news.comparing.matching import opcodes
from news.naming import names_of
from news.tests.factories import make_author, make_section, make_tag
from portal.lib.text import plain_text

HIDDEN = re.compile(r'<span class="visually-hidden">[^<]*</span>')


def seen(html, without):
    """The text of a comparison without what was put in ("ins") or taken out ("del")."""
    html = HIDDEN.sub("", html)
    html = re.sub(rf"<{without}>.*?</{without}>", "", html, flags=re.S)
    return re.sub(r"<[^>]*>", "", html)


class _Balance(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.names = [], set()

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.names.add(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def assert_well_formed(html):
    parser = _Balance()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    assert parser.names <= {"p", "ins", "del", "span", "u", "strong", "em", "sub", "sup"}


# Words -------------------------------------------------------------------------------------------


def test_only_the_changed_word_is_marked():
    html = words_html("Brent rose to 58.45 dollars.", "Brent fell to 58.45 dollars.")
    assert html == (
        'Brent <del><span class="visually-hidden">removed: </span>rose </del>'
        '<ins><span class="visually-hidden">added: </span>fell </ins>to 58.45 dollars.'
    )


def test_a_changed_figure_is_one_word():
    html = words_html("Курс 64,3008 рубля", "Курс 64,3108 рубля")
    assert ">64,3008 </del>" in html
    assert ">64,3108 </ins>" in html


def test_the_marks_are_told_in_the_language_of_the_desk():
    with translation.override("ru"):
        html = words_html("one", "two")
    assert html.count("visually-hidden") == 2


@given(st.text(max_size=80), st.text(max_size=80))
def test_both_texts_can_be_read_out_of_a_comparison(old, new):
    html = words_html(old, new)
    assert_well_formed(html)
    assert "".join(unescape(seen(html, "del")).split()) == "".join(new.split())
    assert "".join(unescape(seen(html, "ins")).split()) == "".join(old.split())


def test_markup_typed_in_a_headline_stays_text():
    html = words_html("a", '<script>alert(1)</script> "x" & y')
    assert "<script" not in html
    assert "&lt;" in html


# Bodies ------------------------------------------------------------------------------------------


def test_an_unchanged_body_has_no_marks():
    body = "<p>One.</p><p>Two.</p>"
    assert "<ins" not in prose_html(body, body)
    assert "<del" not in prose_html(body, body)


def test_a_new_paragraph_is_one_mark_and_its_neighbours_stay():
    html = prose_html("<p>One.</p><p>Three.</p>", "<p>One.</p><p>Two words.</p><p>Three.</p>")
    assert html.count("<ins>") == 1
    assert "<del" not in html
    assert "Two words.</ins>" in html


def test_bold_is_a_change_of_that_word_alone():
    html = prose_html(
        "<p>The tank is full today.</p>", "<p>The tank is <strong>full</strong> today.</p>"
    )
    assert "<del>" in html
    assert "<ins>" in html
    assert seen(html, "ins").strip() == "The tank is full today."
    assert "<strong>full</strong>" in html


def test_a_changed_address_is_told_though_the_words_are_the_same():
    html = prose_html('<p>See <a href="/a/">it</a>.</p>', '<p>See <a href="/b/">it</a>.</p>')
    assert "(/a/)" in html
    assert "(/b/)" in html
    assert "href" not in html


def test_a_chip_is_one_unit():
    old = '<p>Oil: <span data-instrument="brent">Brent crude</span> up.</p>'
    html = prose_html(old, old.replace("brent", "urals"))
    assert "Brent crude [brent]" in seen(html, "ins")
    assert "Brent crude [urals]" in seen(html, "del")


def test_a_figure_is_one_unit_and_named():
    old = '<p>A</p><figure data-picture="3"><figcaption>A tank.</figcaption></figure>'
    html = prose_html(old, old.replace('"3"', '"4"'), resolve=lambda kind, pk: f"{kind} no {pk}")
    assert "[picture picture no 3] A tank." in seen(html, "ins")
    assert "[picture picture no 4] A tank." in seen(html, "del")
    caption = prose_html(old, old.replace("tank", "depot"))
    assert caption.count("<ins>") == 1
    assert ">depot</ins>" in caption


def test_list_lines_and_table_rows_are_compared_one_by_one():
    old = "<ul><li>One</li><li>Two</li></ul><table><tr><td>a</td><td>1</td></tr></table>"
    new = old.replace("Two", "Three").replace("<td>1<", "<td>2<")
    html = prose_html(old, new)
    assert html.count("<ins>") == html.count("<del>") == 2
    assert "a | 2" in seen(html, "del")
    assert "One" in seen(html, "del")


def test_long_unchanged_stretches_are_folded_and_counted():
    same = "".join(f"<p>Paragraph {n}.</p>" for n in range(10))
    html = prose_html(same + "<p>End.</p>", same + "<p>Last.</p>")
    assert "9 unchanged blocks" in html
    assert "Paragraph 9" in html
    assert "Paragraph 8" not in html
    assert "Paragraph 0" in prose_html(same + "<p>End.</p>", same + "<p>Last.</p>", context=None)


FRAGMENTS = [
    *("<p>", "</p>", "<ul>", "<li>", "</li>", "</ul>", "<strong>", "</strong>", "<em>", "</em>"),
    *("<table>", "<tr>", "<td>", "</td>", "</tr>", "</table>", "<blockquote>", "</blockquote>"),
    *("<a href='/x/'>", "</a>", "<hr>", "<br>", "<figure data-picture='2'>", "</figure>", "<", ">"),
    *('<span data-instrument="brent">', "</span>", "word ", "слово ", "&amp;", "<script>", '"'),
]
SOUP = st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join)


@given(SOUP, SOUP)
def test_whatever_goes_in_what_comes_out_is_well_formed(old, new):
    assert_well_formed(prose_html(old, new))
    assert_well_formed(prose_html(prose.clean(old), prose.clean(new), context=None))
    assert "".join(pieces(old)) == old


def test_no_word_of_the_demonstration_is_lost_in_blocks(settings):
    stories = (settings.BASE_DIR / "fixtures/demo/stories").glob("*/*.html")
    for path in stories:
        body = prose.clean(path.read_text(encoding="utf-8").split("+++\n")[2])
        words = [w for b in blocks(body) for w in re.findall(r"\w+", " ".join(b.words))]
        assert words == re.findall(r"\w+", plain_text(body)), path


def essay(chance, words):
    vocabulary = [f"word{n}" for n in range(800)] + ["the", "of", "and", "in"] * 60
    return [chance.choice(vocabulary) for _ in range(words)]


def as_body(words, length=55):
    return "".join(
        f"<p>{' '.join(words[n : n + length])}.</p>" for n in range(0, len(words), length)
    )


@pytest.mark.parametrize("share", [0.0, 0.002, 0.05, 0.4, 1.0])
@pytest.mark.parametrize("shape", ["paragraphs", "one paragraph", "plain"])
def test_ten_thousand_words_cost_less_than_half_a_second(share, shape):
    chance = Random(7)
    old = essay(chance, 10_000)
    new = [
        chance.choice(["other", word.upper()]) if chance.random() < share else word for word in old
    ]
    if share:
        new = essay(chance, 30) + new  # every paragraph moves a little

    def compare():
        if shape == "plain":
            return words_html(" ".join(old), " ".join(new))
        length = 55 if shape == "paragraphs" else 10_000
        return prose_html(as_body(old, length), as_body(new, length))

    spent = []
    for _time in range(3):  # others may be using the machine: the best of three counts
        begun = time.process_time()
        html = compare()
        spent.append(time.process_time() - begun)
        if spent[-1] < 0.5:
            break
    assert min(spent) < 0.5
    assert ("<ins>" in html) == bool(share)


@given(st.lists(st.integers(0, 5), max_size=30), st.lists(st.integers(0, 5), max_size=30))
def test_matching_steps_lead_from_the_old_to_the_new(old, new):
    for cells in (0, 10_000):
        before, matching.CELLS = matching.CELLS, cells
        try:
            steps = opcodes(old, new)
        finally:
            matching.CELLS = before
        i = j = 0
        for tag, i1, i2, j1, j2 in steps:
            assert (i1, j1) == (i, j)
            assert (tag == "equal") == (old[i1:i2] == new[j1:j2])
            i, j = i2, j2
        assert (i, j) == (len(old), len(new))


# Three sides -------------------------------------------------------------------------------------

BASE = "<p>One.</p>\n<p>Two.</p>\n<p>Three.</p>\n<p>Four.</p>"


def test_each_field_says_whose_change_it_is():
    base = {"headline": "A", "lead": "L", "kicker": "", "tags": [1], "slug": "s", "body": BASE}
    mine = base | {"headline": "B", "kicker": "K", "slug": "m"}
    theirs = base | {"lead": "M", "kicker": "K", "slug": "t"}
    assert three_way(base, mine, theirs) == {
        "headline": State.MINE,
        "lead": State.THEIRS,
        "kicker": State.BOTH,
        "tags": State.SAME,
        "slug": State.CONFLICT,
        "body": State.SAME,
    }


def test_what_a_form_does_to_a_text_is_no_change():
    base = {"body": BASE, "bylines": [[1, "author"]], "picture": None, "lead": "L"}
    sent = base | {"body": BASE.replace("\n", "\r\n") + "\r\n", "lead": "L "}
    sent |= {"bylines": [(1, "author")], "picture": ""}
    assert set(three_way(base, sent, base).values()) == {State.SAME}


def test_changes_of_different_paragraphs_are_both_kept():
    mine, theirs = BASE.replace("One", "Eins"), BASE.replace("Three", "Drei")
    assert merge(BASE, mine, theirs) == BASE.replace("One", "Eins").replace("Three", "Drei")


def test_neighbouring_paragraphs_do_not_disturb_each_other():
    mine, theirs = BASE.replace("Two", "Zwei"), BASE.replace("Three", "Drei")
    assert merge(BASE, mine, theirs) == BASE.replace("Two", "Zwei").replace("Three", "Drei")


def test_the_same_change_on_both_sides_is_made_once():
    changed = BASE.replace("Two", "Zwei") + "<p>Five.</p>"
    assert merge(BASE, changed, changed) == BASE.replace("Two", "Zwei") + "\n<p>Five.</p>"


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (BASE.replace("Two", "Zwei"), BASE.replace("Two", "Deux")),
        (BASE.replace("<p>Two.</p>\n", ""), BASE.replace("Two", "Deux")),
        (BASE + "<p>Five.</p>", BASE + "<p>Cinq.</p>"),
        (BASE.replace("<p>Two.</p>\n<p>Three.</p>", "<p>X.</p>"), BASE.replace("Three", "Drei")),
    ],
)
def test_the_same_place_changed_differently_is_not_merged(mine, theirs):
    assert merge(BASE, mine, theirs) is None
    assert merge(BASE, theirs, mine) is None


NUMBERED = [f"<p>{n}</p>" for n in range(6)]
EDITS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["change", "insert", "delete"])), max_size=3
)


def edited(edits, mark):
    body = [[piece] for piece in NUMBERED]
    for place, what in edits:
        if what == "insert":
            body[place].append(f"<p>{mark} new {place}</p>")
        else:
            body[place][0] = f"<p>{mark} {place}</p>" if what == "change" else ""
    return "".join(map("".join, body))


@given(EDITS, EDITS)
def test_a_merge_loses_no_paragraph_anybody_wrote(mine_edits, their_edits):
    mine, theirs = edited(mine_edits, "mine"), edited(their_edits, "theirs")
    merged = merge("".join(NUMBERED), mine, theirs)
    if merged is None:
        return
    found = set(re.findall(r"<p>[^<]*</p>", merged))
    written = {p for side in (mine, theirs) for p in re.findall(r"<p>[^<]*</p>", side)}
    assert {p for p in written if "mine" in p or "theirs" in p} <= found
    kept = set(re.findall(r"<p>\d</p>", mine)) & set(re.findall(r"<p>\d</p>", theirs))
    assert set(re.findall(r"<p>\d</p>", merged)) == kept


def test_contents_merge_and_name_what_is_left_to_decide():
    base = {"headline": "A", "lead": "L", "body": BASE, "kicker": "K"}
    mine = base | {"headline": "B", "body": BASE.replace("One", "Eins"), "kicker": "mine"}
    theirs = base | {"lead": "M", "body": BASE.replace("Four", "Vier"), "kicker": "theirs"}
    merged, conflicts = merge_contents(base, mine, theirs)
    assert conflicts == ["kicker"]
    assert merged["headline"] == "B"
    assert merged["lead"] == "M"
    assert merged["kicker"] == "mine"
    assert "Eins" in merged["body"]
    assert "Vier" in merged["body"]


# Contents ----------------------------------------------------------------------------------------


def test_two_contents_are_compared_field_by_field_with_names():
    names = {("section", 1): "Fuel", ("section", 2): "Power", ("author", 5): "A. Serikova"}
    old = {"headline": "A tank", "section": 1, "bylines": [], "body": BASE, "tags": [9]}
    new = old | {"headline": "A depot", "section": 2, "bylines": [[5, "author"], [6, "photo"]]}
    changes = {c.field: c for c in compare_contents(old, new, lambda *asked: names.get(asked))}
    assert list(changes) == ["headline", "bylines", "section"]
    assert changes["headline"].label == "Headline"
    assert ">Fuel</del>" in changes["section"].html
    assert ">Power</ins>" in changes["section"].html
    assert ">A. Serikova</ins>" in changes["bylines"].html
    assert "#6 (Photo)" in changes["bylines"].html


def test_names_are_looked_up_once_for_each_kind(base, django_assert_num_queries):
    section, tags = make_section(), [make_tag("oil"), make_tag("gas")]
    old = {"section": section.pk, "tags": [tag.pk for tag in tags], "bylines": []}
    new = old | {"tags": [tags[0].pk, 99_999], "bylines": [[make_author().pk, "author"]]}
    with django_assert_num_queries(3):
        resolve = names_of(old, new)
    assert resolve("section", section.pk) == "Fuel"
    assert resolve("tag", 99_999) == ""
    shown = {change.field: change.html for change in compare_contents(old, new, resolve)}
    assert "A. Serikova" in shown["bylines"]
    assert "#99999" in shown["tags"]
