"""The history of a story: who, when, what for; any two texts side by side; a way back."""

from functools import wraps

from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from news import comparing, roles
from news.models import EditConflict, MoveRefused, Revision
from news.naming import names_of

from . import conflict, moves

PER_PAGE = 50
LOG_LINES = 20


def story_or_404(desk, request, pk, action):
    """The story, for somebody who may do that to it."""
    story = desk.get_object(request, str(pk))
    if story is None:
        raise Http404
    if not roles.may(request.user, action, story):
        raise PermissionDenied
    return story


def by_button(back):
    """A view that only a button opens. Whoever comes without it, as after a login that had ended,
    is led to the page where the button stands.
    """

    def decorate(view):
        @wraps(view)
        def answer(desk, request, pk):
            if request.method == "POST":
                return view(desk, request, pk)
            story_or_404(desk, request, pk, "view")
            words = _("Nothing was sent. Press the button again.")
            desk.message_user(request, words, messages.WARNING)
            return HttpResponseRedirect(reverse(f"admin:news_article_{back}", args=[pk]))

        return answer

    return decorate


def page(desk, request, story):
    revisions = story.revisions.defer("content").select_related("by")
    shown = Paginator(revisions, PER_PAGE).get_page(request.GET.get("p"))
    log = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(story), object_id=str(story.pk)
    )
    context = {
        **desk.admin_site.each_context(request),
        "opts": desk.opts,
        "title": _("History: %(headline)s") % {"headline": story.working()["headline"]},
        "original": story,
        "story": story,
        "page": shown,
        "log": log.select_related("user").order_by("-action_time", "-pk")[:LOG_LINES],
        "can_restore": roles.may_edit(request.user, story),
        "media": desk.media,
    }
    return render(request, "admin/news/article/history.html", context)


def compare(desk, request, pk):
    """?from=3&to=working: a revision's number, "live" (what readers have) or "working"."""
    story = story_or_404(desk, request, pk, "compare")
    sides = {}
    wanted = {"from": request.GET.get("from") or _before(story, request), "to": "working"}
    wanted["to"] = request.GET.get("to") or wanted["to"]
    for side, name in wanted.items():
        sides[side] = _text(story, name)
    if sides["from"]["order"] > sides["to"]["order"]:
        sides["from"], sides["to"] = sides["to"], sides["from"]
    old, new = sides["from"]["content"], sides["to"]["content"]
    context = {
        **desk.admin_site.each_context(request),
        "opts": desk.opts,
        "title": _("Two texts compared"),
        "original": story,
        "story": story,
        "old": sides["from"],
        "new": sides["to"],
        "changes": comparing.compare_contents(old, new, names_of(old, new)),
        "can_restore": roles.may_edit(request.user, story),
        "media": desk.media,
    }
    return render(request, "admin/news/article/compare.html", context)


def _before(story, request):
    """What the working text is compared with where nobody has said: live, else the one before."""
    if story.pending_changes:
        return "live"
    before = story.revisions.exclude(verb__in=Revision.ASIDE).defer("content")[1:2]
    return str(before[0].number) if before else "working"


def _text(story, name):
    if name == "working":
        return {"content": story.working(), "label": _("The text as it is now"), "order": 2e9}
    if name == "live":
        return {"content": story.content(), "label": _("What readers have"), "order": 1e9}
    if not str(name).isdecimal() or len(name) > 9:
        raise Http404
    revision = story.revisions.filter(number=int(name)).first()
    if revision is None:
        raise Http404
    return {
        "content": revision.content,
        "label": _("Revision %(number)s") % {"number": revision.number},
        "revision": revision,
        "order": revision.number,
    }


@by_button("history")
def restore(desk, request, pk):
    story = story_or_404(desk, request, pk, "history")
    number = request.POST.get("revision", "")
    revision = number.isdecimal() and story.revisions.filter(number=int(number[:9])).first()
    if not revision:
        raise Http404
    back = HttpResponseRedirect(reverse("admin:news_article_change", args=[story.pk]))
    try:
        story.restore(revision, by=request.user, base=moves.seen(request))
    except MoveRefused as refused:
        raise PermissionDenied(" ".join(refused.reasons)) from refused
    except EditConflict as clash:
        return conflict.page(desk, request, clash)
    words = _("The text of revision %(number)s stands again; the history keeps the other.")
    desk.message_user(request, words % {"number": revision.number}, messages.SUCCESS)
    return back
