"""Accounts and the site notice."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from portal.lib.languages import columns
from portal.models import Notice, User

admin.site.register(User, UserAdmin)


@admin.register(Notice)
class NoticeAdmin(admin.ModelAdmin):
    list_display = [columns("text")[0], "is_active"]
