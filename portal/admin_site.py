"""The admin site every room registers with."""

from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class PortalAdminSite(AdminSite):
    site_header = _("Meridian 70 newsroom")
    site_title = _("Meridian 70 newsroom")
    index_title = _("Newsroom")
    site_url = "/"
    # "View on site" of a draft would be a 404; each admin says when it shows.
    enable_nav_sidebar = True
