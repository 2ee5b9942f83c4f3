"""Buttons that move a story: with the form that was sent, or alone, or for many of a list."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from news import checklist, hours, roles
from news.models import MoveRefused
from news.models.workflow import MOVES
from portal.lib import dates

from .forms import MoveForm

SESSION = "refused_move"


def seen(request):
    """The version a form or a page was sent from; 0 for what is none."""
    number = request.POST.get("version", "")
    return int(number) if number.isdecimal() and len(number) < 10 else 0


def repaired(request, content):
    """The content with damaged text mended, where its button was pressed."""
    if "_repair" not in request.POST:
        return content
    return checklist.repair_content(content)


def make(desk, request, story, version):
    """Make the move that was asked for, and go back to the story. What was typed is kept."""
    name = request.POST["_move"]
    back = HttpResponseRedirect(reverse("admin:news_article_change", args=[story.pk]))
    asked = MoveForm(request.POST)
    asked.is_valid()
    data = asked.cleaned_data
    try:
        if name not in MOVES:
            raise MoveRefused([_("There is no such button.")])
        if MOVES[name].asks == "at" and "_at" in asked.errors:
            raise MoveRefused(asked.errors["_at"])
        getattr(story, name)(
            by=request.user,
            version=version,
            note=data.get("_reason" if MOVES[name].asks == "reason" else "_note", ""),
            at=data.get("_at"),
            override=data.get("_override", ""),
        )
    except MoveRefused as refused:
        typed = {key: request.POST.get(key, "")[:1000] for key in asked.fields}
        request.session[SESSION] = {"pk": story.pk, "name": name, "typed": typed}
        for reason in refused.reasons:
            desk.message_user(request, reason, messages.ERROR)
    else:
        desk.message_user(request, done(story, name), messages.SUCCESS)
    return back


def refused(request, story):
    """What was typed beside a move that was refused just now: {} or {"name", "typed"}."""
    known = request.session.get(SESSION)
    if not known or known["pk"] != story.pk:
        return {}
    del request.session[SESSION]
    return known


def done(story, name):
    if name == "schedule":
        words = _("Goes out %(hour)s, %(span)s.")
        at = story.published_at
        return words % {"hour": dates.moment(at), "span": hours.from_now(at)}
    words = {
        "submit": _("Submitted: an editor will look at it."),
        "send_back": _("Sent back, with your note."),
        "publish": _("Published: readers have it."),
        "publish_changes": _("Changes published: readers have them."),
        "discard_changes": _("Changes discarded. The history keeps them."),
        "withdraw": _("Withdrawn: readers no longer see it."),
        "reopen": _("Reopened as a draft."),
    }
    return words[name]


def set_expiry(desk, request, story, at):
    try:
        story.set_expiry(at, by=request.user)
    except MoveRefused as error:
        for reason in error.reasons:
            desk.message_user(request, reason, messages.ERROR)


def bulk(name):
    """The list's action that makes one move for each chosen story."""

    def action(desk, request, queryset):
        note = request.POST.get("note", "")
        versions = _seen_in_list(request)
        moved = []
        for story in queryset:
            try:
                if story.pk not in versions:
                    raise MoveRefused([_("It did not stand on the page you were looking at.")])
                getattr(story, name)(by=request.user, version=versions[story.pk], note=note)
            except MoveRefused as refused:
                words = "“%(headline)s”: %(reasons)s"
                reasons = " ".join(refused.reasons)
                words %= {"headline": story.headline, "reasons": reasons}
                desk.message_user(request, words, messages.ERROR)
            else:
                moved.append(story.headline)
        if moved:
            words = _("%(move)s: %(stories)s")
            stories = "; ".join(f"“{headline}”" for headline in moved)
            words %= {"move": MOVES[name].label, "stories": stories}
            desk.message_user(request, words, messages.SUCCESS)

    action.__name__ = f"{name}_chosen"
    action.short_description = MOVES[name].label
    return action


def _seen_in_list(request):
    """{id: version} of the rows of the page that the person had before their eyes."""
    pairs = (value.partition(":") for value in request.POST.getlist("seen"))
    return {int(pk): int(version) for pk, _c, version in pairs if (pk + version).isdecimal()}


BULK = ["submit", "publish", "send_back", "withdraw"]


def bulk_actions(user):
    """Those of BULK that the person's role may make at all."""
    return [name for name in BULK if roles.may(user, MOVES[name].action)]
