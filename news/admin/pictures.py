"""The picture library in the admin: the wall of pictures, one picture's page, what deletes it."""

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied, SuspiciousFileOperation
from django.db import models
from django.http import FileResponse, Http404, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from news import renditions, uses, withheld
from news.admin import uploading
from news.admin.picture_form import PictureForm
from news.models import Picture
from portal.lib import dates, languages
from portal.lib.admin import AnyCaseSearch, CappedPaginator
from portal.lib.languages import columns

SOON = 30  # days before the end of rights in which the list warns


class RightsFilter(admin.SimpleListFilter):
    title = gettext_lazy("rights")
    parameter_name = "rights"

    def lookups(self, request, model_admin):
        return [
            ("ended", _("have ended")),
            ("soon", _("end within %(days)s days") % {"days": SOON}),
            ("open", _("without an end")),
        ]

    def queryset(self, request, queryset):
        today = timezone.localdate()
        return {
            "ended": lambda: queryset.expired(today),
            "soon": lambda: queryset.expiring(SOON, today),
            "open": lambda: queryset.filter(rights_until=None),
        }.get(self.value(), lambda: queryset)()


class AltFilter(admin.SimpleListFilter):
    title = gettext_lazy("alternative text")
    parameter_name = "alt"

    def lookups(self, request, model_admin):
        return [
            *(
                (code, _("missing: %(language)s") % {"language": name})
                for code, name in settings.LANGUAGES
            ),
            ("decorative", _("decorative")),
        ]

    def queryset(self, request, queryset):
        if self.value() in languages.CODES:
            return queryset.without_alt(self.value())
        if self.value() == "decorative":
            return queryset.filter(is_decorative=True)
        return queryset


class UseFilter(admin.SimpleListFilter):
    title = gettext_lazy("use")
    parameter_name = "use"

    def lookups(self, request, model_admin):
        return [("used", _("used")), ("unused", _("used nowhere"))]

    def queryset(self, request, queryset):
        if self.value() in {"used", "unused"}:
            return getattr(queryset, self.value())()
        return queryset


class CheckFilter(admin.SimpleListFilter):
    title = gettext_lazy("words from the file")
    parameter_name = "check"

    def lookups(self, request, model_admin):
        return [("1", _("to be checked"))]

    def queryset(self, request, queryset):
        return queryset.exclude(prefilled=[]) if self.value() else queryset


def _fieldsets(of_the_file, of_the_library):
    rights = ["rights_holder", "licence", "rights_until", "territory", "rights_note"]
    return [
        (None, {"fields": [*of_the_file, ("focus_x", "focus_y")]}),
        (
            gettext_lazy("What it shows"),
            {"fields": ["is_decorative", *columns("alt"), *columns("caption"), "title"]},
        ),
        (gettext_lazy("Rights"), {"fields": [*columns("credit"), *rights]}),
        (gettext_lazy("In the library"), {"fields": of_the_library}),
    ]


ADDING = _fieldsets(["again", "file"], ["taken_on"])
CHANGING = _fieldsets(["file", "focal_point"], ["used_in", "taken_on", "size", "added"])


