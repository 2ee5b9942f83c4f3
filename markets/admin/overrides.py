"""A value a person sets in place of the sources', with a reason for readers and an end."""

from datetime import timedelta

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from markets.admin.base import NOT_A_NUMBER, NOT_ABOVE_ZERO, PRICE, MarketAdmin
from markets.models import BadReading, Override, Reading
from portal.lib import dates, numbers

LONGEST = timedelta(days=31)  # whoever needs more has a source to add, not a value to set
USUAL = timedelta(days=1)


class OverrideForm(forms.ModelForm):
    value = forms.CharField(
        label=capfirst(gettext_lazy("value")), max_length=40, widget=forms.TextInput(attrs=PRICE)
    )

    class Meta:
        model = Override
        fields = ("instrument", "value", "as_of", "reason", "expires_at")
        help_texts = {
            "as_of": gettext_lazy("The day the value belongs to; readers see it."),
            "expires_at": gettext_lazy(
                "Then the sources' own value returns by itself, in 31 days at the latest."
            ),
        }

    def clean_value(self):
        try:
            return numbers.read(self.cleaned_data["value"])
        except ValueError:
            raise forms.ValidationError(NOT_A_NUMBER) from None

    def clean_expires_at(self):
        end = self.cleaned_data["expires_at"]
        now = timezone.now()
        if end <= now:
            raise forms.ValidationError(_("This hour has passed."))
        if end > now + LONGEST:
            raise forms.ValidationError(_("Not later than in %s days.") % LONGEST.days)
        return end

    def clean(self):
        data = super().clean()
        if data.keys() >= {"instrument", "value", "as_of"}:
            try:
                reading = Reading(data["as_of"], data["value"])
            except BadReading:
                self.add_error("value", NOT_ABOVE_ZERO)
            else:
                data["instrument"].refuse(reading)
            instrument = data["instrument"]
            if not instrument.series.filter(is_active=True).exists():
                self.add_error(
                    "instrument",
                    _("It has no series in use that says what is usual. Add one first."),
                )
            elif other := in_force(instrument).first():
                self.add_error(
                    "instrument",
                    _("It has a manual value until %s: end that one first.")
                    % dates.moment(other.expires_at),
                )
        return data


def in_force(instrument):
    now = timezone.now()
    return instrument.overrides.filter(starts_at__lte=now, expires_at__gt=now)


class InForce(admin.SimpleListFilter):
    title = gettext_lazy("in force")
    parameter_name = "in_force"

    def lookups(self, request, model_admin):
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request, queryset):
        match self.value():
            case "yes":
                return queryset.filter(expires_at__gt=timezone.now())
            case "no":
                return queryset.filter(expires_at__lte=timezone.now())
        return queryset


@admin.register(Override)
class OverrideAdmin(MarketAdmin):
    form = OverrideForm
    list_display = ("instrument", "figure", "as_of", "until", "reason", "entered_by")
    list_filter = (InForce,)
    list_select_related = ("instrument", "entered_by")
    search_fields = ("instrument__code", "reason")
    autocomplete_fields = ("instrument",)
    change_form_template = "admin/markets/override/change_form.html"

    def get_fields(self, request, obj=None):
        shown = ("instrument", "value", "as_of", "reason", "expires_at")
        return (*shown, "starts_at", "entered_by") if obj else shown

    def get_urls(self):
        end = self.admin_site.admin_view(self.end_view)
        return [path("<int:pk>/end/", end, name="markets_override_end"), *super().get_urls()]

    @admin.display(description=gettext_lazy("value"))
    def figure(self, row):
        return numbers.written(row.value, row.instrument.show_min, 8)

    @admin.display(description=gettext_lazy("until"), ordering="expires_at")
    def until(self, row):
        moment = dates.moment(row.expires_at)
        if row.expires_at <= timezone.now():
            return format_html(
                "{}<br><span class='desk-state desk-state--quiet'>{}</span>", moment, _("ended")
            )
        return format_html(
            "{}<br><span class='desk-state desk-state--warn'>{}</span>", moment, _("in force")
        )

    # A manual value is never edited or removed, so that what readers saw can be told later.
    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def may_end(self, request):
        return request.user.has_perm("markets.change_override")

    def get_changeform_initial_data(self, request):
        now = timezone.localtime()
        end = (now + USUAL).replace(minute=0, second=0, microsecond=0)
        return {"as_of": now.date(), "expires_at": end} | super().get_changeform_initial_data(
            request
        )

    def save_model(self, request, obj, form, change):
        obj.entered_by = request.user
        super().save_model(request, obj, form, change)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        override = self.get_object(request, object_id)
        can_end = override and self.may_end(request) and override.expires_at > timezone.now()
        context = {**(extra_context or {}), "can_end": can_end}
        return super().change_view(request, object_id, form_url, context)

    def end_view(self, request, pk):
        """The sources' own value returns now. POST only."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.may_end(request):
            raise PermissionDenied
        override = get_object_or_404(Override, pk=pk)
        now = timezone.now()
        if override.expires_at <= now:
            messages.info(request, _("It had ended already."))
        else:
            # An end lies after its beginning, by a second at least.
            override.expires_at = max(now, override.starts_at + timedelta(seconds=1))
            override.save(update_fields=["expires_at"])
            self.log_change(request, override, _("Ended early"))
            messages.success(
                request,
                _("%s: the manual value has ended, the sources' own one returns.")
                % override.instrument,
            )
        return redirect(reverse("admin:markets_override_changelist"))
