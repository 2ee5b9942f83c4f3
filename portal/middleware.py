"""What every answer carries and what every request is told before a view sees it."""

from csp.middleware import HEADER, CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.utils import translation

from portal import live, metrics
from portal.lib import caching, languages, topics, visitors
from portal.lib.lifetime import Asked

PERMISSIONS_POLICY = (
    "accelerometer=(), camera=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()"
)


def is_admin(request):
    return request.path_info.startswith(f"/{settings.ADMIN_PATH}/")


class Pages:
    """Outermost: what is remembered is answered here, before anything else is done.

    Everything that goes out passes here too, and is told whether and how long it may be kept.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.is_shared = visitors.is_shared(request)
        request.live_of, request.flights = live.current, []
        asked = Asked(request.META, is_shared=request.is_shared)
        metrics.note()
        if asked.is_shared:
            response = caching.find(request, asked, live.current)
            if response is not None:
                return response
        try:
            return caching.finish(request, self.get_response(request), asked)
        finally:
            caching.release(request)
            if asked.method not in {"GET", "HEAD"}:
                topics.forget()  # what was written here is seen here at once


class SecurityHeaders:
    """Permissions-Policy on every answer; the admin is never stored by a cache."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if is_admin(request):
            response.headers["Cache-Control"] = "private, no-store"
        return response


class Policy(CSPMiddleware):
    """The library's; but what the settings say, as nearly every answer does, is written once."""

    def __init__(self, get_response):
        super().__init__(get_response)
        self.usual = build_policy()

    def process_response(self, request, response):
        is_special = any(name.startswith("_csp_") for name in (*vars(response), *vars(request)))
        if settings.DEBUG or is_special:
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self.usual)
        return response


class Language:
    """The address decides the language of a page; nothing else does, so pages can be shared.

    Only in the admin, which is nobody's cached page, the editor's own choice decides (a cookie of
    the admin), before it the browser.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if is_admin(request):
            code = translation.get_language_from_request(request)
        else:
            code = languages.language_of_path(request.path_info)
        translation.activate(code)
        request.LANGUAGE_CODE = code
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", code)
        return response


class ReadersOnlyRead:
    """Public addresses answer GET and HEAD; anything else is a plain 405 in the reader's words.

    HEAD is GET without its body, with the length the body would have.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method not in {"GET", "HEAD"} and not is_admin(request):
            from portal.views import method_not_allowed

            return method_not_allowed(request)
        response = self.get_response(request)
        if request.method == "HEAD" and not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        return response
