"""The frame of every page: sections of the navigation, policy pages of the footer, the notice, the
breaking banner.

One query for all four. The last answer of each language is remembered by the process for one
purpose only: the error page, which must stand when the database does not.
"""

from dataclasses import dataclass, field, replace
from types import SimpleNamespace

from django.db.models import CharField, IntegerField, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat, NullIf
from django.urls import reverse

from news.models import Article, Policy, Section
from portal.lib import languages
from portal.lib.shared import shared
from portal.models import Banner, Notice


@dataclass
class Chrome:
    sections: list = field(default_factory=list)
    policies: list = field(default_factory=list)
    notices: list = field(default_factory=list)
    banners: list = field(default_factory=list)


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


def _story(code, now):
    """section/number/words of the banner's story in a language, if readers may see it there."""
    sibling = Article.objects.published(now).filter(language=code, story=OuterRef("article__story"))
    text = CharField()
    slash = Value("/")
    path = Concat("section__slug", slash, Cast("pk", text), slash, "slug", output_field=text)
    return Coalesce(Subquery(sibling.order_by().values_list(path)), Value(""), output_field=text)


def load(code, now=None):
    """The chrome of a language, fresh from the database; as it is at `now`, if given."""
    banners = Banner.objects.shown(now).exclude(**{f"text_{code}": ""})
    return _load(code, _rows(banners, 4, _story(code, now), f"text_{code}", "pk"))


def shared_frame(code):
    """The same without the banner, which public pages are given on their way out."""
    return shared(("chrome", code), ("frame",), lambda: _load(code))


def without_banner(code):
    """The same for the error page: it asks for no story, whose table may be what failed."""
    return _load(code)


def _load(code, *more):
    nothing = Value("", output_field=CharField())
    rows = _rows(Section.objects.all(), 1, "slug", _name("name", code), "position").union(
        _rows(Policy.objects.in_force(code), 2, "slug", "title", "position"),
        _rows(Notice.objects.filter(is_active=True), 3, nothing, _name("text", code), "pk"),
        *more,
        all=True,
    )
    chrome = Chrome()
    groups = {1: chrome.sections, 2: chrome.policies, 3: chrome.notices, 4: chrome.banners}
    for kind, _position, slug, text in sorted(rows):
        item = SimpleNamespace(slug=slug, name=text)
        if kind == 1:
            item.url = reverse("news:section", args=[slug])
        elif kind == 2:
            item.url = reverse("news:policy", args=[] if slug == "about" else [slug])
        elif kind == 4:
            item.url = reverse("news:article", args=slug.split("/")) if slug else ""
        groups[kind].append(item)
    del chrome.banners[:-1]  # the latest alone
    # A banner must not outlive its hour on the page that asks nobody.
    _remembered[code] = replace(chrome, banners=[])
    return chrome


def remembered(code):
    """The last chrome this process showed in a language, or an empty one. Never a query."""
    return _remembered.get(code, Chrome())
