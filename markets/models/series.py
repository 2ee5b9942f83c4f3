"""An instrument as one source publishes it, and the question "what is in force now?"."""

from django.conf import settings
from django.db import models
from django.db.models import Case, F, FilteredRelation, OuterRef, Q, Subquery, Value, When
from django.utils.translation import gettext_lazy as _

from markets.models.instruments import ZONES, Instrument, Source, today_in
from markets.models.observations import Observation


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


class HolidayManager(models.Manager):
    def get_by_natural_key(self, calendar, day):
        return self.get(calendar=calendar, day=day)


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

        Adds today, observation, value, nominal, as_of and previous_value, previous_nominal,
        previous_as_of (None where there is none). The instrument's own zone says what today is, so
        a value dated tomorrow comes into force at its midnight without any job. One query.
        """
        accepted = Observation.objects.accepted()
        newest = accepted.filter(series=OuterRef("pk"), as_of__lte=OuterRef("today"))
        earlier = accepted.filter(series=OuterRef("pk"), as_of__lt=OuterRef("as_of"))
        earlier = earlier.order_by("-as_of")
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
            )
            .annotate(
                previous_value=Subquery(earlier.values("value")[:1]),
                previous_nominal=Subquery(earlier.values("nominal")[:1]),
                previous_as_of=Subquery(earlier.values("as_of")[:1]),
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
