"""The portal composes the rooms; its admin site is the one every room registers with."""

from django.apps import AppConfig

# The module, not the class: with two AppConfig names here Django would have no default.
from django.contrib.admin import apps as admin_apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Portal")

    def ready(self):
        from portal import checks, freshness  # noqa: F401  registers the system checks
        from portal.lib import topics

        freshness.register()
        post_migrate.connect(topics.install_triggers, sender=self)


class PortalAdminConfig(admin_apps.AdminConfig):
    default_site = "portal.admin_site.PortalAdminSite"
