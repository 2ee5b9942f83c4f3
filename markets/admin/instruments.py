"""Instruments, who publishes them, where they are paid and on which days nothing is published."""

from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from markets import states
from markets.admin.base import MarketAdmin
from markets.models import Calendar, Holiday, Instrument, Observation, Region, Series, Source
from portal.lib import dates, languages, numbers


@admin.register(Source)
class SourceAdmin(MarketAdmin):
    list_display = ("name", "key", "is_enabled", "last_success_at", "licence", "homepage")
    list_filter = ("is_enabled",)
    search_fields = ("key", *languages.columns("name"))
    readonly_fields = ("last_attempt_at", "last_success_at", "failures", "open_until")
    fieldsets = (
        (None, {"fields": ("key", tuple(languages.columns("name")), "is_enabled")}),
        (
            _("What readers are told"),
            {"fields": ("homepage", "terms_url", "licence", *languages.columns("attribution"))},
        ),
        (
            _("How fetching goes"),
            {"fields": ("last_success_at", "last_attempt_at", "failures", "open_until")},
        ),
    )

    def get_readonly_fields(self, request, obj=None):
        # Settings and imports know a source by its key.
        return (*self.readonly_fields, "key") if obj else self.readonly_fields


@admin.register(Region)
class RegionAdmin(MarketAdmin):
    list_display = ("name", "code", "currency", "position")
    search_fields = ("code", *languages.columns("name"))
    fields = ("code", tuple(languages.columns("name")), "currency", "position")

    def get_readonly_fields(self, request, obj=None):
        return ("code",) if obj else ()


@admin.register(Holiday)
class HolidayAdmin(MarketAdmin):
    list_display = ("day", "calendar", "name", "is_working")
    list_filter = ("calendar", "is_working")
    search_fields = ("name",)
    date_hierarchy = "day"
    ordering = ("-day", "calendar")

    def formfield_for_dbfield(self, db_field, request, **options):
        field = super().formfield_for_dbfield(db_field, request, **options)
        if db_field.name == "is_working":
            field.help_text = _(
                "Off: nothing is published on this day, and its absence is not called late. "
                "On: a figure is expected although the week would say otherwise."
            )
        return field


class SeriesInline(admin.TabularInline):
    model = Series
    extra = 0
    autocomplete_fields = ("source",)
    formfield_overrides = {models.CharField: {"widget": forms.TextInput(attrs={"size": 12})}}

    def has_delete_permission(self, request, obj=None):
        return False  # a series keeps its history; untick "in use" instead


class InstrumentForm(forms.ModelForm):
    class Meta:
        model = Instrument
        fields = "__all__"
        help_texts = {
            "kind": _("In which part of the markets page it stands."),
            "base": _("USD, BRENT, AI-95: what one buys."),
            "quote": _("RUB, USD, KZT: what one pays in."),
            "position": _("Smaller numbers stand higher."),
            "is_active": _("Off: no page, no ticker, no download; its history is kept."),
            "store_scale": _("More decimals than these are refused when a value is typed."),
            "show_min": _("Zeros are written up to here: 2 makes 52.10 of 52.1."),
            "show_max": _("Beyond these a value is rounded, half up."),
            "tz": _("A value comes into force at midnight of its day here."),
            "soft_stale_days": _(
                "Of a source that publishes on working days: so many missed publications make a "
                "value outdated. Of any other: the age in days up to which it is not late."
            ),
            "hard_stale_days": _("Calendar days after which any value is outdated."),
            "warn_pct": _("A change beyond it is published and marked as unusual."),
            "hold_pct": _("A change beyond it waits for a person; readers keep the last value."),
            "min_value": _("For one unit. A value below it is taken for a slip."),
            "max_value": _("For one unit. A value above it is taken for a slip."),
        }

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for name in ("min_value", "max_value"):  # 500, not 500.00000000
            if bound := self.initial.get(name):
                self.initial[name] = numbers.plain(bound.normalize())


