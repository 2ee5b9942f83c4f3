"""Values as they were published: written once, never changed, corrected by a further revision."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.fields import SecondField

PLACES = Decimal(1).scaleb(-8)


class AppendOnly(Exception):
    """Raised by every way to change or delete an observation; record a revision instead."""


class BadReading(ValueError):
    """A reading that is no price: not finite, not above zero, or of a nominal below one."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One published figure: `value` of `nominal` units on the day `as_of` (the source's day)."""

    as_of: date
    value: Decimal
    nominal: int = 1
    raw: str = ""  # as the source or the editor wrote it

    def __post_init__(self):
        if not self.value.is_finite() or self.value.quantize(PLACES) <= 0 or self.nominal < 1:
            raise BadReading(f"{self.value} of {self.nominal} on {self.as_of}")


class State(models.TextChoices):
    ACCEPTED = "accepted", _("accepted")
    HELD = "held", _("held for a person")
    REJECTED = "rejected", _("rejected")
    SUPERSEDED = "superseded", _("superseded")


class ObservationQuerySet(models.QuerySet):
    def accepted(self):
        return self.filter(state=State.ACCEPTED)

    def with_previous(self):
        """Adds previous_value and previous_nominal: the accepted value before, same series."""
        earlier = (
            Observation.objects.accepted()
            .filter(series=OuterRef("series"), as_of__lt=OuterRef("as_of"))
            .order_by("-as_of")
        )
        return self.annotate(
            previous_value=Subquery(earlier.values("value")[:1]),
            previous_nominal=Subquery(earlier.values("nominal")[:1]),
        )

    def record(self, series, readings, *, entered_by=None, note="", source_url=""):
        """Store what is new among the readings of one series; return the rows written.

        Safe to repeat: a known value writes nothing, a new day is revision 1, a changed value is
        the next revision and the one before is superseded. All or nothing. BadReading is raised
        where a Reading is made, so that nothing here can be refused halfway.
        """
        wanted = {reading.as_of: reading for reading in readings}
        if not wanted:
            return []
        with transaction.atomic():
            # Two writers of one series wait for each other here (SQLite: at BEGIN IMMEDIATE).
            type(series).objects.select_for_update(of=("self",)).get(pk=series.pk)
            known, revisions = {}, {}
            for row in self.filter(
                series=series, as_of__range=(min(wanted), max(wanted))
            ).iterator():
                revisions[row.as_of] = max(row.rev, revisions.get(row.as_of, 0))
                if row.state == State.ACCEPTED:
                    known[row.as_of] = row
            new, old = [], []
            for day, reading in wanted.items():
                value = reading.value.quantize(PLACES)
                before = known.get(day)
                if before and (before.value, before.nominal) == (value, reading.nominal):
                    continue
                if before:
                    old.append(before.pk)
                new.append(
                    Observation(
                        series=series,
                        as_of=day,
                        rev=revisions.get(day, 0) + 1,
                        value=value,
                        nominal=reading.nominal,
                        raw_value=reading.raw,
                        entered_by=entered_by,
                        note=note,
                        source_url=source_url,
                    )
                )
            for start in range(0, len(old), 500):
                self.filter(pk__in=old[start : start + 500]).update(state=State.SUPERSEDED)
            return self.bulk_create(new, batch_size=500)

    def update(self, **changes):
        if set(changes) - {"state", "hold_reason"}:
            raise AppendOnly("observations are not changed: record a revision")
        return super().update(**changes)

    def delete(self):
        raise AppendOnly("observations are not deleted: record a revision")

    delete.alters_data = True
    delete.queryset_only = True


class Observation(models.Model):
    """A value of a series for one day. Append-only: `Observation.objects.record` is the one door.

    as_of: the day the source gives the value for, in the instrument's zone. seen_at: when we
    learned it. Only one revision of a day is accepted; the database sees to it.
    """

    series = models.ForeignKey(
        "markets.Series", models.PROTECT, related_name="observations", verbose_name=_("series")
    )
    as_of = models.DateField(_("date"))
    rev = models.PositiveSmallIntegerField(_("revision"), default=1)
    value = models.DecimalField(_("value"), max_digits=20, decimal_places=8)
    nominal = models.PositiveIntegerField(
        _("for how many units"), default=1, validators=[MinValueValidator(1)]
    )
    raw_value = models.CharField(_("as written"), max_length=40, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ACCEPTED)
    hold_reason = models.CharField(_("why it is held"), max_length=200, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,  # accounts are closed, not deleted: a figure keeps its author
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("entered by"),
    )
    run = models.ForeignKey(
        "markets.FetchRun",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="observations",
        verbose_name=_("fetched by"),
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reviewed by"),
    )
    reviewed_at = SecondField(_("reviewed"), null=True, blank=True)
    # Accepted, but the change was beyond the instrument's warning limit.
    is_flagged = models.BooleanField(_("unusual change"), default=False)
    note = models.CharField(_("note"), max_length=200, blank=True)
    source_url = models.URLField(_("address of the original"), max_length=500, blank=True)
    seen_at = SecondField(_("recorded"), default=timezone.now)

    objects = ObservationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        # Nobody deletes; only an import or a form adds.
        default_permissions = ("add", "view")
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        constraints = [
            models.UniqueConstraint(
                fields=["series", "as_of", "rev"], name="observation_revisions_count_up"
            ),
            # Also the index behind "the newest value in force": read backwards from today.
            models.UniqueConstraint(
                fields=["series", "as_of"],
                condition=Q(state="accepted"),
                name="observation_one_accepted",
            ),
            models.UniqueConstraint(
                fields=["series", "as_of"], condition=Q(state="held"), name="observation_one_held"
            ),
            models.CheckConstraint(condition=Q(value__gt=0), name="observation_above_zero"),
            models.CheckConstraint(condition=Q(nominal__gte=1), name="observation_nominal_counts"),
            models.CheckConstraint(
                condition=~Q(state="held") | ~Q(hold_reason=""), name="observation_held_says_why"
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="observation_state_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["-seen_at"], condition=Q(state="held"), name="observation_held_newest"
            ),
            models.Index(fields=["as_of"], name="observation_by_day"),
        ]

    def __str__(self):
        return f"{self.series} · {self.as_of}"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise AppendOnly("an observation is not changed: record a revision")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise AppendOnly("an observation is not deleted: record a revision")
