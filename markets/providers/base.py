"""What a provider is: addresses by `plan`, figures by `parse`. No network, clock or database."""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from xml.etree.ElementTree import ParseError
from zoneinfo import ZoneInfo

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

XML = frozenset({"text/xml", "application/xml"})
DAY = timedelta(days=1)
DEEPEST = 10


class ProviderError(Exception):
    """An answer that holds no figures. `kind` is one of auth, blocked, upstream_error, schema,
    xml_forbidden; nothing of such an answer is stored."""

    def __init__(self, kind, text):
        super().__init__(text)
        self.kind = kind


class BadItem(ValueError):
    """One figure of an answer cannot be read; the others can."""


@dataclass(frozen=True, slots=True)
class Call:
    """One question to a source. A long history is many of them, oldest days first.

    path and params: under the base address of the settings; the key is added by the fetcher.
    form: which of the provider's documents answers. about: the series or day asked for.
    """

    path: str
    params: tuple[tuple[str, str], ...] = ()
    form: str = ""
    about: str = ""
    media: frozenset[str] = XML
    max_bytes: int = 500_000


@dataclass(frozen=True, slots=True)
class Point:
    """`value` of `nominal` units on the day `as_of` (the source's day). `raw` as it was written."""

    external_id: str
    as_of: date
    value: Decimal
    nominal: int = 1
    raw: str = ""


@dataclass(slots=True)
class Parsed:
    """What an answer holds: figures, what had to be refused, and words of the source to pass on."""

    points: list[Point] = field(default_factory=list)
    items: int = 0  # in a document of many series: how many it holds, wanted or not
    refused: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of the source's own day in which a new figure may appear, and how often to look."""

    days: str  # weekdays as digits, Monday is 0
    start: time
    end: time
    every: timedelta


class Provider:
    """A source that machines read. Subclasses say where, when and how; one file for each."""

    key: str  # of the Source
    version = "1"  # changes when the same answer would be read differently
    hosts: frozenset[str]
    key_param = ""  # name of the parameter that carries a key, where one is needed
    tz = "UTC"
    windows: tuple[Window, ...] = ()
    catch_up = time(8)  # once a day outside the windows: what was missed, and revisions
    pause = 0.2  # seconds between two questions
    first_days = 365  # how far back a new installation asks by itself

    def plan(
        self, ids: Sequence[str], first: date | None, last: date | None, today: date
    ) -> list[Call]:
        """The calls that answer for the series, from `first` to `last`; without days, the newest.

        today: the source's; only a source that keeps recent days in a file of their own looks.
        """
        raise NotImplementedError

    def parse(self, body: bytes, call: Call, ids: Iterable[str] = ()) -> Parsed:
        """The figures of the series `ids` in an answer; ProviderError when it is no answer."""
        raise NotImplementedError

    def has_all(self, newest: date, today: date) -> bool:
        """Whether nothing newer than `newest` can be published on the source's `today`."""
        return newest >= today

    def due(self, now: datetime, asked: datetime | None, newest: date | None) -> bool:
        """Whether to ask at `now`, having asked last at `asked` and holding values to `newest`."""
        local = now.astimezone(ZoneInfo(self.tz))
        if newest is not None and self.has_all(newest, local.date()):
            return False
        slot = self._slot(local)
        if asked is None:
            return True
        return asked < slot and now - asked >= min(window.every for window in self.windows)

    def is_catch_up(self, now: datetime, asked: datetime | None) -> bool:
        """Whether a question at `now` is the first of the source's day."""
        zone = ZoneInfo(self.tz)
        return asked is None or asked.astimezone(zone).date() < now.astimezone(zone).date()

    def _slot(self, local):
        """The latest moment up to `local` at which asking makes sense."""
        slots = []
        for day in (local.date() - DAY, local.date()):
            slots.append(datetime.combine(day, self.catch_up, local.tzinfo))
            for window in self.windows:
                if str(day.weekday()) in window.days:
                    start = datetime.combine(day, window.start, local.tzinfo)
                    end = datetime.combine(day, window.end, local.tzinfo)
                    steps = int((min(end, local) - start) / window.every)
                    slots.append(start + max(0, steps) * window.every)
        return max(slot for slot in slots if slot <= local)


_POINT = re.compile(r"[0-9]{1,11}(?:\.[0-9]{1,8})?", re.ASCII)
_COMMA = re.compile(r"[0-9]{1,11}(?:,[0-9]{1,8})?", re.ASCII)
_COUNT = re.compile(r"[0-9]{1,9}", re.ASCII)


def number(text, *, comma=False):
    """A price above zero out of ASCII digits; BadItem for anything else.

    Decimal itself would take NaN, Infinity, 1_000 and digits of any script.
    """
    text = text or ""
    if not (_COMMA if comma else _POINT).fullmatch(text):
        raise BadItem(f"{text[:20]!r} is no number")
    value = Decimal(text.replace(",", "."))
    if not value:
        raise BadItem("zero is no price")
    return value


def count(text):
    """A number of units, at least one; BadItem for anything else."""
    if not _COUNT.fullmatch(text or "") or not int(text):
        raise BadItem(f"{(text or '')[:20]!r} is no number of units")
    return int(text)


def day(text, form):
    """A date written in the strptime form of the source; BadItem for anything else."""
    try:
        found = datetime.strptime(text or "", form).date()
    except ValueError:
        found = None
    # strptime also takes 1.2.2020, blanks and digits of other scripts.
    if found is None or found.strftime(form) != text:
        raise BadItem(f"{(text or '')[:20]!r} is no date")
    return found


def elements(body):
    """(event, element) of an XML document as it is read; ProviderError where it is no good one.

    No DTD, and no deeper than any bank writes: a tree takes a hundred times the room of its text.
    """
    depth = 0
    try:
        for event, element in ElementTree.iterparse(
            io.BytesIO(body), ("start", "end"), forbid_dtd=True
        ):
            depth += 1 if event == "start" else -1
            if depth > DEEPEST:
                raise ProviderError("schema", "the document is nested too deeply")
            yield event, element
    except DefusedXmlException:
        raise ProviderError("xml_forbidden", "the document declares a DTD or an entity") from None
    except (ParseError, ValueError, LookupError) as error:
        raise ProviderError("schema", f"not well-formed XML: {error}") from None


def xml(body):
    """The root of an XML document, whole; ProviderError as above."""
    root = None
    for _event, element in elements(body):
        root = element if root is None else root
    return root


def texts(element) -> Mapping[str, str]:
    """{name: text} of an element's children, blanks around the text gone."""
    return {child.tag: (child.text or "").strip() for child in element}


def required(read, *arguments, **options):
    """What `read` returns, when without it the whole document is worthless: ProviderError."""
    try:
        return read(*arguments, **options)
    except BadItem as error:
        raise ProviderError("schema", str(error)) from None


def days_between(first, last):
    return [first + DAY * number for number in range((last - first).days + 1)]


def chunks(first, last, size):
    """(first, last) of consecutive spans of at most `size` days, oldest first."""
    while first <= last:
        end = min(last, first + DAY * (size - 1))
        yield first, end
        first = end + DAY


def refuse_page(body, media):
    """ProviderError when an answer is a web page: a guard before the source, or its error page."""
    start = bytes(body[:512]).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if "html" in media or start.startswith((b"<!doctype html", b"<html")):
        raise ProviderError("blocked", "a web page came instead of figures")