@admin.register(Instrument)
class InstrumentAdmin(MarketAdmin):
    form = InstrumentForm
    list_display = ("name", "label", "code", "kind", "region", "unit", "position", "is_active")
    list_filter = ("kind", "region", "is_active")
    list_select_related = ("region",)
    search_fields = ("code", *languages.columns("name"), *languages.columns("label"))
    inlines = (SeriesInline,)
    readonly_fields = ("example",)
    fieldsets = (
        (
            None,
            {"fields": ("code", "kind", "region", "base", "quote", "position", "is_active")},
        ),
        (
            _("Names"),
            {"fields": [tuple(languages.columns(name)) for name in ("label", "name", "unit")]},
        ),
        (_("How figures are written"), {"fields": ("store_scale", "show_min", "show_max")}),
        (
            _("When figures are doubted"),
            {"fields": ("warn_pct", "hold_pct", "min_value", "max_value")},
        ),
        (_("When figures are old"), {"fields": ("tz", "soft_stale_days", "hard_stale_days")}),
        (_("What these settings do"), {"fields": ("example",)}),
    )

    def get_readonly_fields(self, request, obj=None):
        # Addresses and downloads know an instrument by its code.
        return (*self.readonly_fields, "code") if obj else self.readonly_fields

    def get_urls(self):
        view = self.admin_site.admin_view(self.example_view)
        return [path("example/", view, name="markets_instrument_example"), *super().get_urls()]

    @admin.display(description=_("example"))
    def example(self, obj):
        return render_to_string(EXAMPLE, settings_shown(obj) | {"frame": True, "obj": obj})

    def example_view(self, request):
        """The example for settings that are being typed: what the form's script asks for."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        wanted = request.GET.get("instrument", "")
        known = Instrument.objects.filter(pk=wanted).first() if wanted.isdecimal() else None
        obj = known or Instrument(label_en=_("Label"))
        wrong = []
        for name in WATCHED:
            field = Instrument._meta.get_field(name)
            try:
                value = field.clean(request.GET.get(name, "").replace(",", "."), obj)
                setattr(obj, name, value)
            except ValidationError:
                wrong.append(field.verbose_name)
        return render(request, EXAMPLE, {"wrong": wrong} if wrong else settings_shown(obj))


MOST_DAYS = 100  # further ahead than that the example does not look
EXAMPLE = "admin/markets/instrument/_example.html"
# The settings the example shows; its script asks again when one of them is being changed.
WATCHED = (
    *("store_scale", "show_min", "show_max", "warn_pct", "hold_pct", "min_value", "max_value"),
    *("soft_stale_days", "hard_stale_days"),
)


def settings_shown(obj):
    """What the settings of an instrument do to its newest value, for the template EXAMPLE."""
    try:
        obj.validate_constraints(exclude={"kind"})
    except ValidationError as error:
        return {"refusals": error.messages}
    newest = (
        Observation.objects.accepted()
        .filter(series__instrument=obj.pk)
        .order_by("-as_of", "series__priority")
        .first()
        if obj.pk
        else None
    )
    value = newest.value / newest.nominal if newest else Decimal("1234.50")
    label = Instrument.__dict__["label"]

    def around(percent):
        share = Decimal(percent) / 100
        places = obj.store_scale
        return [numbers.written(value * (1 + sign * share), 0, places) for sign in (-1, 1)]

    return {
        "is_known": newest is not None,
        "written": [
            {
                "language": name,
                "ticker": f"{label.in_language(obj, code)} "
                + numbers.written(value, obj.show_min, obj.show_max, language=code),
                "column": numbers.written(value, obj.show_max, language=code),
            }
            for code, name in settings.LANGUAGES
        ],
        "warn": around(obj.warn_pct),
        "hold": around(obj.hold_pct),
        "bounds": obj.min_value is not None
        and obj.max_value is not None
        and [numbers.written(bound, 0, 8) for bound in (obj.min_value, obj.max_value)],
        "days": ageing(obj),
    }


def ageing(obj):
    """[(state in a word, the first day of it)] of a value of today after which nothing comes."""
    series = obj.series.filter(is_active=True).order_by("priority").first() if obj.pk else None
    calendar = series.calendar if series else Calendar.NONE
    settings_of = {
        **{"as_of": obj.today(), "tz": obj.tz, "calendar": calendar},
        **{"holidays": Holiday.objects.of(calendar)},
        **{"soft": obj.soft_stale_days, "hard": obj.hard_stale_days},
    }
    found = {}
    for days in range(1, min(obj.hard_stale_days, MOST_DAYS) + 2):
        now = timezone.now() + timedelta(days=days)
        state = states.judge(now=now, **settings_of)
        if state.is_old:
            day = now.astimezone(ZoneInfo(obj.tz)).date()
            found.setdefault(state.label, dates.written(day, "week"))
    return list(found.items())


@admin.register(Series)
class SeriesAdmin(MarketAdmin):
    list_display = ("instrument", "source", "external_id", "calendar", "priority", "is_active")
    list_filter = ("is_active", "instrument__kind", "calendar")
    autocomplete_fields = ("instrument", "source")
    search_fields = (
        *(f"instrument__{name}" for name in ("code", *languages.columns("name"))),
        *(f"source__{name}" for name in ("key", *languages.columns("name"))),
        "external_id",
    )

    def get_queryset(self, request):
        # Autocomplete writes str(series) and knows nothing of list_select_related.
        return super().get_queryset(request).select_related("instrument", "source")
