"""Arranging a front page: what is pinned in which place, saved whole, with a log to return to."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from news.front import SECONDS
from news.models import Article, FrontLog, FrontSlot, Picture

PLACES = [
    (FrontSlot.Zone.LEAD, 1),
    *((FrontSlot.Zone.SECOND, number) for number in range(1, SECONDS + 1)),
]


class FrontChanged(Exception):
    """Somebody saved another front meanwhile: `log` is theirs."""

    def __init__(self, log):
        self.log = log
        super().__init__(f"front {log} is newer")


@dataclass(frozen=True)
class Pin:
    """A story in a place of the front, with what is said of it there alone."""

    article: int
    headline: str = ""
    picture: int | None = None
    until: datetime | None = None


def place_name(place):
    return _("Lead story") if place == 0 else _("Second story %d") % place


def pins_of(language, now=None):
    """[Pin or None] for each of PLACES, as saved; a pin that has ended is none."""
    now = now or timezone.now()
    slots = FrontSlot.objects.filter(Q(until__isnull=True) | Q(until__gt=now), language=language)
    known = {(slot.zone, slot.position): slot for slot in slots}
    return [_pin(known.get(place)) for place in PLACES]


def _pin(slot):
    return slot and Pin(slot.article_id, slot.headline, slot.picture_id, slot.until)


def moved(pins, start, end):
    """The pins with the one at `start` put at `end`; those between make room."""
    pins = list(pins)
    pins.insert(end, pins.pop(start))
    return pins


def slots_of(language, pins, pictures=None):
    """Unsaved FrontSlots, for a preview; `pictures` are rows already at hand, by number."""
    if pictures is None:
        pictures = Picture.objects.in_bulk([pin.picture for pin in pins if pin and pin.picture])
    return [
        FrontSlot(
            language=language,
            zone=zone,
            position=position,
            article_id=pin.article,
            headline=pin.headline,
            picture=pictures.get(pin.picture),
            until=pin.until,
        )
        for (zone, position), pin in zip(PLACES, pins, strict=True)
        if pin is not None
    ]


def latest(language):
    return FrontLog.objects.filter(language=language).first()


def version(log):
    return log.number if log else 0


def save(language, pins, *, by, base, returned_to=None):
    """Make the pins the front of a language; the FrontLog written.

    `base` is the version they were made from: where another has been saved since, FrontChanged.
    """
    try:
        with transaction.atomic():
            last = FrontLog.objects.select_for_update().filter(language=language).first()
            if version(last) != base:
                raise FrontChanged(last)
            before = _as_json(pins_of(language))
            if last is None or _standing(last.arrangement) != _standing(before):
                # Seeded, or a story was deleted: what is about to go can be returned to as well.
                last = _log(language, version(last) + 1, before, verb=FrontLog.Verb.FOUND)
            FrontSlot.objects.filter(language=language).delete()
            FrontSlot.objects.bulk_create(slots_of(language, pins))
            return _log(
                language,
                last.number + 1,
                _as_json(pins),
                verb=FrontLog.Verb.RETURNED if returned_to else FrontLog.Verb.CHANGED,
                returned_to=returned_to,
                by=by,
                by_name=by.get_full_name() or by.get_username(),
            )
    except IntegrityError:  # two at the same instant: the number is taken
        raise FrontChanged(latest(language)) from None


def _log(language, number, arrangement, **fields):
    return FrontLog.objects.create(
        language=language, number=number, arrangement=arrangement, **fields
    )


def _as_json(pins):
    titles = Article.objects.in_bulk([pin.article for pin in pins if pin])
    return [
        {
            "zone": zone,
            "position": position,
            "article": pin.article,
            "title": titles[pin.article].headline if pin.article in titles else "",
            "headline": pin.headline,
            "picture": pin.picture,
            "until": pin.until.astimezone(UTC).isoformat() if pin.until else None,
        }
        for (zone, position), pin in zip(PLACES, pins, strict=True)
        if pin is not None
    ]


def _standing(rows):
    """An arrangement without what time alone changes: titles, and pins that have ended."""
    now = timezone.now().isoformat()
    return [
        {name: value for name, value in row.items() if name != "title"}
        for row in rows
        if row["until"] is None or row["until"] > now
    ]


def pins_in(log, now=None):
    """The pins of an earlier front that can stand again: stories deleted since are left out, and
    so are pins whose hour has passed.
    """
    now = now or timezone.now()
    rows = log.arrangement
    stories = Article.objects.in_language(log.language).in_bulk([row["article"] for row in rows])
    pictures = Picture.objects.in_bulk([row["picture"] for row in rows if row["picture"]])
    known = {}
    for row in rows:
        until = row["until"] and datetime.fromisoformat(row["until"])
        if row["article"] in stories and (until is None or until > now):
            picture = row["picture"] if row["picture"] in pictures else None
            known[row["zone"], row["position"]] = Pin(
                row["article"], row["headline"], picture, until
            )
    return [known.get((zone.value, position)) for zone, position in PLACES]
