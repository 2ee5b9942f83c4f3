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
# What a review may write on a row; the figure itself is never touched.
REVIEWED = {"state", "hold_reason", "is_flagged", "reviewed_by", "reviewed_at", "note"}


class AppendOnly(Exception):
    """Raised by every way to change or delete an observation; record a revision instead."""


class BadReading(ValueError):
    """A reading that is no price: not finite, not above zero, of a nominal below one, or dated
    too far ahead."""


class NotHeld(Exception):
    """The observation does not wait for a decision: somebody or something has taken it."""


class SamePerson(NotHeld):
    """Who typed a held value may not accept it; a second person looks."""


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


def _locked(series):
    """The same series with its instrument. Two writers wait for each other here.

    SQLite ignores the lock: there the transaction itself, begun IMMEDIATE, is one.
    """
    rows = type(series).objects.select_related("instrument").select_for_update(of=("self",))
    return rows.get(pk=series.pk)


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

    def record(
        self,
        series,
        readings,
        *,
        run=None,
        entered_by=None,
        note="",
        source_url="",
        guard=True,
        doubts=None,
    ):
        """Store what is new among the readings of one series; return the rows written.

        Safe to repeat: a known value writes nothing, a new day is revision 1, a changed value is
        the next revision and the one before is superseded. markets.guards decides whether a row
        is accepted or held for a person; a held row changes nothing that readers see. All or
        nothing: BadReading when a reading is dated too far ahead (it would be the newest for
        years), before anything is written. doubts: {day: Verdict} of a wider look.
        """
        from markets.weighing import weigh  # it knows the models

        with transaction.atomic():
            series = _locked(series)
            news = weigh(
                series, readings, guard=guard, doubts=doubts, is_typed=entered_by is not None
            )
            for one in news:
                if one.verdict.state == State.REJECTED:
                    raise BadReading(f"{one.reading.as_of} of {series}: {one.verdict.reason}")
            rows = {}
            for one in news:
                rows[one.reading.as_of] = Observation(
                    series=series,
                    as_of=one.reading.as_of,
                    rev=one.rev,
                    value=one.reading.value.quantize(PLACES),
                    nominal=one.reading.nominal,
                    raw_value=one.reading.raw[:40],
                    state=one.verdict.state,
                    hold_reason=one.verdict.reason[:200],
                    is_flagged=one.verdict.is_flagged,
                    run=run,
                    entered_by=entered_by,
                    note=note,
                    source_url=source_url,
                )
            self._make_room(news, rows)
            return self.bulk_create(list(rows.values()), batch_size=500)

    def _make_room(self, news, rows):
        """Supersede what the news replace, and let in the held values that they confirm."""
        old, real = [], []
        for one in news:
            if one.replaces and one.verdict.state == State.ACCEPTED:
                old.append(one.replaces.pk)
            if one.drops:
                old.append(one.drops.pk)
            if isinstance(one.releases, Observation):
                real.append(one.releases.pk)
            elif one.releases:
                row = rows[one.releases.reading.as_of]
                row.state, row.is_flagged = State.ACCEPTED, True
        for start in range(0, len(old), 500):
            self.filter(pk__in=old[start : start + 500]).update(state=State.SUPERSEDED)
        self.filter(pk__in=real).update(state=State.ACCEPTED, is_flagged=True)

    def update(self, **changes):
        if set(changes) - REVIEWED:
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

    def accept(self, by, note=""):
        """Let readers see this held value; the accepted one of its day is superseded.

        NotHeld when it is decided already, SamePerson when `by` has typed it.
        """
        self._decide(State.ACCEPTED, by, note)

    def reject(self, by, note):
        """Keep this held value from readers for good; the same figure is not held again.

        NotHeld when it is decided already.
        """
        self._decide(State.REJECTED, by, note)

    def _decide(self, state, by, note):
        with transaction.atomic():
            _locked(self.series)
            day = Observation.objects.filter(series=self.series_id, as_of=self.as_of)
            held = day.filter(pk=self.pk, state=State.HELD).first()
            if held is None:
                raise NotHeld(str(self))
            if state == State.ACCEPTED:
                if held.entered_by_id == by.pk:
                    raise SamePerson(str(self))
                day.accepted().update(state=State.SUPERSEDED)
            day.filter(pk=self.pk).update(
                state=state,
                reviewed_by=by,
                reviewed_at=timezone.now(),
                note=" · ".join(filter(None, [held.note, note]))[:200],
            )
        self.refresh_from_db()

    def delete(self, *args, **kwargs):
        raise AppendOnly("an observation is not deleted: record a revision")
