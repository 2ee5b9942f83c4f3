"""The front page of a language: slots an editor filled, and the newest stories in the rest.

Everything is resolved in one pass over one set of candidates, so that no story stands twice, a
pinned story that is not public (yet, or any more) leaves no hole, and a block that cannot be filled
is not begun. Five queries, however many stories there are.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import islice

from django.utils import timezone

from news import loading
from news.models import Article, FrontSlot, Section
from portal.lib import prepared

SECONDS = 3
LATEST = 10
VOICES = 4
WIDE_BLOCK = 7
BLOCK = 4
_ABOUT_MARKETS = 1  # the place of these among the candidates' groups
OPINIONS = {Article.Kind.ANALYSIS, Article.Kind.OPINION}


@dataclass
class Block:
    section: Section | None
    stories: list
    is_wide: bool = False


@dataclass
class Front:
    lead: Article | None = None
    more: list = field(default_factory=list)
    second: list = field(default_factory=list)
    latest: list = field(default_factory=list)
    markets: list = field(default_factory=list)
    voices: list = field(default_factory=list)
    blocks: list = field(default_factory=list)
    rest: list = field(default_factory=list)


def compose(language, now=None, slots=None):
    """The front of a language as readers see it at `now` (aware; default: this moment).

    `slots`: an arrangement that is not saved, with its pictures, instead of the one that is.
    """
    now = now or timezone.now()
    sections = loading.sections()
    if slots is None:
        slots = loading.slots(language, now)
    slots = [slot for slot in slots if slot.until is None or slot.until > now]
    stories, about_markets = _candidates(language, now, sections, slots)
    front, pinned = _place(stories, about_markets, sections, slots)
    _dress(front, pinned)
    return front


def _candidates(language, now, sections, slots):
    """({pk: card} of all that could stand there, newest first; pks of those that name a price)."""
    places = {f"pinned_{number}": slot.article_id for number, slot in enumerate(slots)}

    def question(language, now, **places):
        published = Article.objects.published(now).in_language(language)
        found = [published.newest()[:40], published.about_markets().newest()[:12]]
        found += [published.in_section(one).newest()[: WIDE_BLOCK + 5] for one in sections]
        if places:
            found.append(published.filter(pk__in=places.values()).order_by())
        return [stories.values_list("pk") for stories in found]

    key = ("front", len(places), *(section.pk for section in sections))
    second = now.replace(microsecond=0)  # as the hours of stories are
    found = prepared.groups(key, question, language=language, now=second, **places)
    cards = loading.cards({pk for _number, (pk,) in found})
    newest = sorted(cards.values(), key=lambda one: (one.published_at, one.pk), reverse=True)
    about_markets = {pk for number, (pk,) in found if number == _ABOUT_MARKETS}
    return {one.pk: one for one in newest}, about_markets


def _place(stories, about_markets, sections, slots):
    front = Front()
    places = [(FrontSlot.Zone.LEAD, 1)]
    places += [(FrontSlot.Zone.SECOND, number) for number in range(1, SECONDS + 1)]
    pinned = {(slot.zone, slot.position): slot for slot in slots if slot.article_id in stories}
    pinned = {place: pinned[place] for place in places if place in pinned}
    left = dict(stories)
    # A pinned story keeps its place: nothing before it may use it up.
    reserved = {slot.article_id for slot in pinned.values()}

    def take(count, fits=lambda story: True):
        free = (s for pk, s in left.items() if pk not in reserved and fits(s))
        taken = list(islice(free, count))
        for story in taken:
            del left[story.pk]
        return taken

    def slot(zone, position):
        placed = pinned.get((zone, position))
        if placed and placed.article_id in left:
            return left.pop(placed.article_id)
        free = take(1, lambda s: s.shown_picture and _is_ours(s)) or take(1, _is_ours) or take(1)
        return free[0] if free else None

    top = [story for story in (slot(*place) for place in places) if story is not None]
    # Where every story is pinned below, the first of them moves up: a front has no hole.
    front.lead, front.second = (top[0], top[1:]) if top else (None, [])
    voices = [s for s in left.values() if s.kind in OPINIONS and s.writers][:VOICES]
    if len(voices) >= 2:
        front.voices = voices[: len(voices) // 2 * 2]
        for story in front.voices:
            del left[story.pk]
    # Briefs without a picture make the list of the latest; pictures go to the blocks below.
    front.latest = take(LATEST, lambda s: not s.shown_picture)
    if front.lead and len(left) > BLOCK:
        same = front.lead.section_id
        front.more = take(2, lambda s: s.section_id == same and not s.shown_picture)
    front.markets = take(3, lambda s: s.pk in about_markets)
    by_section = defaultdict(list)
    for story in left.values():
        by_section[story.section_id].append(story)
    for number, section in enumerate(sections):
        mine = by_section[section.pk]
        is_wide = number == 0 and len(mine) >= BLOCK
        if len(mine) < BLOCK:
            continue
        mine.sort(key=lambda s: not s.shown_picture)  # pictures first, newest first within
        shown = mine[: WIDE_BLOCK if is_wide else BLOCK]
        for story in shown:
            del left[story.pk]
        front.blocks.append(Block(section, shown, is_wide))
    # What no block could hold: whole rows of four or one of three; one or two join the latest.
    front.rest = take(min(len(left), 2 * BLOCK) // BLOCK * BLOCK or (3 if len(left) == 3 else 0))
    if not front.rest:
        front.latest += take(LATEST - len(front.latest))
        front.latest.sort(key=lambda s: (s.published_at, s.pk), reverse=True)
    return front, pinned


def _dress(front, pinned):
    """What slots say of their stories, for this page alone; no picture twice."""
    dressed = {}
    for slot in reversed(pinned.values()):  # of two for one story the first counts
        dressed[slot.article_id] = slot
    rows = [[front.lead] if front.lead else [], front.second]
    rows += [front.more, front.latest, front.markets, front.voices]
    with_pictures = rows[:2] + [block.stories for block in front.blocks] + [front.rest]
    for row in [*rows, *with_pictures[2:]]:
        row[:] = [_dressed(card, dressed.get(card.pk)) for card in row]
    _no_picture_twice(with_pictures)
    front.lead = rows[0][0] if rows[0] else None


def _dressed(card, slot):
    if slot is None:
        return card
    card = loading.mine(card)
    card.front_headline = slot.headline
    # Of this card alone: it is not saved. Where its rights have ended, the story's own.
    if slot.picture is not None and getattr(slot.picture, "is_usable", True):
        card.picture = slot.picture
    return card


def _is_ours(story):
    return story.kind != Article.Kind.SPONSORED


def _no_picture_twice(rows):
    """A page shows a picture once; the second story that has it stands as text."""
    shown = loading.without_repeated_pictures([card for row in rows for card in row])
    for row in rows:
        row[:] = shown[: len(row)]
        del shown[: len(row)]
