"""Addresses of the market pages, under /markets/."""

from django.urls import path

from markets import views

app_name = "markets"
urlpatterns = [
    path("", views.board, name="board"),
    path("<slug:code>/", views.instrument, name="instrument"),
    path("<slug:code>.csv", views.history_csv, name="csv"),
    path("<slug:code>.json", views.history_json, name="json"),
]
