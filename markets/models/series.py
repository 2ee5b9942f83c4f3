"""An instrument as one source publishes it, and the question "what is in force now?"."""

from datetime import date, timedelta
from functools import lru_cache

from django.conf import settings
from django.db import models
from django.db.models import Case, F, FilteredRelation, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from markets.models.instruments import ZONES, Instrument, Source, today_in
from markets.models.observations import Observation
from markets.models.runs import Override
from portal.lib.fields import Joined

# Exceptions of a calendar that travel with a value: enough to count what it missed, and to look
# past the longest holidays.
HOLIDAYS_BACK, HOLIDAYS_AHEAD = timedelta(days=110), timedelta(days=60)


def today_where(tz):
    """The calendar date it is now, in the database, in the zone that the column `tz` names.

    At any moment the world has two or three dates: only the zones where it is not the
    newsroom's date need a word.
    """
    usual = today_in(settings.TIME_ZONE)
    days = {zone: today_in(zone) for zone in ZONES}
    return Case(
        *[When(**{tz: zone}, then=Value(day)) for zone, day in days.items() if day != usual],
        default=Value(usual),
        output_field=models.DateField(),
    )


@lru_cache(maxsize=64)
def holidays_from(text):
    """{day: is working} from "-2026-05-11,+2026-05-16", as in_force carries it; {} from None."""
    days = (text or "").split(",")
    return {date.fromisoformat(day[1:]): day[0] == "+" for day in days if day}


class HolidayManager(models.Manager):
    def get_by_natural_key(self, calendar, day):
        return self.get(calendar=calendar, day=day)

    def of(self, calendar):
        """{day: whether it is a working day all the same} of one calendar. One query."""
        return dict(self.filter(calendar=calendar).values_list("day", "is_working"))

    def as_text(self, calendar, first, last):
        """The same as one text in a sub-query: see holidays_from."""
        mark = Case(When(is_working=True, then=Value("+")), default=Value("-"))
        days = self.filter(calendar=calendar, day__range=(first, last)).order_by()
        text = Joined(Concat(mark, Cast("day", models.CharField())), Value(","))
        return Subquery(
            days.values("calendar").annotate(text=text).values("text"),
            output_field=models.CharField(),
        )


class Calendar(models.TextChoices):
    """Rhythms of publication; markets.calendars knows their days."""

    CBR = "cbr", _("Bank of Russia: Tuesday to Saturday")
    NBK = "nbk", _("National Bank of Kazakhstan: working days")
    TARGET = "target", _("ECB: TARGET days")
    EIA = "eia", _("EIA: trading days, released on Wednesdays")
    WEEKLY = "weekly", _("Weekly survey: Mondays")
    WORKDAYS = "workdays", _("Monday to Friday")
    NONE = "none", _("No fixed days")


class Holiday(models.Model):
    """A day on which a calendar differs from its week: a holiday, or a working Saturday."""

    calendar = models.CharField(_("calendar"), max_length=10, choices=Calendar)
    day = models.DateField(_("day"))
    is_working = models.BooleanField(_("published all the same"), default=False)
    name = models.CharField(_("name"), max_length=80, blank=True)

    objects = HolidayManager()

    class Meta:
        ordering = ["day", "calendar"]
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        constraints = [
            models.UniqueConstraint(fields=["calendar", "day"], name="holiday_once_a_calendar")
        ]

    def __str__(self):
        return f"{self.day} {self.calendar}"

    def natural_key(self):
        return (self.calendar, str(self.day))


