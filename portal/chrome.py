"""The frame of every page: sections of the navigation, policy pages of the footer, the notice.

One query for all three. The last answer of each language is remembered by the process for one
purpose only: the error page, which must stand when the database does not.
"""

from dataclasses import dataclass, field
from types import SimpleNamespace

from django.db.models import CharField, IntegerField, Value
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse

from news.models import Policy, Section
from portal.lib import languages
from portal.models import Notice


@dataclass
class Chrome:
    sections: list = field(default_factory=list)
    policies: list = field(default_factory=list)
    notices: list = field(default_factory=list)


_remembered = {}


def _rows(queryset, kind, slug, text, position):
    return queryset.order_by().values_list(
        Value(kind, output_field=IntegerField()),
        position,
        slug,
        text,
    )


def _name(column, code):
    return Coalesce(NullIf(f"{column}_{code}", Value("")), f"{column}_{languages.DEFAULT}")


def load(code):
    """The chrome of a language, fresh from the database."""
    nothing = Value("", output_field=CharField())
    rows = _rows(Section.objects.all(), 1, "slug", _name("name", code), "position").union(
        _rows(Policy.objects.in_force(code), 2, "slug", "title", "position"),
        _rows(Notice.objects.filter(is_active=True), 3, nothing, _name("text", code), "pk"),
        all=True,
    )
    chrome = Chrome()
    groups = {1: chrome.sections, 2: chrome.policies, 3: chrome.notices}
    for kind, _position, slug, text in sorted(rows):
        item = SimpleNamespace(slug=slug, name=text)
        if kind == 1:
            item.url = reverse("news:section", args=[slug])
        elif kind == 2:
            item.url = reverse("news:policy", args=[] if slug == "about" else [slug])
        groups[kind].append(item)
    _remembered[code] = chrome
    return chrome


def remembered(code):
    """The last chrome this process showed in a language, or an empty one. Never a query."""
    return _remembered.get(code, Chrome())
