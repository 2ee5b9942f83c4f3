"""Sections, tags, sources, people and policy pages."""

from django.contrib import admin

from news.admin.merging import MergeAction
from news.models import Author, Policy, Section, Source, Tag
from portal.lib.admin import AnyCaseSearch, CappedPaginator
from portal.lib.languages import DEFAULT, columns

FIRST_NAME = columns("name")[0]


@admin.register(Section)
class SectionAdmin(AnyCaseSearch, admin.ModelAdmin):
    list_display = ["__str__", "slug", "position"]
    list_editable = ["position"]
    search_fields = [*columns("name"), "slug"]
    prepopulated_fields = {"slug": [FIRST_NAME]}


class LibraryAdmin(AnyCaseSearch, MergeAction, admin.ModelAdmin):
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


@admin.register(Policy)
class PolicyAdmin(AnyCaseSearch, admin.ModelAdmin):
    list_display = ["title", "slug", "language", "effective_on", "position"]
    list_filter = ["language", "slug"]
    search_fields = ["title", "summary"]
