"""Pages for everybody: which may be shared, and for how long each cache may keep them.

`@public_page` is the only door (docs/decisions/0012-fast-and-fresh.md). A view without it, a
visitor with a session, an answer that sets a cookie or failed: `private, no-store`.
"""

import time
from dataclasses import dataclass, field
from functools import wraps

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import connection
from django.http import HttpResponse

from portal.lib import languages, lifetime, shared, topics
from portal.lib.lifetime import Asked
from portal.lib.memory import MARK, Entry, Memory
from portal.lib.visitors import address_of, is_plain, key_of, purify

PRIVATE = "private, no-store"
STATUSES = frozenset({200, 301, 404, 410})
REMEMBERED = frozenset({200, 404, 410})
MARKS = {name: MARK.format(name) for name in ("ticker", "banner", "rail")}
TRIES = 3
PATIENCE = 10.0  # seconds to wait for another visitor's rendering before making one's own
LONGEST_QUESTION = 300  # characters of a query that is worth remembering
MOST_PATHS = 4_000
MOST_HOSTS = 100
MOST_ADDRESSES = 1_000  # at the door; the memory of pages holds fewer

memory = Memory(settings.PAGE_MEMORY_MB * 1_000_000)
_hosts = set()  # names that were found to be ours
_params = {}  # {path: the query parameters its view reads}
_addresses = {}  # {an address as the server tells it: the key of the page that was found there}


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


def can_keep():
    """Within a transaction there may be what is never committed: nothing is kept of it."""
    return not connection.in_atomic_block


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
    if not request.META.get("QUERY_STRING"):
        if len(_addresses) >= MOST_ADDRESSES:
            _addresses.clear()
        _addresses[address_of(request.META)] = key
    memory.counts["hits"] += 1
    return _answer(asked, key, *found)


def repeat(meta, fragments):
    """(status, [(name, value)], body) of what `find` has answered before at this address, or None.

    For portal.door, before there is a request. meta: WSGI's environment. fragments: {language:
    Live}. Never a query: when it is time to look, or anything has to be made, the answer is None.
    """
    key, snapshot = _addresses.get(address_of(meta)), topics.known()
    if key is None or snapshot is None or not is_plain(meta):
        return None
    entry = memory.get(key)
    if entry is None or not entry.is_good(snapshot, time.time()):
        return None
    live = fragments.get(entry.language) if entry.names else None
    if entry.names and not (live and live.is_good(snapshot)):
        return None
    memory.counts["hits"] += 1
    status, store, data = _written(Asked(meta, is_shared=True), key, entry, live)
    return status, list(store.values()), data


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
    """The response for this visitor."""
    status, store, data = _written(asked, key, entry, live)
    response = HttpResponse(data, status=status)
    response.headers._store = store
    return response


def _written(asked, key, entry, live):
    """(status, headers as Django keeps them, body): whole, without its body, or 304."""
    had = entry.size
    body = entry.assembled(live)
    data, encoding = body.encoded(asked.encoding)
    if key is not None and entry.size != had:
        memory.weigh(key, entry)
    headers = body.headers.get(encoding)
    if headers is None:
        headers = body.headers[encoding] = _headers(entry, body, encoding, len(data))
    store = dict(headers)
    lifetime.tell(store, asked, min(entry.until, live.until) if live else entry.until)
    if entry.status == 200 and asked.asks and asked.has(body.etag, entry.last_modified):
        for name in ("content-type", "content-encoding", "content-length"):
            store.pop(name, None)
        return 304, store, b""
    return entry.status, store, data if asked.method == "GET" else b""


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
    for told in (_params, _addresses, _hosts):
        told.clear()
    topics.forget_all()
