"""Sample histories: plausible, the same every time, and never in the way of real values."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.core.management import call_command

from markets import quotes, sample
from markets.models import Instrument, Observation, Series, Source, TickerSlot
from markets.tests.factories import MONDAY, record


def histories():
    for series in Series.objects.filter(source__key="sample").select_related("instrument"):
        yield series.instrument, list(series.observations.order_by("as_of"))


def test_loading_twice_adds_nothing(instruments):
    assert sample.load(MONDAY) > 4000
    rows = list(Observation.objects.values_list("pk", "value"))
    assert sample.load(MONDAY) == 0
    assert sample.load(MONDAY + timedelta(days=30)) == 0
    assert list(Observation.objects.values_list("pk", "value")) == rows


def test_the_same_day_brings_the_same_values(instruments):
    dollar = Instrument.objects.get(code="usd-rub")
    assert sample.history(dollar, MONDAY) == sample.history(dollar, MONDAY)


def test_an_instrument_that_has_values_gets_no_samples(instruments):
    record(Series.objects.get(instrument__code="usd-rub"), MONDAY, "70")
    sample.load(MONDAY)
    assert not Series.objects.filter(instrument__code="usd-rub", source__key="sample").exists()
    assert Series.objects.filter(source__key="sample").count() == len(sample.HISTORIES) - 1


def test_a_real_value_takes_the_place_of_the_samples(instruments):
    sample.load(MONDAY)
    dollar = Instrument.objects.get(code="usd-rub")
    record(Series.objects.get(instrument=dollar, source__key="cbr"), MONDAY, "70.1")
    quote = quotes.of([dollar])["usd-rub"]
    assert (quote.source.key, quote.text, quote.previous) == ("cbr", "70.1000", None)


@pytest.mark.parametrize("day", range(7))
def test_on_every_day_of_the_week_a_fresh_demonstration_is_up_to_date(
    instruments, monday_noon, monkeypatch, day
):
    monkeypatch.setattr(sample, "YEARS", 1)
    monday_noon.shift(timedelta(days=day))
    sample.load(MONDAY + timedelta(days=day))
    shown = quotes.of(Instrument.objects.all())
    assert {quote.state.kind for quote in shown.values()} <= {"fresh", "gap"}
    assert len(shown) == len(sample.HISTORIES)


def test_samples_keep_the_rhythm_of_the_real_series(instruments, monkeypatch):
    monkeypatch.setattr(sample, "YEARS", 1)
    sample.load(MONDAY)
    made = Series.objects.filter(source__key="sample")
    assert dict(made.values_list("instrument__code", "calendar")) == {
        code: "weekly" if code.startswith("fuel") else calendar
        for code, calendar in {
            **dict.fromkeys(sample.HISTORIES, "cbr"),
            **dict.fromkeys(("usd-kzt", "eur-kzt", "rub-kzt"), "nbk"),
            "eur-usd": "target",
            "brent": "workdays",
        }.items()
    }


@pytest.mark.parametrize("day", range(7))
def test_on_every_day_of_the_week_the_last_values_are_recent(instruments, day):
    today = MONDAY + timedelta(days=day)
    sample.load(today)
    for instrument, rows in histories():
        last, before = rows[-1].as_of, rows[-2].as_of
        if instrument.kind == "fuel":
            assert last.weekday() == 0 and (today - last).days < 7
            assert (last - before).days == 7
        else:
            assert last.weekday() < 6 and last <= today and (today - last).days <= 2
            assert before.weekday() < 5
        assert (last - rows[0].as_of).days > 5 * 363


def test_the_figures_are_plausible_and_named_as_samples(instruments):
    sample.load(date(2026, 11, 23))
    for instrument, rows in histories():
        values = [row.value / row.nominal for row in rows]
        assert instrument.min_value < min(values) and max(values) < instrument.max_value
        for before, after in pairwise(values):
            assert abs(after / before - 1) * 100 < instrument.warn_pct
        assert all(row.value == round(row.value, instrument.store_scale) for row in rows)
        assert len(set(values)) > min(len(values) / 4, 100)
    source = Source.objects.get(key="sample")
    assert (source.name_en, source.name_ru, source.name_kk) == (
        "Sample data",
        "Демонстрационные данные",
        "Үлгі деректер",
    )
    assert "generated" in source.attribution_en


def test_the_fixture_loads_again_without_doubles_and_brings_no_quotes(instruments):
    call_command("loaddata", "fixtures/instruments.json", verbosity=0)
    assert (Instrument.objects.count(), TickerSlot.objects.count()) == (16, 7)
    assert Source.objects.count() == 6
    assert Series.objects.count() == 18
    assert not Observation.objects.exists()


def test_the_fixture_is_complete_in_three_languages(instruments):
    for one in Instrument.objects.all():
        one.full_clean()
        for column in ("label", "name", "unit"):
            texts = [getattr(one, f"{column}_{code}") for code in ("en", "ru", "kk")]
            assert all(texts), (one.code, column)
    for source in Source.objects.all():
        source.full_clean()
        assert source.attribution_en and source.attribution_ru and source.attribution_kk
    assert Decimal(Instrument.objects.get(code="brent").hold_pct) == 15
