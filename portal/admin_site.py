"""The admin site every room registers with: the newsroom's front door."""

from django.contrib.admin import AdminSite
from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_safe
from django.views.i18n import set_language

from portal.lib import languages

# Titles of Django's own pages. Its translations put the name of a thing after a verb, where Russian
# would have to inflect it, and Kazakh lacks some.
TITLES = (
    gettext_noop("Add %s"),
    gettext_noop("Change %s"),
    gettext_noop("View %s"),
    gettext_noop("Select %s"),
    gettext_noop("Select %s to change"),
    gettext_noop("Select %s to view"),
    gettext_noop("Authentication and Authorization"),
    gettext_noop("Start typing to filter…"),
)


class PortalAdminSite(AdminSite):
    site_header = gettext_lazy("Meridian 70 newsroom")
    site_title = gettext_lazy("Meridian 70 newsroom")
    index_title = gettext_lazy("Desk")
    site_url = "/"
    # "View on site" of a draft would be a 404; each admin says when it shows.
    enable_nav_sidebar = True

    def get_urls(self):
        return [
            # A cookie of the admin alone: the choice holds on the login page and after it.
            path("language/", set_language, name="language"),
            path("session/", require_safe(self.session), name="session"),
            *super().get_urls(),
        ]

    def each_context(self, request):
        # The login view has a `site` of its own, so the name has another word here.
        return {**super().each_context(request), "portal_name": languages.site_name()}

    def index(self, request, extra_context=None):
        """The desk. POST begins a new story."""
        from portal import desk  # not above: its rooms register with this very site

        new_story = None
        if request.user.has_perm("news.add_article"):
            sent = request.POST if request.method == "POST" else None
            new_story = desk.NewStory(sent)
            if sent is not None and new_story.is_valid():
                story = new_story.begin(request.user)
                return redirect("admin:news_article_change", story.pk)
        context = {"parts": desk.parts(request.user), "new_story": new_story}
        return super().index(request, {**context, **(extra_context or {})})

    def session(self, request):
        """For a form that has long been open: who is logged in now, and the token of today."""
        if not self.has_permission(request):
            return JsonResponse({"error": _("You are logged out.")}, status=401)
        name = request.user.get_full_name() or request.user.get_username()
        return JsonResponse({"user": request.user.pk, "name": name, "token": get_token(request)})
