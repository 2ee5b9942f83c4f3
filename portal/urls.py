"""Addresses of the whole site. News stands last: a section's word would swallow the others."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from news import preview
from portal import views

urlpatterns = [
    path(f"{settings.ADMIN_PATH}/", admin.site.urls),
    *([path("media/<path:path>", views.media)] if settings.SERVE_MEDIA else []),
    path("favicon.ico", views.favicon),
    path("preview/<str:token>/", preview.shared, name="preview"),
    *i18n_patterns(
        path("", views.home, name="home"),
        path("markets/", include("markets.urls")),
        path("", include("news.urls")),
        prefix_default_language=False,
    ),
]

handler400 = "portal.views.bad_request"
handler403 = "portal.views.permission_denied"
handler404 = "portal.views.page_not_found"
handler500 = "portal.views.server_error"
