"""A page of hits: the stories, who wrote them, and the pages that are named like the question.

Two queries: the stories, and everything that is only a name.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import CharField, Exists, IntegerField, OuterRef, Q, Value
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from news.models import Article, Author, Byline, Section, Source, Tag, Tagging
from portal.lib import languages
from portal.lib.fields import told
from portal.lib.languages import columns
from portal.lib.text import address_words

MOST_PLACES = 3
# What a hit shows. Of a story its text as well: the passage is cut from it.
_SHOWN = (
    *("headline", "listing_headline", "kicker", "kind", "lead", "listing_lead", "body"),
    *("slug", "language", "published_at", "picture_caption", "picture", "section"),
)
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
    stories = Article.objects.published().select_related("section", "picture")
    found = stories.only(*_SHOWN).in_bulk(keys) if keys else {}
    stories = [found[key] for key in keys if key in found]
    people, places = _names(found, named)
    for story in stories:
        story.people = people[story.pk]
    return stories, places


def _names(numbers, named):
    code = languages.current()
    arms = [_people(numbers, code)] if numbers else []
    arms += _places(named, code) if named else []
    people, places = defaultdict(list), []
    rows = arms[0].union(*arms[1:], all=True) if arms else ()
    for kind, number, _order, name, slug in sorted(rows):
        if kind == 0:
            people[number].append(name)
        else:
            places.append(Place(_labels()[kind], name, reverse(_ROUTES[kind], args=[slug])))
    return people, places[:MOST_PLACES]


def _kind(number):
    return Value(number, output_field=IntegerField())


def _people(numbers, code):
    lines = Byline.objects.filter(article__in=list(numbers), role=Byline.Role.AUTHOR).order_by()
    nothing = Value("", output_field=CharField())
    return lines.values_list(
        _kind(0), "article_id", "position", told("author__name", code), nothing
    )


def _places(named, code):
    """Sections; topics, authors and sources with a story that readers of this edition may see."""
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
    return [
        rows.order_by().values_list(_kind(kind), "pk", _kind(0), told("name", code), "slug")
        for kind, rows in every.items()
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
