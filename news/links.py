"""Links of a text that lead nowhere inside the site: two queries, however many there are."""

import re
from html import unescape
from urllib.parse import unquote, urlsplit

from django.apps import apps
from django.conf import settings
from django.db.models import F, Value
from django.urls import Resolver404, resolve
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from news import prose
from news.models import Article, Author, Policy, Section, Source, Tag
from portal.lib import dates, languages

_HREF = re.compile(r'<a\s[^>]*?href="([^"]*)"')
# Address names of one row each: the argument that names it, the model, its column.
ROWS = {
    "news:section": ("section", Section, "slug"),
    "news:tag": ("slug", Tag, "slug"),
    "news:author": ("slug", Author, "slug"),
    "news:source": ("slug", Source, "slug"),
    "news:policy": ("slug", Policy, "slug"),
    "news:policy_version": ("slug", Policy, "slug"),
    **{
        f"markets:{name}": ("code", Article._meta.get_field("instruments").related_model, "code")
        for name in ("instrument", "badge", "csv", "json")
    },
}
INSTRUMENT = ROWS["markets:instrument"][1]


def dead_ends(article, body):
    """[(address as written, why it leads nowhere)] of a sanitised body, in its order."""
    addresses = list(dict.fromkeys(unescape(href) for href in _HREF.findall(body)))
    asked = {address: _asked(address) for address in addresses if _is_inside(address)}
    chips = {code: (INSTRUMENT, "code", code) for code in prose.instruments(body)}
    stories = {key[1] for key in asked.values() if key and key[0] is Article}
    found = _stories(stories)
    rows = _rows({*asked.values(), *chips.values()} - {None})
    dead = []
    for address, key in asked.items():
        if key is None:
            continue
        if key[0] is None:
            dead.append((address, key[1]))
        elif key[0] is Article:
            why = _why_not(article, found.get(key[1]))
            dead += [(address, why)] if why else []
        elif key not in rows:
            dead.append((address, _("There is no such page.")))
    dead += [
        (f"[{code}]", _("There is no such instrument."))
        for code, key in sorted(chips.items())
        if key not in rows
    ]
    return dead


def _is_inside(address):
    return address.startswith(("/", "#")) or (
        urlsplit(address).scheme in {"http", "https"}
        and urlsplit(address).netloc == urlsplit(settings.SITE_URL).netloc
    )


def _asked(address):
    """What must exist: (model, column, value), (Article, number), (None, why not), or None."""
    if address.startswith("#"):
        return (None, _("A story has no places to jump to."))
    path = unquote(urlsplit(address).path) or "/"
    if path.startswith(f"/{settings.ADMIN_PATH}/"):
        return (None, _("Readers cannot open the newsroom’s own pages."))
    match = _match(path) or _match(path + "/")
    if match is None:
        return (None, _("There is no such page."))
    if match.view_name == "news:article":
        return (Article, int(match.kwargs["pk"]))
    if match.view_name in ROWS:
        argument, model, column = ROWS[match.view_name]
        return (model, column, match.kwargs.get(argument, "about"))
    return None


def _match(path):
    with translation.override(languages.language_of_path(path)):
        try:
            return resolve(path)
        except Resolver404:
            return None


def _stories(numbers):
    fields = ("status", "published_at", "expires_at", "withdrawn_at", "headline")
    return Article.objects.only(*fields).in_bulk(numbers) if numbers else {}


def _why_not(article, story):
    """Why readers of this article will not find that story when they read it; "" if they will."""
    if story is None:
        return _("There is no such story.")
    now = timezone.now()
    at = max(now, article.published_at or now)
    if story.status == Article.Status.WITHDRAWN:
        return _("“%s” has been withdrawn.") % story.headline
    if story.is_public_at(at):
        return ""
    if story.is_public_at(now) or story.was_public_before(at):
        return _("“%s” is no longer public.") % story.headline
    if story.status == Article.Status.SCHEDULED and story.published_at:
        return _("“%(headline)s” goes out later: %(hour)s.") % {
            "headline": story.headline,
            "hour": dates.moment(story.published_at),
        }
    return _("“%s” is not published.") % story.headline


def _rows(keys):
    """Those of the (model, column, value) that exist, an address that was included: one query."""
    old = apps.get_app_config("news").models.get("oldaddress")
    queries, labels = [], {}
    for number, (model, column) in enumerate(sorted({k[:2] for k in keys if len(k) == 3}, key=str)):
        values = [k[2] for k in keys if k[:2] == (model, column)]
        labels[number] = (model, column)
        wanted = model._default_manager.filter(**{f"{column}__in": values})
        queries.append(_labelled(wanted, number, column))
        if old is not None and column == "slug":
            moved = old._default_manager.filter(kind=model._meta.model_name, slug__in=values)
            queries.append(_labelled(moved, number, "slug"))
    if not queries:
        return set()
    found = queries[0].union(*queries[1:], all=True)
    return {(*labels[number], value) for number, value in found}


def _labelled(rows, number, column):
    return rows.order_by().values_list(Value(number), F(column))
