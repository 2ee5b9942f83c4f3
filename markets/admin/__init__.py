"""The market editor's desk in Django's admin: one file for each thing an editor does."""

from markets.admin import fuel, held, instruments, overrides, quotes, runs, ticker

__all__ = ["fuel", "held", "instruments", "overrides", "quotes", "runs", "ticker"]
