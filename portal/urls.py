"""Addresses of the whole site. News stands last: a section's word would swallow the others."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from news import preview
from portal import metrics, robots, sitemaps, views

urlpatterns = [
    path(f"{settings.ADMIN_PATH}/", admin.site.urls),
    *([path("media/<path:path>", views.media)] if settings.SERVE_MEDIA else []),
    path("preview/<str:token>/", preview.shared, name="preview"),
    path("metrics", metrics.page),
    path("favicon.ico", robots.favicon),
    path("robots.txt", robots.robots),
    path("humans.txt", robots.humans),
    path(".well-known/security.txt", robots.security),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    *i18n_patterns(
        path("", views.home, name="home"),
        path("sitemap-pages.xml", sitemaps.pages, name="sitemap_pages"),
        path("sitemap-news.xml", sitemaps.news, name="sitemap_news"),
        path("sitemap-stories-<int:part>.xml", sitemaps.stories, name="sitemap_stories"),
        path("site.webmanifest", robots.manifest, name="manifest"),
        path("markets/", include("markets.urls")),
        path("", include("news.urls")),
        prefix_default_language=False,
    ),
]

handler400 = "portal.views.bad_request"
handler403 = "portal.views.permission_denied"
handler404 = "portal.views.page_not_found"
handler500 = "portal.views.server_error"
