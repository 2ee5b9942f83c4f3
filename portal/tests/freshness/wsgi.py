"""The portal for these tests: it names its process, shows what a view sees of its visitor, and can
be told to do without one of its defences.

To a public page a visitor is nobody, so nothing is shown and its bytes are those of the portal.
FRESHNESS_WITHOUT: names out of DEFENCES, with commas between.
"""

import os

from django import shortcuts
from django.conf import settings

# Files go by their own names: collecting them takes seconds, and none of them is asked for here.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
settings.STORAGES["staticfiles"]["BACKEND"] = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
)
_render = shortcuts.render


def visitor(request):
    """All that this request says beside its address."""
    headers = {
        name: value
        for name, value in request.META.items()
        if name.startswith(("HTTP_", "CONTENT_")) and name != "HTTP_HOST" and value
    }
    seen = {**headers, **request.COOKIES, **request.GET.dict()}
    if request.META.get("REMOTE_ADDR"):
        seen["REMOTE_ADDR"] = request.META["REMOTE_ADDR"]
    if body := request.read().decode("latin-1"):
        seen["body"] = body
    return seen


def nosy(request, *args, **options):
    """django.shortcuts.render, with a remark on the visitor."""
    response = _render(request, *args, **options)
    if seen := visitor(request):
        response.write(f"<!-- {seen} -->")
    return response


shortcuts.render = nosy  # before any view takes it by its name

from django.db import connection  # noqa: E402

from portal.lib import caching, memory, topics, visitors  # noqa: E402
from portal.wsgi import application as portal  # noqa: E402

DEFENCES = {
    "boundaries": lambda: topics._boundaries.clear(),
    "flights": lambda: setattr(memory.Memory, "begin", lambda self, key: None),
    "purify": lambda: setattr(caching, "purify", lambda request, params: None),
    # Django's own, to the database: with them open a file that is gone is not missed.
    "connections": lambda: connection.settings_dict.update(CONN_MAX_AGE=0),
    "sessions": lambda: setattr(
        visitors, "is_shared", lambda request: request.method in {"GET", "HEAD"}
    ),
}
for name in filter(None, os.environ.get("FRESHNESS_WITHOUT", "").split(",")):
    DEFENCES[name]()


def application(environ, start_response):
    def start(status, headers, *error):
        told = {"X-Process": os.getpid(), "X-Renders": caching.memory.counts["renders"]}
        more = [(name, str(value)) for name, value in told.items()]
        return start_response(status, [*headers, *more], *error)

    return portal(environ, start)
