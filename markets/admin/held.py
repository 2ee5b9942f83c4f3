"""The queue of values that the guards keep from readers until a person has looked."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Subquery
from django.shortcuts import get_object_or_404, redirect
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from markets import guards
from markets.admin.base import MarketAdmin, figure, move, origin
from markets.admin.quotes import revisions
from markets.models import HeldQuote, Observation, State
from markets.models.observations import NotHeld
from portal.lib import dates, numbers

RECENT = 8  # values beside the one in doubt: two weeks of fuel, or nearly two of a bank's


class NoteForm(ActionForm):
    note = forms.CharField(
        label=gettext_lazy("Note:"), max_length=200, required=False, widget=forms.TextInput()
    )


@admin.register(HeldQuote)
class HeldAdmin(MarketAdmin):
    list_display = ("series", "as_of", "figure", "reason", "origin", "seen_at")
    list_select_related = ("series__instrument", "series__source", "entered_by", "run")
    sortable_by = ()
    actions = ("accept", "reject")
    action_form = NoteForm

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        return with_last_good(HeldQuote.objects.filter(state=State.HELD)).order_by(
            "-seen_at", "-pk"
        )

    @admin.display(description=gettext_lazy("value"))
    def figure(self, row):
        return format_html(
            '<strong>{}</strong> <span class="desk-state desk-state--hold">{}</span><br>{}',
            figure(row),
            self.change(row),
            _("readers see %s") % self.last_good(row),
        )

    def last_good(self, row):
        if row.good_value is None:
            return _("nothing yet")
        good = Observation(series=row.series, value=row.good_value, nominal=row.good_nominal)
        return f"{figure(good)} · {dates.written(row.good_as_of, 'day')}"

    def change(self, row):
        share = move(row.value, row.nominal, row.good_value, row.good_nominal)
        return "—" if share is None else numbers.percent(share)

    @admin.display(description=gettext_lazy("why"))
    def reason(self, row):
        return guards.words(row.hold_reason)

    @admin.display(description=gettext_lazy("from"))
    def origin(self, row):
        return origin(row)

    @admin.action(description=gettext_lazy("Accept: readers see them"), permissions=["change"])
    def accept(self, request, queryset):
        self.decide(request, queryset, "accept", request.POST.get("note", ""))

    @admin.action(description=gettext_lazy("Reject: never shown"), permissions=["change"])
    def reject(self, request, queryset):
        self.decide(request, queryset, "reject", request.POST.get("note", ""))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """One value with all that helps to judge it; POST with `decision` accept or reject."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        pk = object_id if object_id.isdecimal() else 0
        row = get_object_or_404(with_last_good(HeldQuote.objects.all()), pk=pk)
        if row.state != State.HELD:
            messages.info(request, _("Decided already: %s.") % row.get_state_display())
            return redirect("admin:markets_observation_change", row.pk)
        note, error = request.POST.get("note", "").strip()[:200], ""
        if request.method == "POST":
            if not self.has_change_permission(request):
                raise PermissionDenied
            decision = request.POST.get("decision")
            if decision in ("accept", "reject"):
                error = refusal(request.user, row, decision, note)
                if not error:
                    self.decide(request, [row], decision, note)
                    return redirect("admin:markets_heldquote_changelist")
        return self.page(
            request,
            "heldquote/change_form.html",
            _("A value in doubt"),
            row=row,
            figure=figure(row),
            last_good=self.last_good(row),
            change=self.change(row),
            reason=guards.words(row.hold_reason),
            origin=origin(row),
            seen=dates.moment(row.seen_at),
            day=dates.written(row.as_of, "week"),
            recent=shown(
                Observation.objects.accepted()
                .filter(series=row.series_id, as_of__lte=row.as_of)
                .order_by("-as_of")[:RECENT]
            ),
            others=shown(
                Observation.objects.accepted()
                .filter(series__instrument=row.series.instrument_id, as_of=row.as_of)
                .exclude(series=row.series_id)
            ),
            revisions=revisions(row),
            can_decide=self.has_change_permission(request),
            is_own=row.entered_by_id == request.user.pk,
            note=note,
            error=error,
        )

    def decide(self, request, rows, verb, note):
        """Accept or reject each row by itself and say what became of them."""
        note = note.strip()
        done, refused = 0, []
        # Not the query-set: it asks for held ones, and each decision takes one away.
        for row in list(rows):
            error = refusal(request.user, row, verb, note)
            if not error:
                held = Observation.objects.select_related("series").get(pk=row.pk)
                try:
                    getattr(held, verb)(by=request.user, note=note)
                except NotHeld:
                    error = _("Somebody has decided already.")
            if error:
                refused.append(f"{row}: {error}")
                continue
            done += 1
            self.log_change(request, row, f"{verb}: {note}" if note else verb)
        if done:
            text = _("Accepted, readers see it: %s") if verb == "accept" else _("Rejected: %s")
            messages.success(request, text % done)
        for line in refused:
            messages.error(request, line)


def refusal(user, row, verb, note):
    """Why this person may not decide so, in words; empty when nothing is in the way."""
    if verb == "reject" and not note:
        return _("Say in the note why it is rejected.")
    if verb == "accept" and row.entered_by_id == user.pk:
        return _("You typed it yourself: another person has to accept it.")
    return ""


def with_last_good(queryset):
    """Adds good_value, good_nominal, good_as_of: what readers of the series see meanwhile."""
    good = (
        Observation.objects.accepted()
        .filter(series=OuterRef("series"), as_of__lte=OuterRef("as_of"))
        .order_by("-as_of")
    )
    return queryset.select_related(
        "series__instrument", "series__source", "entered_by", "run"
    ).annotate(
        good_value=Subquery(good.values("value")[:1]),
        good_nominal=Subquery(good.values("nominal")[:1]),
        good_as_of=Subquery(good.values("as_of")[:1]),
    )


def shown(rows):
    """Rows with their value and day in words, for the template."""
    return [
        {"row": row, "figure": figure(row), "day": dates.written(row.as_of, "day")}
        for row in rows.select_related("series__instrument", "series__source")
    ]
