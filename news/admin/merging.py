"""The action "Merge…": choose which row stays, see what will change, do it."""

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from news import merging


class MergeAction:
    """A ModelAdmin whose rows can become one, for those who may change and delete them."""

    actions = ["merge"]

    def has_merge_permission(self, request):
        return self.has_change_permission(request) and self.has_delete_permission(request)

    @admin.action(description=gettext_lazy("Merge into one…"), permissions=["merge"])
    def merge(self, request, queryset):
        if not self.has_merge_permission(request):
            raise PermissionDenied
        # No longer a page than can be read: the action says how many it takes.
        rows = list(queryset.order_by("pk")[: merging.MOST + 1])
        if not 2 <= len(rows) <= merging.MOST:
            words = _("Choose two or more to merge, at most %(most)s.") % {"most": merging.MOST}
            self.message_user(request, words, messages.WARNING)
            return None
        keep = next((row for row in rows if str(row.pk) == request.POST.get("keep")), None)
        if keep is None:
            return self._ask(request, rows)
        others = [row for row in rows if row.pk != keep.pk]
        try:
            if request.POST.get("step") != "merge":
                return self._ask(request, rows, plan=merging.plan(keep, others))
            done = merging.merge(keep, others)
        except merging.MergeRefused as refused:
            return self._ask(request, rows, refusals=refused.reasons, keep=keep)
        self._log(request, done)
        self.message_user(request, self._told(done), messages.SUCCESS)
        return HttpResponseRedirect(request.get_full_path())

    def _ask(self, request, rows, plan=None, refusals=(), keep=None):
        keep = plan.keep if plan else keep
        counted = [(row, row.stories().count(), row.stories().published().count()) for row in rows]
        best = max(counted, key=lambda line: line[1])[0]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": _("Merge into one"),
            "rows": counted,
            "keep": keep or best,
            "plan": plan,
            "refusals": refusals,
            "filled": plan and self._words(plan),
            "selected": [row.pk for row in rows],
        }
        return TemplateResponse(request, "admin/news/merge.html", context)

    def _words(self, plan):
        """(name of a column, what it will say) of what the row that stays is given."""
        told = []
        for column, value in plan.filled.items():
            field = next(f for f in self.opts.concrete_fields if f.attname == column)
            if field.related_model:
                value = field.related_model._base_manager.filter(Q(pk=value)).first()
            told.append((field.verbose_name, value))
        return told

    def _told(self, done):
        names = ", ".join(f"“{other}”" for other in done.others)
        return ngettext(
            "%(names)s became “%(keep)s”: %(count)s story changed.",
            "%(names)s became “%(keep)s”: %(count)s stories changed.",
            done.stories,
        ) % {"names": names, "keep": done.keep, "count": done.stories}

    def _log(self, request, done):
        """One line on the row that stays, one for each that went."""
        by, told = request.user.pk, self._told(done)
        LogEntry.objects.log_actions(by, [done.keep], CHANGE, told, single_object=True)
        for other, number in zip(done.others, done.numbers, strict=True):
            other.pk = number  # deleting took it away
        LogEntry.objects.log_actions(by, done.others, DELETION, told)
