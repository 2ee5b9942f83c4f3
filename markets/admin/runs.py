"""The fetch log: what was asked of each source, what came of it, and the button "fetch now"."""

from datetime import timedelta

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from markets import fetching, providers
from markets.admin.base import MarketAdmin, waiting
from markets.models import FetchRun, Source
from portal.lib import dates

# A process of its own takes a wish at once, or else the clock, which strikes each minute.
PATIENCE = timedelta(minutes=3)
MARKS = {"ok": "good", "partial": "warn", "failed": "hold", "queued": "warn", "running": "warn"}


@admin.register(FetchRun)
class FetchRunAdmin(MarketAdmin):
    list_display = ("begun", "source", "outcome", "came_of_it", "started_by")
    list_filter = ("status", "source")
    list_select_related = ("source", "requested_by")
    sortable_by = ()
    change_list_template = "admin/markets/fetchrun/change_list.html"
    change_form_template = "admin/markets/fetchrun/change_form.html"
    fields = (
        *("source", "started_by", "outcome", "in_words"),
        *("begun", "finished_at", ("first_day", "last_day"), "counts"),
        *("error_kind", "error", "http_status", "content_type", "bytes", "url", "parser_version"),
    )

    # "add" is the right to press the button; no run is ever written by hand.
    def may_fetch(self, request):
        return super().has_add_permission(request)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_readonly_fields(self, request, obj=None):
        return [name for row in self.fields for name in ([row] if isinstance(row, str) else row)]

    def get_urls(self):
        fetch = self.admin_site.admin_view(self.fetch_view)
        return [path("fetch/<int:pk>/", fetch, name="markets_fetchrun_fetch"), *super().get_urls()]

    @admin.display(description=gettext_lazy("begun"))
    def begun(self, run):
        return dates.brief(run.started_at)

    @admin.display(description=gettext_lazy("outcome"))
    def outcome(self, run):
        return format_html(
            '<span class="desk-state desk-state--{}">{}</span>',
            MARKS.get(run.status, "quiet"),
            run.get_status_display(),
        )

    @admin.display(description=gettext_lazy("what went wrong"))
    def in_words(self, run):
        return fetching.say(run) or "—"

    @admin.display(description=gettext_lazy("what came of it"))
    def came_of_it(self, run):
        return "; ".join(filter(None, (fetching.say(run), counted(run)))) or "—"

    @admin.display(description=gettext_lazy("started"))
    def started_by(self, run):
        return run.requested_by or run.get_trigger_display()

    @admin.display(description=gettext_lazy("values"))
    def counts(self, run):
        return counted(run) or "—"

    def changelist_view(self, request, extra_context=None):
        context = {
            "sources": sources(),
            "can_fetch": self.may_fetch(request),
            "held": waiting(),
        }
        return super().changelist_view(request, {**(extra_context or {}), **context})

    def fetch_view(self, request, pk):
        """Wish for a fetch: noted here, done by another process, never in a request. POST only."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.may_fetch(request):
            raise PermissionDenied
        source = get_object_or_404(machine_sources(), pk=pk)
        fetching.request_fetch(source, by=request.user)
        messages.success(
            request,
            _("%s is being asked. Reload this page in a moment to see what came of it.") % source,
        )
        return redirect("admin:markets_fetchrun_changelist")


def machine_sources():
    """Sources that a machine can ask."""
    return Source.objects.filter(key__in=providers.ALL)


def sources():
    """Each source with how it stands, for the panel above the log."""
    runs = FetchRun.objects.filter(source=OuterRef("pk"))
    queued = runs.filter(status=FetchRun.Status.QUEUED)
    found = machine_sources().annotate(
        is_running=Exists(runs.filter(status=FetchRun.Status.RUNNING)),
        is_queued=Exists(queued),
        is_forgotten=Exists(queued.filter(started_at__lt=timezone.now() - PATIENCE)),
    )
    return [
        {
            "source": source,
            "asked": source.last_attempt_at and dates.brief(source.last_attempt_at),
            "answered": source.last_success_at and dates.moment(source.last_success_at),
            "left_alone": source.open_until
            and source.open_until > timezone.now()
            and dates.brief(source.open_until),
        }
        for source in found
    ]


def counted(run):
    """What became of the values of a run: "3 seen, 1 held"; empty when there were none."""
    words = (
        (run.seen, _("%s seen")),
        (run.new, _("%s new")),
        (run.revised, _("%s revised")),
        (run.held, _("%s held")),
        (run.rejected, _("%s rejected")),
    )
    return ", ".join(text % number for number, text in words if number)
