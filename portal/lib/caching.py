"""Pages for everybody: which may be shared, and for how long each cache may keep them.

`@public_page` is the only door (docs/decisions/0012-fast-and-fresh.md). A view without it, a
visitor with a session, an answer that sets a cookie or failed: `private, no-store`.
"""

import time
from dataclasses import dataclass, field
from functools import wraps
from io import BytesIO

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import connection
from django.http import HttpResponse, QueryDict

from portal.lib import languages, lifetime, shared, topics
from portal.lib.memory import MARK, Entry, Memory

PRIVATE = "private, no-store"
STATUSES = frozenset({200, 301, 404, 410})
REMEMBERED = frozenset({200, 404, 410})
MARKS = {name: MARK.format(name) for name in ("ticker", "banner", "rail")}
TRIES = 3
PATIENCE = 10.0  # seconds to wait for another visitor's rendering before making one's own
LONGEST_QUESTION = 300  # characters of a query that is worth remembering
MOST_PATHS = 4_000
MOST_HOSTS = 100
# What a view may know of a visitor: nothing. These are of the connection and the address.
_KEPT_META = frozenset(
    "PATH_INFO SCRIPT_NAME SERVER_NAME SERVER_PORT SERVER_PROTOCOL HTTP_HOST"
    " wsgi.url_scheme wsgi.errors".split()
)

memory = Memory(settings.PAGE_MEMORY_MB * 1_000_000)
_hosts = set()  # names that were found to be ours
_params = {}  # {path: the query parameters its view reads}


@dataclass
class Plan:
    """What is known of a public page between its view and its answer.

    state, until: of its topics when it was rendered. live: the fragments that stand in it.
    """

    topics: tuple
    params: tuple = ()
    key: tuple | None = None
    state: tuple = ()
    until: float = topics.FAR
    live: object = None
    marks: dict = field(default_factory=dict)

    def leave_out(self, name):
        """Called by a view that finds its page does not show anything of a topic."""
        self.topics = tuple(topic for topic in self.topics if topic != name)


class Kept(HttpResponse):
    """Stands for an Entry on its way out through the middleware."""

    def __init__(self, entry, live):
        super().__init__(status=entry.status)
        self.entry, self.live = entry, live


def is_shared(request):
    """Whether the visitor is nobody in particular: no session, no password, a plain question."""
    return (
        request.method in {"GET", "HEAD"}
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and "HTTP_AUTHORIZATION" not in request.META
    )


def can_keep():
    """Within a transaction there may be what is never committed: nothing is kept of it."""
    return not connection.in_atomic_block


def key_of(request, params):
    """(scheme, path as it is linked to, the parameters that the view reads, in its order)."""
    asked = ""
    if request.META.get("QUERY_STRING"):
        typed = request.GET
        named = [(name, typed.getlist(name)) for name in params if name in typed]
        asked = repr(named) if named else ""
    return request.scheme, request.path, asked


def find(request, asked, live_of):
    """The remembered answer to a request, or None.

    Never a query but for the state of the topics, four times a second at most.
    """
    params = ()
    if request.META.get("QUERY_STRING"):
        params = _params.get(request.path_info)
        if params is None:
            return None
    key = key_of(request, params)
    found = _good(key, live_of)
    if found is None:
        return None
    if not _is_ours(request):
        return None  # to be refused as any other
    memory.counts["hits"] += 1
    return _answer(asked, key, *found)


def _is_ours(request):
    """Whether the name the visitor used is one of ALLOWED_HOSTS."""
    name = request.META.get("HTTP_HOST")
    if name not in _hosts:
        try:
            request.get_host()
        except DisallowedHost:
            return False
        if len(_hosts) < MOST_HOSTS:
            _hosts.add(name)
    return True


def _good(key, live_of):
    """(Entry, Live or None) of a key if they show the present state, both of the same batch."""
    entry = memory.get(key)
    if entry is None or not can_keep():
        return None
    snapshot = topics.current()
    if not entry.is_good(snapshot, time.time()):
        return None
    if not entry.names:
        return entry, None
    live = live_of(entry.language, snapshot)
    if live.seen is not snapshot and not entry.is_good(topics.current(), time.time()):
        return None  # the fragments found a newer state than the page has: it is rendered again
    return entry, live


def public_page(*names, params=(), is_kept=True):
    """A view whose answer is the same for everybody.

    names: the topics it is made of, beside the frame. params: the query parameters it reads; it
    never sees another one, nor any cookie or header. is_kept: whether this process remembers it;
    where addresses are endless it should not.
    """
    names = tuple(dict.fromkeys((*names, "frame")))

    def wrap(view):
        @wraps(view)
        def page(request, *args, **kwargs):
            plan = request.page_plan = Plan(names, params)
            if not getattr(request, "is_shared", False):
                return view(request, *args, **kwargs)
            purify(request, params)
            if not can_keep():
                return view(request, *args, **kwargs)
            key = key_of(request, params)
            if is_kept and memory.limit and len(key[2]) <= LONGEST_QUESTION:
                plan.key = key
            return _rendered(request, plan, lambda: view(request, *args, **kwargs))

        page.is_public_page = True
        return page

    return wrap


def shared_answer(request, names, key, view):
    """The same for an answer that belongs to no address, such as "not found"."""
    plan = request.page_plan = Plan((*names, "frame"))
    if not getattr(request, "is_shared", False):
        return view()
    asked = request.META, request.GET, request.COOKIES
    purify(request, ())
    try:
        if not can_keep():
            return view()
        plan.key = key if memory.limit else None
        return _rendered(request, plan, view)
    finally:  # what comes after may lead to the address as it was asked, with its slash
        request.META, request.GET, request.COOKIES = asked
        request.environ = request.META


