"""The cards of the front page editor: what is pinned, what stands there now, what was typed."""

from functools import reduce
from itertools import product
from operator import or_

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from news import arranging, hours
from news.arranging import PLACES, Pin, place_name
from news.front import compose
from news.models import Article, Picture
from portal.lib import dates
from portal.lib.languages import columns
from portal.lib.text import fold, one_line

from .hour_field import HourField

FOUND = 12
PICTURES = 18
PICTURE_WORDS = [*columns("alt"), *columns("caption"), *columns("credit")]
LAST = len(PLACES) - 1


class PinForm(forms.Form):
    """What is said of one place. Numbers are hidden: buttons set them."""

    article = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    picture = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    headline = forms.CharField(required=False, max_length=200)
    until = HourField()


def told(at, now):
    """23 Nov 2026, 18:00 MSK (in 2 h 5 min)."""
    return f"{dates.moment(at)} ({hours.from_now(at, now)})"


def number_of(text):
    """A row's number as it was sent, or None where it is none."""
    text = str(text)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


class Card:
    """One place of the front."""

    def __init__(self, place, row):
        self.place, self.name, self.key = place, place_name(place), f"place-{place}"
        self.article, self.picture_number = number_of(row["article"]), number_of(row["picture"])
        data = {f"{self.key}-{name}": value for name, value in row.items()}
        self.form = PinForm(data, prefix=self.key, auto_id="id_%s")
        self.story = self.picture = self.stands = None
        self.extra_error = ""

    @property
    def is_pinned(self):
        return self.story is not None

    @property
    def is_shown(self):
        return self.is_pinned and self.stands is not None and self.stands.pk == self.story.pk

    @property
    def errors(self):
        found = {} if self.story is None else dict(self.form.errors)
        if self.extra_error:
            found["article"] = [self.extra_error]
        return found

    @property
    def shown_picture(self):
        story = self.story or self.stands
        return self.picture or (story and story.picture)

    @property
    def state(self):
        """Why the pinned story does not stand there, in words; "" while it does."""
        story, now = self.story, timezone.now()
        if story.is_public_at(now):
            return ""
        if story.status == Article.Status.SCHEDULED and story.published_at > now:
            return _("Goes out %s.") % told(story.published_at, now)
        if story.status in (Article.Status.SCHEDULED, Article.Status.PUBLISHED):
            return _("Readers can no longer see it: its time is over.")
        return _("Readers cannot see it: %s.") % story.get_status_display()

    def pin(self):
        if self.story is None:
            return None
        cleaned = self.form.cleaned_data if self.form.is_valid() else {}
        return Pin(
            self.story.pk,
            one_line(cleaned.get("headline") or ""),
            self.picture.pk if self.picture else None,
            cleaned.get("until"),
        )


