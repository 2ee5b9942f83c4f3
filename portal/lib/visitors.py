"""What of a request may decide the answer that everybody gets: its address, and nothing else."""

from io import BytesIO

from django.conf import settings
from django.http import QueryDict

READING = frozenset({"GET", "HEAD"})
_PROXIED = (settings.SECURE_PROXY_SSL_HEADER or ())[:1]
# What a view may know of a visitor: nothing. These are of the connection and the address.
_KEPT_META = frozenset(
    "PATH_INFO SCRIPT_NAME SERVER_NAME SERVER_PORT SERVER_PROTOCOL HTTP_HOST"
    " wsgi.url_scheme wsgi.errors".split()
)

_ADDRESS = ("wsgi.url_scheme", "HTTP_HOST", "SCRIPT_NAME", "PATH_INFO")
_ADDRESS += _PROXIED


def is_shared(request):
    """Whether the visitor is nobody in particular: no session, no password, a plain question."""
    return (
        request.method in READING
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and "HTTP_AUTHORIZATION" not in request.META
    )


def is_plain(meta):
    """Surely shared, without parameters: judged without parsing anything. meta: WSGI's own."""
    return (
        meta["REQUEST_METHOD"] in READING
        and not meta.get("QUERY_STRING")
        and settings.SESSION_COOKIE_NAME not in meta.get("HTTP_COOKIE", "")
        and "HTTP_AUTHORIZATION" not in meta
    )


def address_of(meta):
    """What a request says of its address, unread."""
    return tuple(map(meta.get, _ADDRESS))


def key_of(request, params):
    """(scheme, path as it is linked to, the parameters that the view reads, in its order)."""
    asked = ""
    if request.META.get("QUERY_STRING"):
        typed = request.GET
        named = [(name, typed.getlist(name)) for name in params if name in typed]
        asked = repr(named) if named else ""
    return request.scheme, request.path, asked


def purify(request, params):
    """Leave of a request what its address says: nothing else can change what everybody gets."""
    known = _KEPT_META.union(_PROXIED)
    typed, kept = request.GET, QueryDict(mutable=True)
    for name in params:
        if name in typed:
            kept.setlist(name, typed.getlist(name))
    kept._mutable = False
    meta = {name: value for name, value in request.META.items() if name in known}
    meta |= {"QUERY_STRING": kept.urlencode(), "REQUEST_METHOD": "GET"}
    request.META = request.environ = meta
    request.method, request.GET, request.COOKIES = "GET", kept, {}
    request._stream = BytesIO()  # a GET may have a body
    request.__dict__.pop("headers", None)
