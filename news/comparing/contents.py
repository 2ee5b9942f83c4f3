"""Two whole stories side by side: which fields differ, and how."""

from typing import NamedTuple

from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .differences import marked, prose_html, words_html
from .matching import opcodes
from .merging import plain

# In the order in which a reader meets them; what is not named here is no field people write.
LABELS = {
    "kicker": _("kicker"),
    "headline": _("headline"),
    "lead": _("lead"),
    "dateline": _("dateline"),
    "bylines": _("bylines"),
    "no_byline_reason": _("reason for no byline"),
    "picture": _("picture"),
    "picture_caption": _("caption in this story"),
    "body": _("text"),
    "section": _("section"),
    "kind": _("kind"),
    "language": _("language"),
    "tags": _("tags"),
    "instruments": _("instruments"),
    "source": _("source"),
    "source_url": _("address of the original"),
    "is_reprint": _("reprint"),
    "slug": _("words in the address"),
    "listing_headline": _("headline in lists"),
    "listing_lead": _("lead in lists"),
    "seo_title": _("title for search engines"),
    "seo_description": _("description for search engines"),
}
ROLES = {
    "author": pgettext_lazy("byline", "Author"),
    "photo": pgettext_lazy("byline", "Photo"),
    "data": pgettext_lazy("byline", "Data"),
    "translation": pgettext_lazy("byline", "Translation"),
    "editing": pgettext_lazy("byline", "Editing"),
}
KINDS = {
    "news": pgettext_lazy("kind of story", "News"),
    "analysis": pgettext_lazy("kind of story", "Analysis"),
    "opinion": pgettext_lazy("kind of story", "Opinion"),
    "explainer": pgettext_lazy("kind of story", "Explainer"),
    "interview": pgettext_lazy("kind of story", "Interview"),
    "sponsored": pgettext_lazy("kind of story", "Sponsored"),
}
# What a value of these fields stands for, as `resolve(kind, id)` is asked.
REFERENCES = {"section": "section", "picture": "picture", "source": "source"}
LISTS = {"tags": "tag", "instruments": "instrument", "bylines": "author"}


class Change(NamedTuple):
    field: str
    label: str
    html: str


def label(field):
    return capfirst(LABELS.get(field, field))


def compare_contents(old, new, resolve=None, context=1):
    """[Change] of each field that differs between two contents of a story, in reading order.

    resolve(kind, id) gives the name of a section, picture, source, tag, instrument or author, or
    something empty where there is none any more.
    """
    return [
        Change(
            field, label(field), field_html(field, old.get(field), new.get(field), resolve, context)
        )
        for field in LABELS
        if plain(field, old.get(field)) != plain(field, new.get(field))
    ]


def field_html(field, old, new, resolve=None, context=1):
    """One field's two values as HTML with <ins> and <del>."""
    if field == "body":
        return prose_html(old or "", new or "", resolve, context)
    if field in LISTS:
        return _items_html(field, old or [], new or [], resolve)
    return words_html(shown(field, old, resolve), shown(field, new, resolve))


def shown(field, value, resolve=None):
    """A value as people read it."""
    if value in (None, "", False):
        return ""
    if value is True:
        return str(_("yes"))
    if field in REFERENCES:
        return _name(REFERENCES[field], value, resolve)
    if field == "kind":
        return str(KINDS.get(value, value))
    if field == "language":
        return dict(settings.LANGUAGES).get(value, value)
    if field in LISTS:
        return ", ".join(_item(field, item, resolve) for item in value)
    return str(value)


def _name(kind, pk, resolve):
    return str((resolve and resolve(kind, pk)) or f"#{pk}")


def _item(field, item, resolve):
    if field != "bylines":
        return _name(LISTS[field], item, resolve)
    author, role = item
    name = _name("author", author, resolve)
    return name if role == "author" else f"{name} ({ROLES.get(role, role)})"


def _items_html(field, old, new, resolve):
    """Names one under the other; each is a unit, no word of it is compared."""
    rows = []
    before, after = ([_item(field, item, resolve) for item in side] for side in (old, new))
    for tag, i1, i2, j1, j2 in opcodes(before, after):
        if tag == "equal":
            rows += after[j1:j2]
        else:
            rows += [marked("del", name) for name in before[i1:i2]]
            rows += [marked("ins", name) for name in after[j1:j2]]
    return format_html(
        '<ul class="cmp__items">{}</ul>', format_html_join("", "<li>{}</li>", ((r,) for r in rows))
    )
