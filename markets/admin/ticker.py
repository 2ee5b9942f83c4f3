"""The strip above every page: who stands in it, in which order, in which languages."""

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from markets import ticker
from markets.admin.base import MarketAdmin
from markets.models import TickerSlot

ASIDE = 32_000  # a place nobody stands at, for the moment two instruments change theirs


@admin.register(TickerSlot)
class TickerSlotAdmin(MarketAdmin):
    list_display = ("instrument", "position", "shown_in", "moves")
    list_filter = ("language",)
    list_select_related = ("instrument",)
    ordering = ("language", "position")
    sortable_by = ()
    autocomplete_fields = ("instrument",)
    change_list_template = "admin/markets/tickerslot/change_list.html"

    def get_urls(self):
        move = self.admin_site.admin_view(self.move_view)
        return [
            path("<int:pk>/move/<str:where>/", move, name="markets_tickerslot_move"),
            *super().get_urls(),
        ]

    @admin.display(description=gettext_lazy("shown in"))
    def shown_in(self, slot):
        return slot.get_language_display() if slot.language else _("every language")

    @admin.display(description=gettext_lazy("move"))
    def moves(self, slot):
        # Buttons of the list's own form: they post without a script and carry its token.
        names = (("up", "↑", _("%s: up")), ("down", "↓", _("%s: down")))
        return format_html(
            '<span class="desk-moves">{}{}</span>',
            *(
                format_html(
                    '<button formaction="{}" aria-label="{}">{}</button>',
                    reverse("admin:markets_tickerslot_move", args=[slot.pk, where]),
                    label % slot.instrument.label,
                    glyph,
                )
                for where, glyph, label in names
            ),
        )

    def get_list_display(self, request):
        shown = super().get_list_display(request)
        return shown if self.has_change_permission(request) else shown[:-1]

    def get_changeform_initial_data(self, request):
        last = TickerSlot.objects.aggregate(last=Max("position"))["last"] or 0
        return {"position": last + 1} | super().get_changeform_initial_data(request)

    def changelist_view(self, request, extra_context=None):
        strips = [(code, name, ticker.ticker_text(code)) for code, name in settings.LANGUAGES]
        return super().changelist_view(request, {**(extra_context or {}), "strips": strips})

    def move_view(self, request, pk, where):
        """Change places with the neighbour of the same language. POST only."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_change_permission(request):
            raise PermissionDenied
        if where not in ("up", "down"):
            raise Http404
        with transaction.atomic():
            slot = get_object_or_404(TickerSlot.objects.select_for_update(), pk=pk)
            others = TickerSlot.objects.select_for_update().filter(language=slot.language)
            if where == "up":
                other = others.filter(position__lt=slot.position).order_by("-position").first()
            else:
                other = others.filter(position__gt=slot.position).order_by("position").first()
            if other:
                here, there = slot.position, other.position
                for one, position in ((slot, ASIDE), (other, here), (slot, there)):
                    one.position = position
                    one.save(update_fields=["position"])
                self.log_change(request, slot, _("Moved to place %s") % there)
        if not other:
            messages.info(request, _("%s stands at the end already.") % slot.instrument.label)
        return redirect("admin:markets_tickerslot_changelist")
