"""A page of hits: the stories, with who wrote them, and the pages that are named like the question.

A query each.
"""

from dataclasses import dataclass

from django.db.models import CharField, Exists, F, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from news.models import Article, Author, Byline, Section, Source, Tag, Tagging
from portal.lib import languages
from portal.lib.fields import Joined, told
from portal.lib.languages import columns
from portal.lib.text import address_words

MOST_PLACES = 3
# What a hit shows. Of a story its text as well: the passage is cut from it.
_SHOWN = (
    *("headline", "listing_headline", "kicker", "kind", "lead", "listing_lead", "body"),
    *("slug", "language", "published_at", "picture_caption", "picture", "section"),
)
_BETWEEN, _PLACE = "\x1f", 6
_SECTION, _TAG, _AUTHOR, _SOURCE = range(-4, 0)
_ROUTES = {
    _SECTION: "news:section",
    _TAG: "news:tag",
    _AUTHOR: "news:author",
    _SOURCE: "news:source",
}


@dataclass(frozen=True)
class Place:
    """A page whose name is what was asked for."""

    label: str
    name: str
    url: str


def load(keys, named=""):
    """(stories of the keys, in their order, each with the names of its `people`; Places).

    named: what was asked; empty, no place is looked for.
    """
    found = {}
    if keys:
        stories = Article.objects.published().select_related("section", "picture").only(*_SHOWN)
        found = stories.annotate(signed=_authors(languages.current())).in_bulk(keys)
    stories = [found[key] for key in keys if key in found]
    for story in stories:
        lines = sorted((story.signed or "").split(_BETWEEN))
        story.people = [line[_PLACE:] for line in lines if line]
    return stories, _places(named, languages.current()) if named else []


def _authors(code):
    """The authors' names, in a sub-query: each after its place, in figures of the same width."""
    lines = Byline.objects.filter(article=OuterRef("pk"), role=Byline.Role.AUTHOR).order_by()
    place = Cast(F("position") + 10 ** (_PLACE - 1), CharField())
    names = Joined(Concat(place, told("author__name", code)), Value(_BETWEEN))
    found = lines.values("article").annotate(names=names).values("names")
    return Subquery(found, output_field=CharField())


def _kind(number):
    return Value(number, output_field=IntegerField())


def _places(named, code):
    """Sections; topics, authors and sources with a story that readers of this edition may see:
    those of this name.
    """
    stories = Article.objects.published().in_language(code).order_by()
    this = OuterRef("pk")
    links = Tagging.objects.published().in_language(code).filter(tag=this)
    lines = Byline.objects.published().in_language(code).filter(author=this)
    is_it, is_called = _is_named(named), _is_called(named)
    every = {
        _SECTION: Section.objects.filter(is_it),
        _TAG: Tag.objects.filter(is_it, Exists(links)),
        _AUTHOR: Author.objects.filter(is_it | is_called, Exists(lines)),
        _SOURCE: Source.objects.filter(is_it, Exists(stories.filter(source=this))),
    }
    arms = [
        rows.order_by().values_list(_kind(kind), "pk", told("name", code), "slug")
        for kind, rows in every.items()
    ]
    return [
        Place(_labels()[kind], name, reverse(_ROUTES[kind], args=[slug]))
        for kind, _key, name, slug in sorted(arms[0].union(*arms[1:], all=True))[:MOST_PLACES]
    ]


def _is_named(named):
    """Its whole name, in any language and of any case; or the word of its address."""
    is_it = Q(slug=address_words(named)) if address_words(named) else Q()
    for column in columns("name"):
        is_it |= Q(**{f"{column}__in": _cases(named)})
    return is_it


def _is_called(named):
    """The last word of a name is what people remember of it."""
    is_called = Q()
    if " " not in named:
        for column in columns("name"):
            for form in _cases(named):
                is_called |= Q(**{f"{column}__endswith": f" {form}"})
    return is_called or Q(pk__in=[])


def _cases(text):
    """SQLite knows no case but that of Latin letters, and LIKE only that."""
    return {text, text.lower(), text.upper(), text.capitalize(), text.title()}


def _labels():
    return {
        _SECTION: _("Section"),
        _TAG: _("Topic"),
        _AUTHOR: pgettext("search", "Author"),
        _SOURCE: _("Source"),
    }