class SeriesQuerySet(models.QuerySet):
    def get_by_natural_key(self, instrument, source, external_id):
        return self.get(instrument__code=instrument, source__key=source, external_id=external_id)

    def in_force(self):
        """Each active series with its newest value that is in force today, and the one before.

        Adds today, observation, value, nominal, as_of, seen_at and previous_value,
        previous_nominal, previous_as_of; next_value, next_nominal, next_as_of of the nearest later
        day; held_as_of, the newest day up to today with a value that waits for a person;
        override_value, override_as_of, override_reason, override_until; and holidays, the
        exceptions of the series' calendar as text. None where there is none. The instrument's own
        zone says what today is, so a value dated tomorrow comes into force at its midnight without
        any job. One query.
        """
        now, usual = timezone.now(), today_in(settings.TIME_ZONE)
        held = Observation.objects.filter(
            state="held", series=OuterRef("pk"), as_of__lte=OuterRef("today")
        )
        set_by_hand = Override.objects.filter(
            instrument=OuterRef("instrument"), starts_at__lte=now, expires_at__gt=now
        )
        accepted = Observation.objects.accepted()
        newest = accepted.filter(series=OuterRef("pk"), as_of__lte=OuterRef("today"))
        earlier = accepted.filter(series=OuterRef("pk"), as_of__lt=OuterRef("as_of"))
        earlier = earlier.order_by("-as_of")
        later = accepted.filter(series=OuterRef("pk"), as_of__gt=OuterRef("today"))
        return (
            self.filter(is_active=True, instrument__is_active=True)
            .select_related("instrument", "source")
            .annotate(today=today_where("instrument__tz"))
            .annotate(
                now=FilteredRelation(
                    "observations",
                    condition=Q(
                        observations__pk=Subquery(newest.order_by("-as_of").values("pk")[:1])
                    ),
                )
            )
            .annotate(
                observation=F("now__pk"),
                value=F("now__value"),
                nominal=F("now__nominal"),
                as_of=F("now__as_of"),
                seen_at=F("now__seen_at"),
            )
            .annotate(
                previous_value=Subquery(earlier.values("value")[:1]),
                previous_nominal=Subquery(earlier.values("nominal")[:1]),
                previous_as_of=Subquery(earlier.values("as_of")[:1]),
            )
            .annotate(
                following=FilteredRelation(
                    "observations",
                    condition=Q(
                        observations__pk=Subquery(later.order_by("as_of").values("pk")[:1])
                    ),
                ),
                by_hand=FilteredRelation(
                    "instrument__overrides",
                    condition=Q(
                        instrument__overrides__pk=Subquery(
                            set_by_hand.order_by("-pk").values("pk")[:1]
                        )
                    ),
                ),
            )
            .annotate(
                next_value=F("following__value"),
                next_nominal=F("following__nominal"),
                next_as_of=F("following__as_of"),
                override_value=F("by_hand__value"),
                override_as_of=F("by_hand__as_of"),
                override_reason=F("by_hand__reason"),
                override_until=F("by_hand__expires_at"),
                held_as_of=Subquery(held.order_by("-as_of").values("as_of")[:1]),
                holidays=Holiday.objects.as_text(
                    OuterRef("calendar"), usual - HOLIDAYS_BACK, usual + HOLIDAYS_AHEAD
                ),
            )
            .order_by("priority", "pk")
        )


class Series(models.Model):
    """One instrument as one source publishes it. Values of two series are never mixed."""

    instrument = models.ForeignKey(
        Instrument, models.PROTECT, related_name="series", verbose_name=_("instrument")
    )
    source = models.ForeignKey(
        Source, models.PROTECT, related_name="series", verbose_name=_("source")
    )
    external_id = models.CharField(_("name at the source"), max_length=40, blank=True)
    calendar = models.CharField(
        _("calendar"),
        max_length=10,
        choices=Calendar,
        default=Calendar.NONE,
        help_text=_("On which days the source publishes: decides what is late."),
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=0, help_text=_("0 is asked first.")
    )
    is_active = models.BooleanField(_("in use"), default=True)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        ordering = ["instrument", "priority"]
        verbose_name = _("series")
        verbose_name_plural = _("series")
        constraints = [
            models.UniqueConstraint(
                fields=["instrument", "source", "external_id"],
                name="series_once",
                violation_error_message=_("This source already has that series."),
            ),
            models.UniqueConstraint(
                fields=["instrument", "priority"],
                condition=Q(is_active=True),
                name="series_one_a_priority",
                violation_error_message=_("Another series in use has this priority."),
            ),
        ]

    def __str__(self):
        return f"{self.instrument.code} · {self.source}"

    def natural_key(self):
        return (self.instrument.code, self.source.key, self.external_id)

    natural_key.dependencies = ["markets.source", "markets.instrument"]
