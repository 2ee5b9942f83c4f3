"""Beside the story's form: copies of what is typed, who has it open, the text offered back.

Nothing here goes through a form, a signal or the story itself: a copy is one row of its own.
`urls(model_admin)` are the addresses; `saved(request, article)` is to be called, in the same
transaction, by whatever has saved the text of a form.
"""

import functools
import json
import uuid

from django.core.exceptions import PermissionDenied
from django.forms.utils import ErrorDict
from django.http import JsonResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from news.models import Article, Autosave, Presence
from news.models.drafts import AlreadySaved, OutOfTurn
from portal.lib import dates

# A very long read has 100 kB; what is larger was pasted by mistake.
MOST_BYTES = 1_000_000
MOST_FIELDS = 500
KEY = "form_key"  # the hidden field that names a form
RESTORE = "_restore"  # sent with a copy: show it in the form again, save nothing


class Refused(Exception):
    def __init__(self, words, status):
        super().__init__(words)
        self.words, self.status = words, status


def urls(model_admin):
    def answer(view):
        """JSON in and out; who is not logged in hears 401 instead of being sent to a page."""

        @require_POST
        @functools.wraps(view)
        def inner(request, **which):
            if not model_admin.admin_site.has_permission(request):
                return JsonResponse({"error": _("You are logged out.")}, status=401)
            try:
                return JsonResponse(view(model_admin, request, _read(request), **which))
            except Refused as refusal:
                return JsonResponse({"error": refusal.words}, status=refusal.status)
            except AlreadySaved:
                return JsonResponse({"done": True}, status=409)
            except OutOfTurn as late:
                return JsonResponse({"turn": late.turn}, status=409)
            except PermissionDenied:
                return JsonResponse({"error": _("You may not edit stories.")}, status=403)

        return inner

    return [
        path("autosave/", answer(autosave), name="news_article_autosave"),
        path("autosave/discard/", answer(discard), name="news_article_discard"),
        path("<int:pk>/presence/", answer(presence), name="news_article_presence"),
    ]


def autosave(model_admin, request, sent):
    """Keep what the form holds now. Who has lost the right to this story keeps the text all the
    same: the copy is their own."""
    _must_write(model_admin, request)
    number = _number(sent, "article", 2**63 - 1)
    article = Article.objects.filter(pk=number).only("pk").first() if number else None
    kept_at = Autosave.objects.keep(
        user=request.user,
        key=_key(sent),
        article=article,
        version=_number(sent, "version", 2**31 - 1),
        turn=_number(sent, "turn", 2**53) or 0,
        fields=_fields(sent),
    )
    return {"at": kept_at.isoformat()}


def discard(model_admin, request, sent):
    _must_write(model_admin, request)
    Autosave.objects.finish(user=request.user, key=_key(sent))
    return {"done": True}


def presence(model_admin, request, sent, pk):
    """Tell that the story is open here; hear who else has it open."""
    article = Article.objects.filter(pk=pk).first()
    if article is None:
        raise Refused(_("This story has been deleted. What you type is kept."), 404)
    if not model_admin.has_view_or_change_permission(request, article):
        raise PermissionDenied
    if sent.get("leaving"):
        Presence.objects.leave(user=request.user, key=_key(sent))
        return {}
    if not sent.get("looking"):  # who only reads is no reason to wait
        Presence.objects.beat(article=article, user=request.user, key=_key(sent))
    others = Presence.objects.others(article, request.user)
    return {"others": open_by(others), "version": getattr(article, "version", None)}


def open_by(others):
    """The sentence for [(person, since when)]; empty for nobody."""
    if not others:
        return ""
    names = [
        _("{name} since {hour}").format(name=person.get_full_name() or person, hour=dates.hour(at))
        for person, at in others[:3]
    ]
    said = _("open by {names}").format(names=", ".join(names))
    if (more := len(others) - len(names)) > 0:
        said += " " + ngettext("and {n} more", "and {n} more", more).format(n=more)
    return said


def title(article):
    """The headline for a list of stories, with the mark of who else has it open.

    The list has gone through `Presence.objects.mark`.
    """
    others = open_by(article.open_by)
    if not others:
        return article.headline
    mark = '{} <span class="open-mark">{}</span>'
    return format_html(mark, article.headline, others)


def saved(request, article):
    """The text of the request's form is in the story, or set aside: its copies are let go."""
    try:
        key = uuid.UUID(request.POST.get(KEY, ""))
    except ValueError:
        return  # a form without our script, or no form at all
    Autosave.objects.finish(user=request.user, key=key, article=article)


class Restorable:
    """For the story's form: sent with `_restore`, it shows what was typed and is never valid."""

    @property
    def is_restored(self):
        return self.is_bound and RESTORE in self.data

    @property
    def errors(self):
        return ErrorDict() if self.is_restored else super().errors

    def is_valid(self):
        return not self.is_restored and super().is_valid()


def _must_write(model_admin, request):
    if not (model_admin.has_add_permission(request) or model_admin.has_change_permission(request)):
        raise PermissionDenied


def _read(request):
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
            raise Refused(_("The text is too long for a copy on the server (1 MB)."), 413)
        sent = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Refused(_("This is not a copy of a form."), 400) from None
    if not isinstance(sent, dict):
        raise Refused(_("This is not a copy of a form."), 400)
    return sent


def _key(sent):
    try:
        return uuid.UUID(str(sent.get("key")))
    except ValueError:
        raise Refused(_("This is not a copy of a form."), 400) from None


def _number(sent, name, most):
    value = sent.get(name)
    if value is None or (type(value) is int and 0 <= value <= most):
        return value
    raise Refused(_("This is not a copy of a form."), 400)


def _fields(sent):
    fields = sent.get("fields")
    is_form = (
        isinstance(fields, list)
        and len(fields) <= MOST_FIELDS
        and all(isinstance(pair, list) and len(pair) == 2 for pair in fields)
        and all(isinstance(part, str) for pair in fields for part in pair)
    )
    if not is_form:
        raise Refused(_("This is not a copy of a form."), 400)
    return [[_storable(part) for part in pair] for pair in fields]


def _storable(text):
    """Without NUL and halves of a letter, which a database refuses."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
