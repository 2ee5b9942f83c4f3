"""The story's form as a page: its text in the middle, all else in panels beside it."""

import uuid
from types import SimpleNamespace

from django import forms, template
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from news.admin import drafts
from news.models.drafts import unsaved_of

register = template.Library()
register.filter(drafts.open_by)

TEXT = ("kicker", "headline", "lead", "dateline", "body")
# Soft limits: what lists, phones and search engines show without cutting.
LIMITS = {
    "headline": 100,
    "lead": 250,
    "listing_headline": 80,
    "listing_lead": 160,
    "seo_title": 60,
    "seo_description": 160,
}


@register.simple_tag
def story_page(adminform):
    """The admin's form taken apart: `text`, the story's own fields in the order of a page, and
    `panels`, every other fieldset as it stands."""
    text, panels = {}, []
    for fieldset in adminform:
        lines = []
        for line in fieldset:
            fields = list(line)
            if all(_name(field) in TEXT for field in fields):
                text.update((_name(field), field) for field in fields)
            else:
                lines.append(SimpleNamespace(fields=fields, is_shown=line.has_visible_field))
        if lines:
            panels.append(_panel(fieldset, lines))
    return SimpleNamespace(text=[text[name] for name in TEXT if name in text], panels=panels)


def _panel(fieldset, lines):
    names = [_name(field) for line in lines for field in line.fields]
    return SimpleNamespace(
        name=fieldset.name,
        description=fieldset.description,
        key=names[0],
        lines=lines,
        classes=fieldset.classes,
        has_errors=any(name in fieldset.form.errors for name in names),
        is_open="collapse" not in fieldset.classes,
    )


def _name(field):
    return field.field["name"] if field.is_readonly else field.field.name


@register.filter
def field_name(field):
    return _name(field)


@register.filter
def soft_limit(field):
    """Letters after which lists begin to cut, or None."""
    return LIMITS.get(_name(field))


@register.filter
def as_line(bound):
    """A one-line field that wraps and grows with its text instead of hiding half of it."""
    if not isinstance(bound.field.widget, forms.TextInput):
        return bound
    attrs = bound.field.widget.attrs | {"rows": 1, "data-one-line": True}
    return bound.as_widget(forms.Textarea(), attrs=attrs)


@register.simple_tag(takes_context=True)
def form_key(context):
    """The name of this form: a new one for each page, the same one when it comes back."""
    try:
        return str(uuid.UUID(context["request"].POST.get(drafts.KEY, "")))
    except ValueError:
        return str(uuid.uuid4())


@register.simple_tag(takes_context=True)
def drafts_of(context, key):
    """What the script of the form has to know: addresses, words, the text to offer back."""
    user, story = context["user"], context.get("original")
    waiting, done = unsaved_of(user, story)
    return {
        "user": user.pk,
        "article": story.pk if story else None,
        "key": key,
        "writes": bool(context["has_change_permission"] if story else context["add"]),
        "restored": drafts.RESTORE in context["request"].POST,
        "isReturned": context["request"].method == "POST",  # with errors, or restored
        "zone": settings.TIME_ZONE,
        "urls": {
            "autosave": reverse("admin:news_article_autosave"),
            "discard": reverse("admin:news_article_discard"),
            "presence": story and reverse("admin:news_article_presence", args=[story.pk]),
            "session": reverse("admin:session"),
        },
        "offers": [
            {"key": str(row.key), "at": row.saved_at, "turn": row.turn, "fields": row.fields}
            for row in waiting
        ],
        "done": [str(key) for key in done],
        "words": _words(),
    }


def _words():
    return {
        "kept": _("Saved a copy at {time}"),
        "keptFirst": _("A copy of what you type is kept."),
        "here": _("No connection: the copy is kept in this browser."),
        "nowhere": _("No connection, and this browser keeps no copies. Copy your text elsewhere."),
        "tooLong": _("The text is too long for a copy on the server: it is kept in this browser."),
        "refused": _("The server takes no copy: it is kept in this browser."),
        "saving": _("Saving…"),
        "notSent": _("Nothing was sent: the server does not answer. Your text is kept; try again."),
        "out": _("You are logged out. Your text is kept."),
        "inBrowser": _("The copy is kept in this browser."),
        "loggedOut": _("Nothing was sent: you are logged out. Your text is kept."),
        "loggedIn": _("You are logged in again. Go on."),
        "otherUser": _("{name} is logged in now. Press the button again to save as {name}."),
        "newer": _("A newer version has been saved. Saving yours will show both side by side."),
        "typed": _("Text typed at {time}, not saved"),
        "inOtherTab": _("This text is open in another tab of this browser."),
        "restoredNow": _("The text typed earlier is back in the form. It is not saved yet."),
        "noDifference": _("No difference in the text."),
        "added": _("added"),
        "removed": _("removed"),
        "empty": _("empty"),
        "count": _("{n} of {limit}"),
        "over": _("{n} of {limit}: {more} too many for lists"),
        "words": _("Words: {words} · Reading time: {minutes} min"),
    }
