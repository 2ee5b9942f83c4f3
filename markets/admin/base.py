"""What every list and page of the market desk shares."""

from django.contrib import admin
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from markets.models import Observation, State
from portal.lib import numbers
from portal.lib.admin import MOST, CappedPaginator

# How every form of the desk asks for a price: any keyboard, no wheel that turns it by accident.
PRICE = {"inputmode": "decimal", "autocomplete": "off", "spellcheck": "false"}
NOT_A_NUMBER = _("Write a number such as 64.3008 or 64,3008.")
NOT_ABOVE_ZERO = _("The value must be above zero.")


class MarketAdmin(admin.ModelAdmin):
    """Lists that cost the same at two million rows as at ten."""

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each would count millions
    list_per_page = 50

    class Media:
        css = {"all": ["css/admin-markets.css"]}
        js = ["js/admin-markets.js"]

    def get_search_results(self, request, queryset, search_term):
        found, many = super().get_search_results(request, queryset, search_term)
        capital = search_term.strip().capitalize()
        if capital.isascii():
            return found, many
        # SQLite folds the case of Latin letters alone: дизель is also looked for as Дизель.
        return found | super().get_search_results(request, queryset, capital)[0], many

    def changelist_view(self, request, extra_context=None):
        # "Select quote to change" is no name for a page.
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def page(self, request, template, title, *, status=200, **context):
        """A page of the desk that is no list and no form of Django's."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": title,
            **context,
        }
        return TemplateResponse(request, f"admin/markets/{template}", context, status=status)


def waiting():
    """How many values wait for a person; no list of the desk counts further than MOST."""
    held = Observation.objects.filter(state=State.HELD).order_by("-seen_at")  # its own index
    return held[: MOST + 1].count()


def figure(row):
    """An observation's value for the desk: every decimal that was published, and the nominal."""
    text = numbers.written(row.value, row.series.instrument.show_min, 8)
    return text if row.nominal == 1 else f"{text} / {row.nominal}"


def move(value, nominal, before, nominal_before):
    """The change from one published value to another in per cent, as a Decimal; None without."""
    if before is None:
        return None
    return (value * nominal_before / (before * nominal) - 1) * 100


def origin(row):
    """Where an observation came from: a person, or how its run was started."""
    return row.entered_by or (row.run and row.run.get_trigger_display()) or "—"
