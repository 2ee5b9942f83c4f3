"""Seeing a story as readers would: three widths at a desk, or a link for somebody outside."""

from csp.constants import SELF
from csp.decorators import csp_replace, csp_update
from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from news import preview, roles
from news.models import MoveRefused

from .history import by_button, story_or_404

WIDTHS = [390, 820, 1440]


def _asked(story, request):
    """(content, revision or None) that ?revision= asks for; without it, what is worked on."""
    number = request.GET.get("revision", "")
    if not number:
        return story.working(), None
    revision = number.isdecimal() and story.revisions.filter(number=int(number[:9])).first()
    if not revision:
        raise Http404
    return revision.content, revision


@csp_update({"frame-src": [SELF]})
def three_widths(desk, request, pk):
    story = story_or_404(desk, request, pk, "preview")
    content, revision = _asked(story, request)
    page = reverse("admin:news_article_preview_page", args=[pk])
    context = {
        **desk.admin_site.each_context(request),
        "opts": desk.opts,
        "title": _("Preview: %(headline)s") % {"headline": content["headline"]},
        "original": story,
        "story": story,
        "revision": revision,
        "page_url": f"{page}?revision={revision.number}" if revision else page,
        "widths": WIDTHS,
        "links": story.previews.open().select_related("revision", "made_by"),
        "can_share": roles.may(request.user, "share preview", story),
        "can_revoke": roles.may(request.user, "revoke preview", story),
        "site_url": request.build_absolute_uri("/").rstrip("/"),
        "media": desk.media,
    }
    return render(request, "admin/news/article/preview.html", context)


@xframe_options_sameorigin
@csp_replace({"frame-ancestors": [SELF]})
def page(desk, request, pk):
    """The page itself, in the story's language, to stand in a frame of this site alone."""
    story = story_or_404(desk, request, pk, "preview")
    content, _revision = _asked(story, request)
    return preview.page(request, story, content)


@by_button("preview")
def share(desk, request, pk):
    story = story_or_404(desk, request, pk, "share preview")
    try:
        link = story.share(by=request.user)
    except MoveRefused as refused:
        desk.message_user(request, " ".join(refused.reasons), messages.ERROR)
    else:
        words = _("The link is good for 72 hours: %(url)s")
        url = request.build_absolute_uri(link.get_absolute_url())
        desk.message_user(request, words % {"url": url}, messages.SUCCESS)
    return HttpResponseRedirect(reverse("admin:news_article_preview", args=[pk]))


@by_button("preview")
def revoke(desk, request, pk):
    story = story_or_404(desk, request, pk, "revoke preview")
    number = request.POST.get("link", "")
    links = story.previews.filter(pk=number if number.isdecimal() else 0, revoked_at=None)
    if links.update(revoked_at=timezone.now()):
        story.log(request.user, _("A preview link was revoked."))
        desk.message_user(request, _("The link no longer opens anything."), messages.SUCCESS)
    return HttpResponseRedirect(reverse("admin:news_article_preview", args=[pk]))
