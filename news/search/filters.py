"""What narrows a search: language, section, author, kind, days; and the order of the hits.

What cannot be understood narrows nothing: it is kept in its field, and a sentence beside it says
why.
"""

from dataclasses import replace
from datetime import date, timedelta
from functools import reduce
from operator import and_, or_
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import IntegerField, Q, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from news.models import Article, Author, Byline, Section
from news.models.search import place_at
from news.search import words
from portal.lib import languages
from portal.lib.dates import midnight
from portal.lib.fields import told
from portal.lib.languages import columns
from portal.lib.text import one_line

ANY = "all"
NAMES = ("lang", "section", "author", "kind", "from", "to", "order")
LONGEST = 80
MOST_AUTHORS = 50
ORDERS = ("relevance", "newest")
_SECTION, _AUTHOR = 1, 2


class Filters:
    """Read from a request's GET. `said` holds what is wrong, by field; `typed` what was written."""

    def __init__(self, data):
        self.typed = {name: one_line(data.get(name, ""))[:LONGEST] for name in NAMES}
        self.said = {}
        self.languages = self._languages()
        self.section, self.authors = self._named()
        self.kind = self._one_of("kind", Article.Kind.values, _("There is no such kind of story."))
        self.order = self._one_of("order", ORDERS, _("Stories come by relevance or newest first."))
        self.first, self.last = self._day("from"), self._day("to")
        if self.first and self.last and self.first > self.last:
            self.said["to"] = _("The last day is before the first one.")
            self.first = self.last = None

    def narrow(self, stories):
        """The stories that are left."""
        stories = stories.filter(language__in=self.languages)
        if self.section:
            stories = stories.in_section(self.section)
        if self.authors is not None:
            lines = Byline.objects.filter(author__in=self.authors)
            stories = stories.filter(pk__in=lines.values("article"))
        if self.kind:
            stories = stories.filter(kind=self.kind)
        if self.first:
            stories = stories.filter(published_at__gte=midnight(self.first))
        if self.last:
            stories = stories.filter(published_at__lt=midnight(self.last + timedelta(days=1)))
        return stories

    def scoped(self, query):
        """The question, told where the index need not look."""
        scope = words.scope(self.languages, self.section, self.kind, self.authors)
        places = ()
        if self.first or self.last:
            first = midnight(self.first).timestamp() if self.first else 0
            after = midnight(self.last + timedelta(days=1)) if self.last else timezone.now()
            places = (place_at(first), place_at(after.timestamp() + 1))
        return replace(query, scope=scope, places=places)

    @property
    def by_relevance(self):
        return self.order != "newest"

    @property
    def are_narrow(self):
        """Something but the order is asked: that alone is a question too."""
        return any(self.typed[name] for name in NAMES if name != "order")

    def address(self, asked, **changes):
        """The query string of the same search with other words or filters; ends in "&"."""
        asked = {"q": asked} | self.typed | changes
        kept = {name: text for name, text in asked.items() if text}
        return f"{urlencode(kept)}&" if kept else ""

    def everywhere(self, asked):
        """The query string of the same words without filters, "" where there are none of both."""
        return urlencode({"q": asked}) if asked and self.are_narrow else ""

    @property
    def kinds(self):
        return Article.Kind.choices

    @property
    def all_languages(self):
        return settings.LANGUAGES

    @property
    def language(self):
        """What the list of languages shows as chosen."""
        return ANY if len(self.languages) > 1 else self.languages[0]

    def _languages(self):
        asked = self._one_of("lang", (*languages.CODES, ANY), _("There is no edition in it."))
        if asked == ANY:
            return languages.CODES
        return (asked or languages.current(),)

    def _one_of(self, name, known, sentence):
        asked = self.typed[name]
        if asked and asked not in known:
            self.said[name] = sentence
            return ""
        return asked

    def _named(self):
        """The section's key, or None, and the authors' keys, None when nobody is asked for. At
        most one query.
        """
        slug, asked = self.typed["section"], self.typed["author"]
        arms = []
        if slug:
            arms.append(_keys(Section.objects.filter(slug=slug), _SECTION))
        if asked:
            arms.append(_keys(Author.objects.filter(_is_named(asked)), _AUTHOR))
        found = {_SECTION: [], _AUTHOR: []}
        for kind, key, own_slug, name in arms[0].union(*arms[1:], all=True) if arms else ():
            found[kind].append((key, own_slug, name))
        sections, authors = found[_SECTION], sorted(found[_AUTHOR])[:MOST_AUTHORS]
        if slug and not sections:
            self.said["section"] = _("There is no such section.")
        if asked and not authors:
            self.said["author"] = _("No author has this name.")
        if len(authors) == 1 and asked == authors[0][1]:
            self.typed["author"] = authors[0][2]
        return (
            sections[0][0] if sections else None,
            [key for key, _slug, _name in authors] or None,
        )

    def _day(self, name):
        text = self.typed[name]
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.said[name] = _("This is not a day. Write it as 2026-11-23.")
            return None


def _keys(rows, kind):
    name = told("name", languages.current())
    number = Value(kind, output_field=IntegerField())
    return rows.order_by().values_list(number, "pk", "slug", name)


def _is_named(asked):
    """Who has every word in a name; or has it as the word of the page."""
    named = Q(slug=asked)
    if every := asked.split()[:5]:
        named |= reduce(and_, (_in_a_name(word) for word in every))
    return named


def _in_a_name(word):
    """SQLite knows no upper case but the Latin one."""
    forms = {word, word.lower(), word.upper(), word.capitalize()}
    every = (Q(**{f"{column}__icontains": f}) for column in columns("name") for f in forms)
    return reduce(or_, every)
