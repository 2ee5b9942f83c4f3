"""Every value ever recorded, and one typed by hand."""

from functools import partial

from django import forms
from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils.dateparse import parse_date
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from markets import guards
from markets.admin.base import (
    NOT_A_NUMBER,
    NOT_ABOVE_ZERO,
    PRICE,
    MarketAdmin,
    figure,
    origin,
    waiting,
)
from markets.admin.imports import import_view
from markets.models import BadReading, Instrument, Observation, Reading, Series, State
from portal.lib import dates, numbers


class QuoteForm(forms.ModelForm):
    """A value as it stands in the source: 64,3008 or 64.3008."""

    value = forms.CharField(
        label=capfirst(_("value")),
        max_length=40,
        widget=forms.TextInput(attrs=PRICE),
        help_text=_("As published, with a point or a comma."),
    )

    class Meta:
        model = Observation
        fields = ("series", "as_of", "value", "nominal", "source_url", "note")

    def clean_value(self):
        self.typed = self.cleaned_data["value"]
        try:
            value = numbers.read(self.typed)
        except ValueError:
            raise forms.ValidationError(NOT_A_NUMBER) from None
        if not value:
            raise forms.ValidationError(NOT_ABOVE_ZERO)
        return value

    def clean(self):
        data = super().clean()
        if data.keys() >= {"series", "as_of", "value", "nominal"}:
            try:
                self.reading = Reading(data["as_of"], data["value"], data["nominal"], self.typed)
            except BadReading:
                self.add_error("value", NOT_ABOVE_ZERO)
            else:
                data["series"].instrument.refuse(self.reading)
        return data

    def validate_unique(self):
        """A second value for a day is welcome: it becomes the next revision."""

    def validate_constraints(self):
        """As above; `record` and the database keep the constraints."""


@admin.register(Observation)
class QuoteAdmin(MarketAdmin):
    form = QuoteForm
    list_display = ("about", "as_of", "figure", "standing", "rev", "origin", "seen_at")
    list_filter = ("state", "as_of", "series__instrument")
    sortable_by = ("as_of",)  # what has an index; sorting millions by value takes seconds
    search_fields = ("series__instrument__code",)  # see get_search_results
    search_help_text = _("Instrument or source, and a day: usd-rub 2026-11-23")
    autocomplete_fields = ("series",)
    change_list_template = "admin/markets/observation/change_list.html"
    change_form_template = "admin/markets/observation/change_form.html"

    def get_urls(self):
        view = self.admin_site.admin_view(partial(import_view, self))
        return [path("import/", view, name="markets_observation_import"), *super().get_urls()]

    def get_queryset(self, request):
        # Not joined: beside the joins SQLite sorts all two million rows to find the newest fifty.
        related = ("series__instrument", "series__source", "entered_by", "run")
        return super().get_queryset(request).prefetch_related(*related)

    @admin.display(description=_("series"))  # the field's own name would join it again
    def about(self, row):
        return row.series

    @admin.display(description=_("value"))
    def figure(self, row):
        return figure(row)

    @admin.display(description=_("state"))
    def standing(self, row):
        text = row.get_state_display()
        return _("%s, unusual change") % text if row.is_flagged else text

    @admin.display(description=_("why it was held"))
    def why_held(self, row):
        return guards.words(row.hold_reason) or "—"

    @admin.display(description=_("from"))
    def origin(self, row):
        return origin(row)

    def get_fields(self, request, obj=None):
        if obj is None:
            return ("series", "as_of", "value", "nominal", "source_url", "note")
        return (
            *("series", "as_of", "figure", "raw_value", "standing", "why_held"),
            *("entered_by", "run", "seen_at", "reviewed_by", "reviewed_at", "source_url", "note"),
        )

    def get_readonly_fields(self, request, obj=None):
        return self.get_fields(request, obj) if obj else ()

    def get_search_results(self, request, queryset, search_term):
        # Words are looked up among the few series; two million quotes are never read for a word.
        words = search_term.split()
        days = [day for word in words if (day := day_of(word))]
        words = [word for word in words if not day_of(word)]
        if days:
            queryset = queryset.filter(as_of__in=days)
        if not words:
            return queryset, False
        desk = self.admin_site.get_model_admin(Series)
        found, _many = desk.get_search_results(request, Series.objects.all(), " ".join(words))
        return queryset.filter(series__in=list(found.values_list("pk", flat=True)[:100])), False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_changeform_initial_data(self, request):
        return {
            "as_of": Instrument(tz=Instrument._meta.get_field("tz").default).today(),
            "nominal": 1,
        } | super().get_changeform_initial_data(request)

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {**(extra_context or {}), "waiting": waiting()})

    def change_view(self, request, object_id, form_url="", extra_context=None):
        row = self.get_object(request, object_id)
        context = {**(extra_context or {}), "revisions": revisions(row) if row else []}
        return super().change_view(request, object_id, form_url, context)

    def save_model(self, request, obj, form, change):
        written = Observation.objects.record(
            obj.series,
            [form.reading],
            entered_by=request.user,
            note=obj.note,
            source_url=obj.source_url,
        )
        known = Observation.objects.filter(series=obj.series, as_of=obj.as_of)
        shown = written or known.accepted() or known  # known may be the same value, held before
        obj.__dict__.update(shown[0].__dict__)
        obj.was_known = not written

    def save_related(self, request, form, formsets, change):
        """There is nothing beside the row itself."""

    def response_add(self, request, obj, post_url_continue=None):
        """What became of the value, in words: it may be held, or have been known."""
        if not obj.was_known and obj.state == State.ACCEPTED and not obj.is_flagged:
            return super().response_add(request, obj, post_url_continue)
        if obj.was_known:
            messages.info(request, _("This value was already known: nothing is changed."))
        elif obj.state == State.HELD:
            messages.warning(
                request,
                _("Readers do not see it yet, another person has to accept it: %s")
                % guards.words(obj.hold_reason),
            )
        else:
            messages.warning(request, _("Published, and marked as an unusual change."))
        return HttpResponseRedirect(reverse("admin:markets_observation_changelist"))


def revisions(row):
    """All that was ever recorded for the day of a row, oldest first, for _revisions.html."""
    rows = (
        Observation.objects.filter(series=row.series_id, as_of=row.as_of)
        .select_related("series__instrument", "entered_by", "reviewed_by", "run")
        .order_by("rev")
    )
    return [
        {
            "row": one,
            "figure": figure(one),
            "reason": guards.words(one.hold_reason),
            "origin": origin(one),
            "seen": dates.moment(one.seen_at),
        }
        for one in rows
    ]


def day_of(word):
    """The date a word of a search names (ISO), or None."""
    try:
        return parse_date(word)
    except ValueError:  # shaped like a date, but no day of the calendar
        return None
