"""The front page editor: one page of zones and cards for each language, saved whole.

Every button posts the form. All but Save only arrange what is on the page: readers get nothing
until the front is saved, and what was typed stays whatever button it was. The script of the page
sends the same buttons without leaving it.
"""

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from news import arranging
from news.front import compose
from news.models import FrontLog, FrontSlot
from portal.lib import languages

from . import hour_field
from .front_cards import Desk, number_of

SHOWN_LOGS = 12


@admin.register(FrontSlot)
class FrontSlotAdmin(admin.ModelAdmin):
    class Media:
        css = {"all": ["css/admin-front.css"]}
        js = ["js/admin-front.js"]

    def has_add_permission(self, request):
        return False  # a place is filled on the page of the whole front

    def has_change_permission(self, request, obj=None):
        return obj is None and super().has_change_permission(request, obj)

    def delete_view(self, request, object_id, extra_context=None):
        raise PermissionDenied  # a story that is deleted takes its slots along: no one else does

    def change_view(self, request, object_id, form_url="", extra_context=None):
        extra = {**(extra_context or {}), "show_delete": False}
        return super().change_view(request, object_id, form_url, extra)

    def get_urls(self):
        as_of = self.admin_site.admin_view(self.as_of_view)
        return [path("as-of/", as_of, name="news_frontslot_as_of"), *super().get_urls()]

    # The page -----------------------------------------------------------------------------------

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        language = _language(request.GET.get("language"))
        if request.method != "POST":
            return self.editor(request, Desk.saved(language))
        if not self.has_change_permission(request):
            raise PermissionDenied
        desk = Desk.posted(language, request.POST)
        name, _colon, rest = request.POST.get("do", "").partition(":")
        if name == "save":
            return self.save(request, desk)
        if name == "return":
            return self.go_back(request, desk, rest)
        desk.act(name, rest)
        return self.editor(request, desk)

    def editor(self, request, desk, *, status=200, **context):
        log = FrontLog.objects.filter(language=desk.language)[:SHOWN_LOGS]
        return self.page(
            request,
            "editor.html",
            _("Front page"),
            status=status,
            desk=desk,
            logs=list(log),
            may_change=self.has_change_permission(request),
            tabs=[(code, name, code == desk.language) for code, name in settings.LANGUAGES],
            **context,
        )

    def save(self, request, desk):
        if not desk.is_valid():
            desk.said = _("Not saved: something needs your attention.")
            return self.editor(request, desk, status=422)
        try:
            arranging.save(desk.language, desk.pins(), by=request.user, base=desk.version)
        except arranging.FrontChanged as changed:
            return self.conflict(request, desk, changed.log)
        messages.success(request, _("The front is saved: readers see it now."))
        return self.back(desk)

    def go_back(self, request, desk, number):
        log = get_object_or_404(FrontLog, language=desk.language, number=number_of(number))
        pins = arranging.pins_in(log)
        try:
            arranging.save(
                desk.language, pins, by=request.user, base=desk.version, returned_to=log.number
            )
        except arranging.FrontChanged as changed:
            return self.conflict(request, Desk.arranged(desk.language, pins), changed.log)
        lost = len(log.arrangement) - sum(pin is not None for pin in pins)
        messages.success(request, _("The earlier front is back: readers see it now."))
        if lost:
            text = _("Left out, because deleted or over: %d.") % lost
            messages.warning(request, text)
        return self.back(desk)

    def back(self, desk):
        address = reverse("admin:news_frontslot_changelist")
        return HttpResponseRedirect(f"{address}?language={desk.language}")

    def conflict(self, request, desk, log):
        """409: two fronts made from one. Both are shown, nothing is lost, a person decides."""
        return self.page(
            request,
            "conflict.html",
            _("Somebody saved another front meanwhile"),
            status=409,
            desk=desk,
            theirs=Desk.saved(desk.language),
            log=log,
        )

    def page(self, request, template, title, *, status=200, **context):
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": title,
            **context,
        }
        name = f"admin/news/frontslot/{template}"
        return TemplateResponse(request, name, context, status=status)

    # A look ahead -------------------------------------------------------------------------------

    @property
    def as_of_view(self):
        return never_cache(self.as_of)

    def as_of(self, request):
        """The front as readers will see it at an hour: of the page as it is posted, or as saved."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        language = _language(request.GET.get("language"))
        posted = request.method == "POST"
        desk = Desk.posted(language, request.POST) if posted else Desk.saved(language)
        now = timezone.now()
        typed = (request.POST if posted else request.GET).get("at", "")
        try:
            at = hour_field.read(typed) if typed.strip() else now
            if (now - at).total_seconds() > 60:
                raise ValidationError(_("That hour has passed: choose one to come."))
        except ValidationError as wrong:
            desk.at, desk.at_error = typed, wrong.messages[0]
            return self.editor(request, desk, status=422)
        at = max(at, now)
        slots = arranging.slots_of(language, desk.pins())
        with translation.override(language):
            request.LANGUAGE_CODE = language
            request.shown_at, request.editions = at, {}
            context = {"front": compose(language, at, slots), "is_home": True, "at": at}
            response = TemplateResponse(request, "admin/news/frontslot/as_of.html", context)
            response.render()
        response.headers["X-Robots-Tag"] = "noindex"
        return response


def _language(code):
    return code if code in languages.CODES else languages.DEFAULT
