"""Slots of the front pages."""

from django.contrib import admin

from news.models import FrontSlot


@admin.register(FrontSlot)
class FrontSlotAdmin(admin.ModelAdmin):
    list_display = ["language", "zone", "position", "article", "story_status", "until"]
    list_display_links = ["language", "zone"]
    list_filter = ["language", "zone"]
    list_select_related = ["article"]
    autocomplete_fields = ["article"]

    @admin.display(description="")
    def story_status(self, slot):
        return slot.article.get_status_display()
