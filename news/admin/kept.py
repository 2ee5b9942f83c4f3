"""When a sent story cannot be taken, its text is shown back: closing the door loses nothing."""

from django.shortcuts import render
from django.urls import URLPattern, reverse
from django.utils.html import strip_tags
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

LOGGED_OUT = _(
    "You are no longer logged in. Nothing is lost: log in in another tab, then send it again here."
)
NOT_ALLOWED = _("Your account may no longer change this story. Your text has not been saved.")
GONE = _("This story has been deleted meanwhile. Your text has not been saved.")
STALE = _("You have logged in again since the form was opened. Send it again.")
# Shown to people, in this order; everything else that was sent is kept in hidden fields.
SHOWN = {
    "headline": _("headline"),
    "lead": _("lead"),
    "body": _("text"),
    "text": _("correction"),
}
# The pages on which somebody writes what nobody else has yet.
WRITTEN_ON = {"news_article_add", "news_article_change", "news_article_correct"}
NEVER_KEPT = {"csrfmiddlewaretoken"}  # a page has a token of its own
MOST = 2_000


def page(request, why, status=403):
    """The text that was sent, to read, to copy and to send again once that is possible."""
    sent = [
        (name, value)
        for name, values in list(request.POST.lists())[:MOST]
        for value in values
        if name not in NEVER_KEPT and not (name in SHOWN and value)
    ]
    shown = [
        {"name": name, "label": label, "text": request.POST[name]}
        for name, label in SHOWN.items()
        if request.POST.get(name)
    ]
    context = {
        "why": why,
        "sent": sent,
        "shown": shown,
        "title": _("Your text is kept here"),
        "action": reverse("admin:news_article_add") if why is GONE else request.get_full_path(),
        "words": sum(len(strip_tags(line["text"]).split()) for line in shown),
        "is_logged_in": request.user.is_authenticated,
    }
    return render(request, "admin/news/article/kept.html", context, status=status)


def is_story_form(request):
    """A story's form was sent from this site itself, whoever is logged in."""
    match = request.resolver_match
    origin = request.headers.get("origin") or request.headers.get("referer", "")
    is_ours = url_has_allowed_host_and_scheme(
        origin, {request.get_host()}, require_https=request.is_secure()
    )
    return (
        request.method == "POST"
        and match is not None
        and match.url_name in WRITTEN_ON
        and (is_ours and bool(origin))
    )


def rescued(desk, pattern):
    """The address of the form, which answers somebody logged out with their own text."""
    if pattern.name not in WRITTEN_ON:
        return pattern
    behind = pattern.callback

    def view(request, *args, **kwargs):
        if request.method == "POST" and not desk.admin_site.has_permission(request):
            return page(request, LOGGED_OUT)
        return behind(request, *args, **kwargs)

    return URLPattern(pattern.pattern, view, pattern.default_args, pattern.name)
