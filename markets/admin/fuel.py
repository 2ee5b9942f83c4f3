"""The day's fuel prices on one sheet: every grade of every region, the last value beside.

Nothing is stored while a cell is wrong; an unusual price is stored once the editor has confirmed
exactly it; what the guards hold goes to the queue. One transaction for the whole sheet.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import date

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from markets.admin import preview
from markets.admin.base import NOT_A_NUMBER, NOT_ABOVE_ZERO, MarketAdmin, move
from markets.models import (
    BadReading,
    FuelPrice,
    Instrument,
    Kind,
    Observation,
    Reading,
    Region,
    Series,
    State,
)
from portal.lib import dates, numbers

LONGEST_NUMBER = 40  # Observation.raw_value


class SheetForm(forms.Form):
    """What the whole sheet shares."""

    as_of = forms.DateField(
        label=gettext_lazy("Prices of"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    source_url = forms.URLField(
        label=gettext_lazy("Address of the survey"), max_length=500, required=False
    )
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)


@dataclass
class Cell:
    """One price of the sheet: what is known, what was typed, and what the guards say of it."""

    series: Series
    last: Observation | None = None  # the newest accepted one before the day
    today: Observation | None = None  # the one accepted for the day
    typed: str = ""
    error: str = ""
    reading: Reading | None = None
    said: preview.Said | None = None

    @property
    def name(self):
        return f"price-{self.series.pk}"

    @property
    def grade(self):
        return self.series.instrument.label

    def written(self, row):
        instrument = self.series.instrument
        return numbers.written(row.value / row.nominal, instrument.show_max)

    @property
    def last_text(self):
        return self.written(self.last) if self.last else "—"

    @property
    def last_day(self):
        return dates.written(self.last.as_of, "short") if self.last else ""

    @property
    def today_text(self):
        return self.written(self.today) if self.today else ""

    @property
    def change(self):
        """The move of the typed price in per cent, in words; empty without one."""
        if not self.reading or not self.last:
            return ""
        share = move(self.reading.value, self.reading.nominal, self.last.value, self.last.nominal)
        return numbers.percent(share)

    @property
    def needs_a_word(self):
        return bool(self.said and self.said.level in ("warn", "hold"))

    def read(self, day):
        """Take what was typed: a reading, or an error in words. An empty cell is no price."""
        if not self.typed.strip():
            return
        try:
            value = numbers.read(self.typed)
        except ValueError:
            self.error = NOT_A_NUMBER
            return
        try:
            self.reading = Reading(day, value, 1, self.typed.strip()[:LONGEST_NUMBER])
        except BadReading:
            self.error = NOT_ABOVE_ZERO
            return
        try:
            self.series.instrument.refuse(self.reading)
        except ValidationError as error:
            self.error, self.reading = " ".join(error.messages), None


@dataclass
class Sheet:
    day: date
    regions: list = field(default_factory=list)  # (Region, [Cell])

    @property
    def cells(self):
        return [cell for _region, cells in self.regions for cell in cells]

    @property
    def is_wrong(self):
        return any(cell.error for cell in self.cells)

    @property
    def doubts(self):
        return [cell for cell in self.cells if cell.needs_a_word]

    @property
    def mark(self):
        """Names exactly the doubts that are shown: a confirmation holds for these and no others."""
        text = ";".join(
            f"{cell.series.pk}={cell.reading.value}@{self.day}:{cell.said.level}"
            for cell in self.doubts
        )
        return hashlib.sha256(text.encode()).hexdigest()[:20] if text else ""

    def read(self, data):
        for cell in self.cells:
            cell.typed = data.get(cell.name, "")[: LONGEST_NUMBER + 1]
            cell.read(self.day)
            if cell.reading:
                cell.said = preview.of(cell.series, cell.reading)
                if cell.said.level == "refused":
                    cell.error = cell.said.words


def sheet(day):
    """The sheet of a day: each fuel instrument through its first series kept by hand. 4 queries."""
    accepted = Observation.objects.accepted().filter(series=OuterRef("pk")).order_by("-as_of")
    rows = (
        Series.objects.filter(
            is_active=True, instrument__is_active=True, instrument__kind=Kind.FUEL
        )
        .exclude(source__key__in=preview.MACHINES)
        .select_related("instrument__region", "source")
        .annotate(
            last_pk=Subquery(accepted.filter(as_of__lt=day).values("pk")[:1]),
            today_pk=Subquery(accepted.filter(as_of=day).values("pk")[:1]),
        )
        .order_by(
            F("instrument__region__position").asc(nulls_last=True),
            "instrument__region",
            "instrument__position",
            "instrument__code",
            "priority",
        )
    )
    rows = list(rows)
    known = Observation.objects.in_bulk(
        [pk for row in rows for pk in (row.last_pk, row.today_pk) if pk]
    )
    regions, seen = {}, set()
    for row in rows:
        if row.instrument_id in seen:
            continue
        seen.add(row.instrument_id)
        region = row.instrument.region or Region(name_en=_("Without a region"))
        cell = Cell(row, known.get(row.last_pk), known.get(row.today_pk))
        regions.setdefault(region.pk, (region, []))[1].append(cell)
    return Sheet(day, list(regions.values()))


@admin.register(FuelPrice)
class FuelAdmin(MarketAdmin):
    """The sheet in place of a list; every right is that of Observation."""

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("markets.view_observation")

    def may_record(self, request):
        return request.user.has_perm("markets.add_observation")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def get_urls(self):
        return super().get_urls()[:1]  # the list alone, which is the sheet

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        today = Instrument(tz=Instrument._meta.get_field("tz").default).today()
        if request.method == "POST":
            if not self.may_record(request):
                raise PermissionDenied
            form = SheetForm(request.POST)
            is_valid = form.is_valid()
            grid = sheet(form.cleaned_data.get("as_of") or today)
            grid.read(request.POST)
            is_confirmed = not grid.doubts or request.POST.get("confirm") == grid.mark
            if is_valid and not grid.is_wrong and is_confirmed and "_save" in request.POST:
                return self.save(request, grid, form.cleaned_data)
            is_checked = True
        else:
            wanted = SheetForm({"as_of": request.GET.get("as_of", "")})
            wanted.is_valid()
            day = wanted.cleaned_data.get("as_of") or today
            form, grid, is_checked = SheetForm(initial={"as_of": day}), sheet(day), False
        return self.page(
            request,
            "fuelprice/sheet.html",
            self.opts.verbose_name_plural.capitalize(),
            form=form,
            sheet=grid,
            day=dates.written(grid.day, "week"),
            is_checked=is_checked,
            filled=sum(cell.reading is not None for cell in grid.cells),
            can_record=self.may_record(request),
        )

    def save(self, request, grid, shared):
        """Store the filled cells, all or none, and say what became of them."""
        written = []
        filled = [cell for cell in grid.cells if cell.reading]
        with transaction.atomic():
            for cell in filled:
                written += Observation.objects.record(
                    cell.series,
                    [cell.reading],
                    entered_by=request.user,
                    note=shared["note"],
                    source_url=shared["source_url"],
                )
        held = sum(row.state == State.HELD for row in written)
        if shown := len(written) - held:
            text = ngettext("%s price saved.", "%s prices saved.", shown)
            messages.success(request, text % shown)
        if held:
            text = ngettext(
                "%s price waits for another person to accept it.",
                "%s prices wait for another person to accept them.",
                held,
            )
            messages.warning(request, text % held)
        if not written:
            text = _("These prices were known already: nothing is changed.")
            messages.info(request, text if filled else _("No price was typed."))
        return redirect(f"{request.path}?as_of={grid.day.isoformat()}")
