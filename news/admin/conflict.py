"""Two people have changed one text: both are shown, and one button for each honest way out."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from news import comparing
from news.models import EditConflict, Revision
from news.models.content import blank
from news.naming import names_of

from . import kept


def page(desk, request, clash):
    """409: the text of the loser is on record before anything is asked."""
    story = clash.article
    aside = story.set_aside(clash.content, by=request.user, base=clash.base)
    # Copies of what was typed are let go here too: drafts.saved(request, story)
    return _shown(desk, request, story, aside, status=409)


def _shown(desk, request, story, aside, status, picked=None, unanswered=()):
    mine, theirs = aside.content, story.working()
    base = story.text_at(aside.version)
    theirs_by = story.revisions.exclude(pk=aside.pk).exclude(verb__in=Revision.ASIDE).first()
    context = {
        **desk.admin_site.each_context(request),
        "opts": desk.opts,
        "title": _("Two people have changed this story"),
        "original": story,
        "story": story,
        "aside": aside,
        "theirs_by": theirs_by,
        "rows": _rows(base, mine, theirs, picked or {}, unanswered),
        "knows_base": base is not None,
        "move": request.POST.get("_move", ""),
        "media": desk.media,
    }
    return render(request, "admin/news/article/conflict.html", context, status=status)


def _rows(base, mine, theirs, picked=None, unanswered=()):
    """One row for each field in which the texts differ, with what is chosen beforehand."""
    resolve = names_of(base or {}, mine, theirs)
    states = _states(base, mine, theirs)
    merged, _open = comparing.merge_contents(base, mine, theirs) if base else (mine, [])
    before = base or blank()
    rows = []
    for name in mine:
        state = states[name]
        if state == comparing.State.SAME or mine[name] == theirs[name]:
            continue
        both = (
            state == comparing.State.CONFLICT
            and base
            and merged[name]
            not in (
                mine[name],
                theirs[name],
            )
        )
        rows.append(
            {
                "name": name,
                "label": comparing.label(name),
                "state": str(state),
                "mine": comparing.field_html(name, before[name], mine[name], resolve),
                "theirs": comparing.field_html(name, before[name], theirs[name], resolve),
                "between": comparing.field_html(name, theirs[name], mine[name], resolve),
                "both": comparing.field_html(name, before[name], merged[name], resolve)
                if both
                else "",
                "chosen": (picked or {}).get(name) or _chosen(state, both),
                "is_unanswered": name in unanswered,
            }
        )
    return rows


def _states(base, mine, theirs):
    if base:
        return comparing.three_way(base, mine, theirs)
    same, clash = comparing.State.SAME, comparing.State.CONFLICT
    return {name: same if mine[name] == theirs[name] else clash for name in mine}


def _chosen(state, both):
    if both:
        return "both"
    known = {comparing.State.MINE: "mine", comparing.State.THEIRS: "theirs"}
    return known.get(state, "")


def resolve(desk, request, story):
    """The answer from the conflict page: upon the version that it showed, or it is shown again."""
    number = request.POST.get("aside", "")
    aside = None
    if number.isdecimal():
        aside = story.revisions.filter(number=int(number[:9]), by=request.user).first()
    if aside is None or not desk.has_change_permission(request, story):
        return kept.page(request, kept.NOT_ALLOWED)
    back = reverse("admin:news_article_change", args=[story.pk])
    way = request.POST["_resolve"]
    if way == "form":
        return HttpResponseRedirect(f"{back}?aside={aside.number}")
    if way == "theirs":
        words = _("The other text stands. Yours is in the history as revision %(number)s.")
        desk.message_user(request, words % {"number": aside.number}, messages.SUCCESS)
        return HttpResponseRedirect(back)
    seen = request.POST.get("version", "")
    if way not in {"mine", "merge"} or seen != str(story.version):
        return _shown(desk, request, story, aside, status=409)
    content = aside.content
    if way == "merge":
        content, picked, unanswered = _merged(request, story, aside)
        if unanswered:
            words = _("Choose a text for each field first.")
            desk.message_user(request, words, messages.ERROR)
            return _shown(desk, request, story, aside, 409, picked, unanswered)
    try:
        note = _("brought together") if way == "merge" else _("over a later text")
        story.edit(content, by=request.user, base=story.version, note=note)
    except EditConflict as clash:
        return _shown(desk, request, clash.article, aside, status=409)
    desk.message_user(request, _("Saved. Both texts are in the history."), messages.SUCCESS)
    return HttpResponseRedirect(back)


def _merged(request, story, aside):
    """(content, {field: answer}, [fields without an answer]) of the answers given."""
    mine, theirs = aside.content, story.working()
    base = story.text_at(aside.version)
    both = comparing.merge_contents(base, mine, theirs)[0] if base else mine
    sides = {"mine": mine, "theirs": theirs, "both": both}
    content, picked, unanswered = dict(theirs), {}, []
    for row in _rows(base, mine, theirs):
        name = row["name"]
        answer = request.POST.get(f"pick_{name}") or ""
        if answer in sides:
            content[name], picked[name] = sides[answer][name], answer
        else:
            unanswered.append(name)
    return content, picked, unanswered
