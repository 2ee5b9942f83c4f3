"""The market editor's desk: instruments, their sources, the ticker, and quotes by hand."""

from django import forms
from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _

from markets.models import BadReading, Instrument, Observation, Reading, Series, Source, TickerSlot
from portal.lib import languages, numbers
from portal.lib.admin import CappedPaginator


class MarketAdmin(admin.ModelAdmin):
    """Lists that cost the same at two million rows as at ten."""

    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50

    def get_search_results(self, request, queryset, search_term):
        found, many = super().get_search_results(request, queryset, search_term)
        capital = search_term.strip().capitalize()
        if capital.isascii():
            return found, many
        # SQLite folds the case of Latin letters alone: дизель is also looked for as Дизель.
        return found | super().get_search_results(request, queryset, capital)[0], many


@admin.register(Source)
class SourceAdmin(MarketAdmin):
    list_display = ("name", "key", "licence", "homepage")
    search_fields = ("key", *languages.columns("name"))


class SeriesInline(admin.TabularInline):
    model = Series
    extra = 0
    autocomplete_fields = ("source",)

    def has_delete_permission(self, request, obj=None):
        return False  # a series keeps its history; untick "in use" instead


@admin.register(Instrument)
class InstrumentAdmin(MarketAdmin):
    list_display = ("name", "label", "code", "kind", "unit", "position", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("code", *languages.columns("name"), *languages.columns("label"))
    inlines = (SeriesInline,)
    fieldsets = (
        (
            None,
            {"fields": ("code", "kind", "base", "quote", "region", "position", "is_active")},
        ),
        (
            _("Names"),
            {"fields": [tuple(languages.columns(name)) for name in ("label", "name", "unit")]},
        ),
        (_("How figures are written"), {"fields": (("store_scale", "show_min", "show_max"),)}),
        (
            _("When figures are doubted"),
            {
                "fields": (
                    "tz",
                    ("soft_stale_days", "hard_stale_days"),
                    ("warn_pct", "hold_pct"),
                    ("min_value", "max_value"),
                )
            },
        ),
    )

    def get_readonly_fields(self, request, obj=None):
        return ("code",) if obj else ()  # addresses and downloads are known by it


@admin.register(Series)
class SeriesAdmin(MarketAdmin):
    list_display = ("instrument", "source", "external_id", "priority", "is_active")
    list_filter = ("is_active", "instrument__kind")
    autocomplete_fields = ("instrument", "source")
    search_fields = (
        *(f"instrument__{name}" for name in ("code", *languages.columns("name"))),
        *(f"source__{name}" for name in ("key", *languages.columns("name"))),
        "external_id",
    )

    def get_queryset(self, request):
        # Autocomplete writes str(series) and knows nothing of list_select_related.
        return super().get_queryset(request).select_related("instrument", "source")


@admin.register(TickerSlot)
class TickerSlotAdmin(MarketAdmin):
    list_display = ("instrument", "position", "language")
    list_filter = ("language",)
    list_select_related = ("instrument",)
    autocomplete_fields = ("instrument",)


class QuoteForm(forms.ModelForm):
    """A value as it stands in the source: 64,3008 or 64.3008."""

    value = forms.CharField(
        label=_("value"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
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
            raise forms.ValidationError(_("Write a number such as 64.3008 or 64,3008.")) from None
        if not value:
            raise forms.ValidationError(_("The value must be above zero."))
        return value

    def clean(self):
        data = super().clean()
        if data.keys() >= {"series", "as_of", "value", "nominal"}:
            try:
                self.reading = Reading(data["as_of"], data["value"], data["nominal"], self.typed)
            except BadReading:
                self.add_error("value", _("The value must be above zero."))
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
    list_display = ("series", "as_of", "figure", "state", "rev", "entered_by", "seen_at")
    list_filter = ("state", "series__instrument", "series__source", "as_of")
    list_select_related = ("series__instrument", "series__source", "entered_by")
    sortable_by = ("as_of",)  # what has an index; sorting millions by value takes seconds
    search_fields = ("series__instrument__code",)  # see get_search_results
    search_help_text = _("Instrument or source")
    autocomplete_fields = ("series",)

    @admin.display(description=_("value"))
    def figure(self, row):
        text = numbers.written(row.value, row.series.instrument.show_min, 8)
        return text if row.nominal == 1 else f"{text} / {row.nominal}"

    def get_search_results(self, request, queryset, search_term):
        # Words are looked up among the few series; two million quotes are never read for a word.
        if not search_term.strip():
            return queryset, False
        desk = self.admin_site.get_model_admin(Series)
        found, _many = desk.get_search_results(request, Series.objects.all(), search_term)
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

    def save_model(self, request, obj, form, change):
        written = Observation.objects.record(
            obj.series,
            [form.reading],
            entered_by=request.user,
            note=obj.note,
            source_url=obj.source_url,
        )
        if not written:
            messages.info(request, _("This value was already known: nothing is changed."))
            written = Observation.objects.accepted().filter(series=obj.series, as_of=obj.as_of)
        obj.__dict__.update(written[0].__dict__)

    def save_related(self, request, form, formsets, change):
        """There is nothing beside the row itself."""