@admin.register(Picture)
class PictureAdmin(AnyCaseSearch, admin.ModelAdmin):
    form = PictureForm
    list_display = ["thumbnail", "__str__", "credit", "state", "size", "added"]
    list_display_links = ["__str__"]
    list_filter = [RightsFilter, AltFilter, UseFilter, CheckFilter]
    search_fields = [
        *columns("alt"),
        *columns("caption"),
        *columns("credit"),
        "title",
        "rights_holder",
    ]
    search_help_text = gettext_lazy("Words of the text, the caption, the credit or the title")
    ordering = ["-pk"]
    list_per_page = 60
    readonly_fields = ["focal_point", "used_in", "size", "added"]
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator
    delete_confirmation_template = "admin/news/picture/delete_confirmation.html"

    class Media:
        css = {"all": ["css/admin-picture.css"]}
        js = ["js/admin-picture.js"]

    formfield_overrides = {
        models.TextField: {"widget": forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"})}
    }

    # The list ------------------------------------------------------------------------------------

    def changelist_view(self, request, extra_context=None):
        # "Select picture to change" is no name for a page.
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    @admin.display(description=gettext_lazy("picture"))
    def thumbnail(self, picture):
        if not picture.sizes:
            return "—"
        edge = picture.sizes["sq"][0]
        shape = '<img src="{}" width="{}" height="{}" alt="" loading="lazy">'
        return format_html(shape, picture.thumbnail, edge, edge)

    @admin.display(description=gettext_lazy("credit"))
    def credit(self, picture):
        return picture.credit or "—"

    @admin.display(description=gettext_lazy("state"), empty_value="")
    def state(self, picture):
        """What a person should know before using it; nothing for a picture in good order."""
        words = []
        if not picture.is_usable:
            day = dates.written(picture.rights_until, "day")
            words.append(("bad", _("rights ended %(day)s") % {"day": day}))
        elif picture.rights_until is not None:
            day = dates.written(picture.rights_until, "day")
            words.append(("warn", _("rights until %(day)s") % {"day": day}))
        if picture.is_decorative:
            words.append(("quiet", _("decorative")))
        elif not any(getattr(picture, column) for column in columns("alt")):
            words.append(("bad", _("no alternative text")))
        if picture.prefilled:
            words.append(("warn", _("words from the file: check them")))
        return format_html_join("", '<span class="lib-mark lib-mark--{}">{}</span> ', words) or None

    @admin.display(description=gettext_lazy("size"))
    def size(self, picture):
        return f"{picture.width} × {picture.height}"

    @admin.display(description=gettext_lazy("added"), ordering="added_at")
    def added(self, picture):
        return dates.brief(picture.added_at)

    # One picture ---------------------------------------------------------------------------------

    def get_fieldsets(self, request, obj=None):
        return ADDING if obj is None else CHANGING

    @admin.display(description=gettext_lazy("focal point"))
    def focal_point(self, picture):
        return render_to_string("admin/news/picture/_focus.html", {"picture": picture})

    @admin.display(description=gettext_lazy("used in"))
    def used_in(self, picture):
        return render_to_string("admin/news/picture/_uses.html", {"uses": uses.of(picture)})

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if obj.prefilled:
            words = _("The file says more than you typed. It is filled in: please check it.")
            self.message_user(request, words, messages.WARNING)
        if not obj.is_usable:
            words = _("The rights to this picture have ended: readers do not see it.")
            self.message_user(request, words, messages.WARNING)

    def response_add(self, request, obj, post_url_continue=None):
        """Words from the file are looked at before the next picture: the page opens again."""
        if obj.prefilled and "_popup" not in request.POST:
            return HttpResponseRedirect(reverse("admin:news_picture_change", args=[quote(obj.pk)]))
        return super().response_add(request, obj, post_url_continue)

    # Deleting ------------------------------------------------------------------------------------

    def get_deleted_objects(self, objs, request):
        """Refused while a story shows it; whoever deletes it sees what else names it."""
        found = [(picture, uses.of(picture)) for picture in objs]
        forbidding = [
            format_html('{}: <a href="{}">{}</a> {}', use.what, use.url, use.name, use.state)
            for _picture, where in found
            for use in where.forbidding
        ]
        perms_needed = set() if self.has_delete_permission(request) else {self.opts.verbose_name}
        names = [str(picture) for picture, _where in found]
        return names, {self.opts.verbose_name_plural: len(names)}, perms_needed, forbidding

    def delete_view(self, request, object_id, extra_context=None):
        picture = self.get_object(request, object_id)
        more = {"uses": picture and uses.of(picture), "picture": picture}
        return super().delete_view(request, object_id, {**more, **(extra_context or {})})

    # Many at once --------------------------------------------------------------------------------

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path(
                "upload/",
                view(lambda request: uploading.upload(self, request)),
                name="news_picture_upload",
            ),
            path(
                "describe/",
                view(lambda request: uploading.describe(self, request)),
                name="news_picture_describe",
            ),
            path(
                "withheld/<path:name>",
                view(lambda request, name: self.withheld_file(request, name)),
                name="news_picture_withheld",
            ),
            *super().get_urls(),
        ]

    def withheld_file(self, request, name):
        """A file that nobody else gets any more: for the people who may give its rights again."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        storage = Picture._meta.get_field("file").storage
        try:
            file = storage.open(withheld.hidden(withheld.public(name)))
        except (OSError, SuspiciousFileOperation):
            raise Http404("no such file") from None
        response = FileResponse(file, content_type=renditions.type_of(name))
        response["Cache-Control"] = "private, no-store"
        response["X-Content-Type-Options"] = "nosniff"
        return response
