"""Pages that show both rooms, and the pages for what went wrong."""

import logging
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.utils._os import safe_join
from django.utils.translation import gettext as _

from news import renditions, withheld
from news.admin import kept
from news.front import compose
from news.models import Article
from portal import chrome
from portal.lib import languages
from portal.lib.caching import public_page, shared_answer

log = logging.getLogger(__name__)


@public_page("news", "markets")
def home(request):
    front = compose(languages.current())
    return render(request, "portal/home.html", {"front": front, "is_home": True})


def error(request, status, *, title, text):
    """A plain page in the reader's language that says what happened and what to do."""
    request.editions = {}  # the switch leads to front pages: this one has no counterpart
    context = {"status": status, "title": title, "text": text}
    return render(request, "error.html", context, status=status)


def page_not_found(request, exception=None):
    """The same page at every address that is none: it is made once for each language."""
    code = languages.current()

    def page():
        request.editions = {}
        stories = Article.objects.published().in_language(code).newest()
        latest = stories.select_related("section", "picture").defer("body", "lead")[:4]
        return render(request, "404.html", {"latest": latest}, status=404)

    return shared_answer(request, ["news"], ("404", code), page)


def bad_request(request, exception=None):
    return error(
        request,
        400,
        title=_("We could not read that request"),
        text=_("The address or the browser sent something this site does not understand."),
    )


def permission_denied(request, exception=None):
    return error(
        request,
        403,
        title=_("This page is not open to you"),
        text=_("If you work in the newsroom, log in first or ask for the right to do this."),
    )


def csrf_failure(request, reason=""):
    if kept.is_story_form(request):
        is_in = request.user.is_authenticated  # then anew, since the form was opened
        return kept.page(request, kept.STALE if is_in else kept.LOGGED_OUT)
    return error(
        request,
        403,
        title=_("The form had expired"),
        text=_("Go back, reload the page and send it again: what you typed is still there."),
    )


def method_not_allowed(request):
    response = error(
        request,
        405,
        title=_("This address can only be read"),
        text=_("Nothing can be sent to it."),
    )
    response["Allow"] = "GET, HEAD"
    return response


def server_error(request):
    """The page that stands when nothing else does: no query is needed to write it.

    The frame and the ticker are tried; where the database fails they are the last ones this
    process showed, or are left out.
    """
    code = languages.language_of_path(request.path_info)
    request.editions = {}
    try:
        frame = chrome.without_banner(code)
    except Exception:
        frame = chrome.remembered(code)
    try:
        return render(request, "500.html", {"chrome": frame}, status=500)
    except Exception:
        log.exception("the error page itself failed")
        return HttpResponse(
            "<!doctype html><html lang=en><title>500</title><h1>Our side of the line is down</h1>"
            "<p>Trying again in a minute usually works.",
            status=500,
        )


def media(request, path):
    """Uploaded pictures, on a server without nginx or object storage.

    Names carry a hash of the content, so an answer is good for ever; nothing in them may run.
    """
    try:
        place = safe_join(settings.MEDIA_ROOT, path)
        if Path(place).is_relative_to(Path(settings.MEDIA_ROOT) / withheld.FOLDER):
            raise Http404("its rights have ended")
        file = open(place, "rb")  # noqa: SIM115  FileResponse closes it
    except (OSError, ValueError):  # SuspiciousFileOperation is reported as 400 by Django itself
        raise Http404("no such file") from None
    response = FileResponse(file, content_type=renditions.type_of(path))
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response._csp_exempt = True  # the pages' policy would take the place of this one
    return response
