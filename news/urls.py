"""Addresses of the newsroom. The number is a story's identity, the words are for people."""

from django.urls import path, re_path, register_converter
from django.urls.converters import StringConverter

from news import feeds, searching, views
from news.models.taxonomy import RESERVED

app_name = "news"


class Year(StringConverter):
    regex = "[12][0-9]{3}"


class TwoDigits(StringConverter):
    regex = "[0-9]{2}"


register_converter(Year, "yyyy")
register_converter(TwoDigits, "dd")

urlpatterns = [
    path("feeds/", feeds.page, name="feeds"),
    path("feeds/all.<feed_form:form>", feeds.feed, name="feed_all"),
    path("feeds/<feed_place:place>/<slug:slug>.<feed_form:form>", feeds.feed, name="feed"),
    path("tag/<slug:slug>/", views.tag, name="tag"),
    path("author/<slug:slug>/", views.author, name="author"),
    path("source/<slug:slug>/", views.source, name="source"),
    path("archive/", views.archive, name="archive"),
    path("archive/<yyyy:year>/<dd:month>/", views.archive_month, name="archive_month"),
    path("archive/<yyyy:year>/<dd:month>/<dd:day>/", views.archive_day, name="archive_day"),
    path("search/", searching.search, name="search"),
    path("corrections/", views.corrections, name="corrections"),
    path("about/", views.policy, name="policy"),
    path("about/<slug:slug>/", views.policy, name="policy"),
    path("about/<slug:slug>/<yyyy:year>-<dd:month>-<dd:day>/", views.policy, name="policy_version"),
    # Last: a section's word could be any.
    path("<slug:section>/", views.section, name="section"),
    re_path(
        r"^(?P<section>[-a-zA-Z0-9_]+)/(?P<pk>[0-9]{1,18})(?:-(?P<words>[^/]*))?/$",
        views.article,
        name="article",
    ),
    # Old links without their last slash: one step to the story instead of two. What stands under
    # other rooms' words, such as a tag that is a number, gets its slash from Django.
    re_path(
        rf"^(?!(?:{'|'.join(sorted(RESERVED))})/)"
        r"(?P<section>[-a-zA-Z0-9_]+)/(?P<pk>[0-9]{1,18})(?:-(?P<words>[^/]*))?$",
        views.article,
        name="article_unslashed",
    ),
]