def purify(request, params):
    """Leave of a request what its address says: nothing else can change what everybody gets."""
    proxied = (settings.SECURE_PROXY_SSL_HEADER or ("",))[0]
    typed, kept = request.GET, QueryDict(mutable=True)
    for name in params:
        if name in typed:
            kept.setlist(name, typed.getlist(name))
    kept._mutable = False
    meta = {
        name: value for name, value in request.META.items() if name in _KEPT_META or name == proxied
    }
    meta |= {"QUERY_STRING": kept.urlencode(), "REQUEST_METHOD": "GET"}
    request.META = request.environ = meta
    request.method, request.GET, request.COOKIES = "GET", kept, {}
    request._stream = BytesIO()  # a GET may have a body
    request.__dict__.pop("headers", None)


def _rendered(request, plan, view):
    """The view's response, whose topics did not change while it was made; or a Kept one."""
    while plan.key is not None:
        flight = memory.begin(plan.key)
        if flight is None:
            request.flights.append(plan.key)
            is_last = True
        else:
            memory.counts["waits"] += 1
            is_last = not flight.wait(PATIENCE)
        found = _good(plan.key, request.live_of)
        if found:
            return Kept(*found)
        if is_last:
            break
    plan.marks = MARKS
    names, before = plan.topics, topics.current()
    try:
        for _try in range(TRIES):
            plan.topics = names
            response = view()
            memory.counts["renders"] += 1
            plan.live = request.live_of(languages.current(), topics.current())
            after = topics.current(fresh=True)
            plan.state, plan.until = before.of(plan.topics), before.ends(plan.topics)
            if after.of(plan.topics) == plan.state and time.time() < plan.until:
                return response
            before = after
    except BaseException:
        plan.marks = {}  # the page that tells of it is nobody's to fill
        raise
    plan.key = None  # changed under each of our looks: good for this visitor, not to be kept
    return response


def finish(request, response, asked):
    """The answer as it goes out, remembered where it may be. Called for every request."""
    if isinstance(response, Kept):
        memory.counts["hits"] += 1
        return _answer(asked, request.page_plan.key, response.entry, response.live)
    plan = getattr(request, "page_plan", None)
    if plan is None:
        told = response.headers.get("Cache-Control")
        if told is None or (told == lifetime.SHARED and not asked.is_shared):  # a stream of figures
            response.headers["Cache-Control"] = PRIVATE
        return response
    if not (asked.is_shared and _may_be_shared(response)):
        response.headers["Cache-Control"] = PRIVATE
        if plan.marks and not response.streaming:
            whole = Entry(response).assembled(plan.live)
            response.content = whole.plain
            response.headers["Content-Length"] = str(len(whole.plain))
        return response
    entry = Entry(
        response,
        topics=plan.topics,
        state=plan.state,
        until=plan.until,
        language=response.headers.get("Content-Language", ""),
    )
    key = plan.key if response.status_code in REMEMBERED else None
    if key is not None:
        if len(_params) > MOST_PATHS:
            _params.clear()
        _params[request.path_info] = plan.params
        memory.put(key, entry)
    made = _answer(asked, key, entry, plan.live)
    if entry.status == 301:
        made.url = response.headers["Location"]  # as Django's own redirects have it
    made._has_been_logged = getattr(response, "_has_been_logged", False)
    return made


def _may_be_shared(response):
    """A session touched on the way shows itself as a cookie, or as a Vary."""
    vary = response.headers.get("Vary", "").lower()
    return (
        response.status_code in STATUSES
        and not response.streaming
        and not response.cookies
        and "cookie" not in vary
        and "*" not in vary
    )


def _answer(asked, key, entry, live):
    """The response for this visitor: whole, without its body, or 304."""
    had = entry.size
    body = entry.assembled(live)
    data, encoding = body.encoded(asked.encoding)
    if key is not None and entry.size != had:
        memory.weigh(key, entry)
    headers = body.headers.get(encoding)
    if headers is None:
        headers = body.headers[encoding] = _headers(entry, body, encoding, len(data))
    response = HttpResponse(data if asked.method == "GET" else b"", status=entry.status)
    response.headers._store = store = dict(headers)
    lifetime.tell(store, asked, min(entry.until, live.until) if live else entry.until)
    if entry.status == 200 and asked.asks and asked.has(body.etag, entry.last_modified):
        response.status_code, response.content = 304, b""
        for name in ("content-type", "content-encoding", "content-length"):
            store.pop(name, None)
    return response


def _headers(entry, body, encoding, length):
    """What an answer in an encoding always says, as Django keeps headers."""
    told = {"Content-Length": str(length)}
    if entry.is_packed:
        told["Vary"] = "Accept-Encoding"
    if entry.status == 200:
        told["ETag"] = f'"{body.etag}-{encoding}"' if encoding else f'"{body.etag}"'
    if encoding:
        told["Content-Encoding"] = encoding
    return entry.headers | {name.lower(): (name, value) for name, value in told.items()}


def release(request):
    """Let those who wait for this rendering go on, whatever became of it."""
    for key in request.flights:
        memory.end(key)


def forget():
    """As a process that has just begun."""
    memory.forget()
    shared.forget()
    _params.clear()
    _hosts.clear()
    topics.forget_all()