class Desk:
    """The front of a language as it stands on the page: saved, or as somebody is arranging it."""

    def __init__(self, language, rows, *, version, is_changed=False, typed=None):
        self.language, self.version, self.is_changed = language, version, is_changed
        self.rows = rows
        typed = typed or {}
        self.words, self.picture_words = typed.get("q", ""), typed.get("pq", "")
        self.at, self.at_error = typed.get("at", ""), ""
        self.said = self.focus = ""
        self.searches_for = None

    @classmethod
    def saved(cls, language):
        log = arranging.latest(language)
        return cls(language, _rows(arranging.pins_of(language)), version=arranging.version(log))

    @classmethod
    def arranged(cls, language, pins):
        """Pins that are not saved, over the front as it is saved now."""
        log = arranging.latest(language)
        return cls(language, _rows(pins), version=arranging.version(log), is_changed=True)

    @classmethod
    def posted(cls, language, data):
        rows = [
            {name: data.get(f"place-{place}-{name}", "") for name in PinForm.base_fields}
            for place in range(len(PLACES))
        ]
        version = number_of(data.get("version", ""))
        version = -1 if version is None else version
        return cls(language, rows, version=version, is_changed=True, typed=data)

    # What the page shows ------------------------------------------------------------------------

    @cached_property
    def cards(self):
        cards = [Card(place, row) for place, row in enumerate(self.rows)]
        stories = (
            Article.objects.in_language(self.language)
            .select_related("section", "picture")
            .defer("body", "lead")
            .in_bulk([card.article for card in cards if card.article])
        )
        pictures = Picture.objects.in_bulk([c.picture_number for c in cards if c.picture_number])
        seen = set()
        for card in cards:
            card.story = stories.get(card.article)
            card.picture = pictures.get(card.picture_number)
            if card.story is not None and card.story.pk in seen:
                card.extra_error = _("This story is pinned in another place already.")
            seen.add(card.story and card.story.pk)
        return cards

    @cached_property
    def front(self):
        """What readers would see now with these cards."""
        pictures = {card.picture.pk: card.picture for card in self.cards if card.picture}
        slots = arranging.slots_of(self.language, self.pins(), pictures)
        front = compose(self.language, slots=slots)
        top = [front.lead, *front.second]
        for card in self.cards:
            card.stands = top[card.place] if card.place < len(top) else None
        return front

    @cached_property
    def places(self):
        """The cards, each knowing what stands in its place now."""
        return self.front and self.cards

    @cached_property
    def found(self):
        """Public and coming stories for the search box: the newest without words."""
        now = timezone.now()
        stories = Article.objects.in_language(self.language).filter(
            status__in=(Article.Status.SCHEDULED, Article.Status.PUBLISHED)
        )
        for word in fold(self.words).split()[:8]:
            stories = stories.filter(search_row__title__contains=word)
        stories = stories.exclude(expires_at__lte=now).newest().select_related("section")
        found = list(stories.defer("body", "lead")[:FOUND])
        pinned = {card.story.pk: card.name for card in self.cards if card.story}
        for story in found:
            story.pinned_in = pinned.get(story.pk, "")
            story.goes_out = told(story.published_at, now) if story.published_at > now else ""
        return found

    @cached_property
    def found_pictures(self):
        pictures = Picture.objects.exclude(sizes={})
        names = [f"{name}__icontains" for name in PICTURE_WORDS]
        for word in self.picture_words.split()[:8]:
            # SQLite folds the case of Latin letters alone.
            forms_of = {word, word.lower(), word.upper(), word.capitalize()}
            pictures = pictures.filter(reduce(or_, map(Q, product(names, forms_of))))
        found = pictures.order_by("-pk")[:PICTURES]
        return [picture for picture in found if getattr(picture, "is_usable", True)]

    def pins(self):
        return [card.pin() for card in self.cards]

    def is_valid(self):
        for card in self.cards:
            story = card.story
            if card.article and story is None:
                card.extra_error = _("This story is not of this language or no longer exists.")
            elif story is not None and story.status in (
                Article.Status.DRAFT,
                Article.Status.REVIEW,
            ):
                card.extra_error = _("Only a published or scheduled story can be placed.")
        return not any(card.errors for card in self.cards)

    # What buttons do ----------------------------------------------------------------------------

    def act(self, name, rest):
        """Do what a button says to the rows; numbers out of range do nothing."""
        numbers = [-1 if n is None else n for n in map(number_of, rest.split(":"))]
        if name == "search":
            self.said = _("Found: %d.") % len(self.found)
            self.focus = "q"
            return
        place = numbers[0]
        if not 0 <= place <= LAST:
            return
        second = numbers[1] if len(numbers) > 1 else -1
        verb = {
            "move": self._move,
            "remove": self._remove,
            "place": self._place,
            "pictures": self._choose,
            "picture": self._picture,
        }.get(name)
        if verb:
            verb(place, second)
            self.__dict__.pop("cards", None)

    def _move(self, start, end):
        if 0 <= end <= LAST:
            self.rows = arranging.moved(self.rows, start, end)
            self.said = _("Moved to: %s. Not saved yet.") % place_name(end)
            self.focus = f"handle:{end}"

    def _remove(self, place, _second):
        self.rows[place] = dict.fromkeys(PinForm.base_fields, "")
        self.said = _("%s: the newest story stands here again. Not saved yet.") % place_name(place)
        self.focus = f"handle:{place}"

    def _place(self, place, article):
        for other, row in enumerate(self.rows):
            if str(row["article"]) == str(article) and other != place:
                self.rows[other] = dict.fromkeys(PinForm.base_fields, "")
        self.rows[place] = dict.fromkeys(PinForm.base_fields, "") | {"article": str(article)}
        self.said = _("Placed: %s. Not saved yet.") % place_name(place)
        self.focus = f"handle:{place}"

    def _choose(self, place, _second):
        self.searches_for = place
        self.focus = "pq"

    def _picture(self, place, picture):
        self.rows[place]["picture"] = str(picture) if picture > 0 else ""
        self.said = _("Picture chosen. Not saved yet.")
        self.focus = f"pictures:{place}"


def _rows(pins):
    nothing = dict.fromkeys(PinForm.base_fields, "")
    return [
        {
            "article": str(pin.article),
            "picture": str(pin.picture or ""),
            "headline": pin.headline,
            "until": hours.on_wall(pin.until) if pin.until else "",
        }
        if pin
        else dict(nothing)
        for pin in pins
    ]
