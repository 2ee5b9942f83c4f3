"""Addresses of the market pages, under /markets/. An instrument's code stands last."""

from django.urls import path

from markets import feeds, status, ticker, views

app_name = "markets"
urlpatterns = [
    path("", views.board, name="board"),
    path("all.csv", views.all_csv, name="all_csv"),
    path("converter/", views.converter, name="converter"),
    path("fuel/", views.fuel_prices, name="fuel"),
    path("status/", status.page, name="status"),
    path("status.json", status.as_json, name="status_json"),
    path("ticker/", ticker.fragment, name="ticker"),
    path("<slug:code>/", views.instrument, name="instrument"),
    path("<slug:code>/badge.svg", views.badge, name="badge"),
    path("<slug:code>/feed.<feed_form:form>", feeds.feed, name="feed"),
    path("<slug:code>.csv", views.history_csv, name="csv"),
    path("<slug:code>.json", views.history_json, name="json"),
]
