"""Accounts, the site notice and the breaking banner."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib import dates
from portal.lib.languages import columns
from portal.models import Banner, Notice, User

admin.site.register(User, UserAdmin)


@admin.register(Notice)
class NoticeAdmin(admin.ModelAdmin):
    list_display = [columns("text")[0], "is_active"]


@admin.register(Banner)
class BannerAdmin(admin.ModelAdmin):
    list_display = ["__str__", "state", "begins", "ends"]
    list_select_related = ["article"]
    autocomplete_fields = ["article"]
    show_facets = admin.ShowFacets.NEVER
    actions = ["end_now"]
    fields = [*columns("text"), "article", "starts_at", "ends_at"]

    @admin.display(description=_("state"))
    def state(self, banner):
        now = timezone.now()
        if banner.ends_at <= now:
            return _("over")
        return _("shown to readers") if banner.starts_at <= now else _("coming")

    @admin.display(description=_("shown from"), ordering="starts_at")
    def begins(self, banner):
        return dates.brief(banner.starts_at)

    @admin.display(description=_("shown until"), ordering="ends_at")
    def ends(self, banner):
        return dates.brief(banner.ends_at)

    @admin.action(description=_("Take down now"), permissions=["change"])
    def end_now(self, request, banners):
        for banner in banners.filter(ends_at__gt=timezone.now()):
            banner.end()
            self.log_change(request, banner, str(_("Taken down")))
