"""Values every page has: the site's name, its frame, and this page in the other languages."""

from types import SimpleNamespace

from django.conf import settings
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from portal import chrome
from portal.lib import languages


def site(request):
    code = languages.current()
    marks = getattr(getattr(request, "page_plan", None), "marks", None)

    def frame():
        if marks:
            return chrome.shared_frame(code)
        return chrome.load(code, getattr(request, "shown_at", None))

    return {
        "site": SimpleNamespace(
            name=languages.site_name(),
            description=settings.SITE_DESCRIPTION,
            url=settings.SITE_URL,
            email=settings.NEWSROOM_EMAIL,
            corrections_email=settings.CORRECTIONS_EMAIL,
            code=code,
            today=timezone.localdate(),
            home=languages.path_in("/", code),
        ),
        "chrome": SimpleLazyObject(frame),
        # Where the page will be kept: what stands in it until ticker and banner are put there.
        "marks": marks,
        "editions": SimpleLazyObject(lambda: editions(request)),
    }


def editions(request):
    """The language switch: this page in each language, or that edition's front page.

    A view whose page exists in some languages only sets `request.editions = {code: path}`;
    every other page stands at the same address in each language.
    """
    known = getattr(request, "editions", None)
    current = languages.current()
    return [
        SimpleNamespace(
            code=code,
            name=name,
            short=languages.SHORT.get(code, code.upper()),
            url=known.get(code, languages.path_in("/", code))
            if known is not None
            else languages.path_in(request.path, code),
            is_current=code == current,
            # Only a true counterpart is told to search engines.
            is_counterpart=known is None or code in known,
        )
        for code, name in settings.LANGUAGES
    ]
