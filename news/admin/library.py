"""Sections, tags, sources, people, pictures and policy pages."""

from django import forms
from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from news import renditions
from news.models import Author, Picture, Policy, Section, Source, Tag
from portal.lib.admin import AnyCaseSearch, CappedPaginator
from portal.lib.languages import DEFAULT, columns

FIRST_NAME = columns("name")[0]


@admin.register(Section)
class SectionAdmin(AnyCaseSearch, admin.ModelAdmin):
    list_display = ["__str__", "slug", "position"]
    list_editable = ["position"]
    search_fields = [*columns("name"), "slug"]
    prepopulated_fields = {"slug": [FIRST_NAME]}


class LibraryAdmin(AnyCaseSearch, admin.ModelAdmin):
    """Lists that may grow without end: nothing counts them whole."""

    search_fields = [*columns("name"), "slug"]
    prepopulated_fields = {"slug": [FIRST_NAME]}
    show_full_result_count = False
    paginator = CappedPaginator


@admin.register(Tag)
class TagAdmin(LibraryAdmin):
    list_display = [*columns("name"), "slug"]


@admin.register(Source)
class SourceAdmin(LibraryAdmin):
    list_display = [FIRST_NAME, "url", "licence_note"]


@admin.register(Author)
class AuthorAdmin(LibraryAdmin):
    list_display = [FIRST_NAME, f"role_{DEFAULT}", "email", "user"]
    list_select_related = ["user"]
    autocomplete_fields = ["photo", "user"]


class PictureForm(forms.ModelForm):
    class Meta:
        model = Picture
        fields = "__all__"

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and not getattr(file, "_committed", False):
            renditions.read(file)  # its ValidationError stands beside the field
        return file


@admin.register(Picture)
class PictureAdmin(AnyCaseSearch, admin.ModelAdmin):
    form = PictureForm
    list_display = ["thumbnail", "__str__", f"credit_{DEFAULT}", "licence", "size", "added_at"]
    list_display_links = ["thumbnail", "__str__"]
    list_filter = ["is_decorative"]
    search_fields = [*columns("alt"), *columns("caption"), *columns("credit")]
    readonly_fields = ["thumbnail", "size", "added_at"]
    show_full_result_count = False
    paginator = CappedPaginator
    fieldsets = [
        (None, {"fields": ["file", ("thumbnail", "size"), ("focus_x", "focus_y")]}),
        (_("What it shows"), {"fields": ["is_decorative", *columns("alt"), *columns("caption")]}),
        (_("Rights"), {"fields": [*columns("credit"), "licence", "added_at"]}),
    ]

    @admin.display(description=_("picture"))
    def thumbnail(self, picture):
        if not picture.sizes:
            return "—"
        return format_html(
            '<img src="{}" width="72" height="72" alt="">', picture.address("sq", "webp")
        )

    @admin.display(description=_("size"))
    def size(self, picture):
        return f"{picture.width} × {picture.height}"


@admin.register(Policy)
class PolicyAdmin(AnyCaseSearch, admin.ModelAdmin):
    list_display = ["title", "slug", "language", "effective_on", "position"]
    list_filter = ["language", "slug"]
    search_fields = ["title", "summary"]
