"""A story's draft in another language, and what its original has said since."""

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from news import comparing, roles
from news.models import MoveRefused
from news.naming import names_of

from .history import by_button, story_or_404


@by_button("change")
def translate(desk, request, pk):
    story = story_or_404(desk, request, pk, "translate")
    try:
        draft = story.translate(request.POST.get("language", ""), by=request.user)
    except MoveRefused as refused:
        desk.message_user(request, " ".join(refused.reasons), messages.ERROR)
        return HttpResponseRedirect(reverse("admin:news_article_change", args=[pk]))
    words = _("A draft in %(language)s, with the text to be translated. The two are linked.")
    words %= {"language": draft.get_language_display()}
    desk.message_user(request, words, messages.SUCCESS)
    return HttpResponseRedirect(reverse("admin:news_article_change", args=[draft.pk]))


def original(desk, request, pk):
    """What has changed in the original since; POST says that the translation tells it too."""
    action = "mark up to date" if request.method == "POST" else "compare"
    story = story_or_404(desk, request, pk, action)
    if story.translation_of is None:
        raise Http404
    if request.method == "POST":
        if request.POST.get("seen") != str(story.translation_of.public_version):
            words = _("The original has changed again since. Look at the difference first.")
            desk.message_user(request, words, messages.ERROR)
            return HttpResponseRedirect(request.path)
        story.mark_up_to_date(by=request.user)
        desk.message_user(request, _("The translation is up to date."), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:news_article_change", args=[pk]))
    before, now = story.original_then_and_now()
    context = {
        **desk.admin_site.each_context(request),
        "opts": desk.opts,
        "title": _("What has changed in the original"),
        "original": story,
        "story": story,
        "source": story.translation_of,
        "is_known": before is not None,
        "changes": comparing.compare_contents(before, now, names_of(before, now)) if before else [],
        "can_mark": roles.may(request.user, "mark up to date", story),
        "media": desk.media,
    }
    return render(request, "admin/news/article/original.html", context)
