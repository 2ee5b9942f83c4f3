"""Money from one currency into another: published rates of one source and one day, and no guess."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils.html import strip_tags

from markets.converter import MixedDays, NoRate, Rates
from markets.models import Instrument, Observation, Reading, Series
from markets.tests.factories import MONDAY, make_instrument, make_series, make_source, record

FRIDAY = MONDAY - timedelta(days=3)


def publish(code, value, day=MONDAY, nominal=1, source="bank", priority=0, **changes):
    """A rate of a pair like "usd-rub", on a day."""
    base, quote = code.upper().split("-")
    one = Instrument.objects.filter(code=code).first() or make_instrument(
        code, base=base, quote=quote, min_value="0.0001", max_value=10**6, **changes
    )
    series = Series.objects.filter(instrument=one, source__key=source).first() or make_series(
        one, make_source(source, name_en=source.title()), priority=priority
    )
    Observation.objects.record(series, [Reading(day, Decimal(value), nominal)], guard=False)


@pytest.fixture
def moscow(db):
    """Three rates of one bank, all of Monday: in roubles, as it publishes them."""
    publish("usd-rub", "64.3008")
    publish("eur-rub", "69.4191")
    publish("kzt-rub", "13.5313", nominal=100)


def convert(amount, start, end, day=MONDAY, **options):
    return Rates(day, day).convert(Decimal(amount), start, end, day, **options)


@pytest.mark.parametrize(
    ("amount", "start", "end", "result", "formula"),
    [
        ("100", "USD", "RUB", "6430.08", "100 USD × 64.3008 = 6,430.08 RUB"),
        ("6430.08", "RUB", "USD", "100.00", "6,430.08 RUB ÷ 64.3008 = 100.00 USD"),
        ("1", "RUB", "USD", "0.01555", "1 RUB ÷ 64.3008 = 0.01555 USD"),
        ("1000", "KZT", "RUB", "135.31", "1,000 KZT × 13.5313 ÷ 100 = 135.31 RUB"),
        ("100", "RUB", "KZT", "739.03", "100 RUB ÷ 13.5313 × 100 = 739.03 KZT"),
        ("100", "USD", "EUR", "92.63", "100 USD × 64.3008 ÷ 69.4191 = 92.63 EUR"),
        (
            "5",
            "KZT",
            "USD",
            "0.01052",
            "5 KZT × 13.5313 ÷ 100 ÷ 64.3008 = 0.01052 USD",
        ),
    ],
)
def test_every_pair_of_one_source_is_reckoned_exactly(moscow, amount, start, end, result, formula):
    (answer,) = convert(amount, start, end)
    assert answer.plain == result
    assert answer.formula.replace("\u00a0", " ") == formula


def test_there_and_back_is_the_amount_again(moscow):
    """No digit is lost on the way: the middle is exact, only the end is rounded."""
    (answer,) = convert("123456.78", "EUR", "USD")
    back = Decimal("123456.78") * Decimal("69.4191") / Decimal("64.3008")
    assert answer.value == round(back, 2)


def test_halves_go_up(db):
    publish("usd-rub", "1.005")
    assert convert("1", "USD", "RUB")[0].plain == "1.01"


def test_the_rate_in_force_on_a_sunday_is_fridays(moscow):
    publish("usd-rub", "64.1666", FRIDAY)
    (answer,) = convert("1", "USD", "RUB", MONDAY - timedelta(days=1))
    assert (answer.plain, answer.as_of) == ("64.17", FRIDAY)


def test_rates_of_two_days_are_not_mixed(moscow):
    publish("cny-rub", "9.02", FRIDAY)
    with pytest.raises(MixedDays) as refused:
        convert("1", "CNY", "USD")
    assert {rate.as_of for rate in refused.value.rates} == {FRIDAY, MONDAY}
    assert convert("1", "CNY", "RUB")[0].as_of == FRIDAY


def test_rates_of_two_sources_are_not_mixed(db):
    publish("usd-rub", "64.3008", source="moscow")
    publish("eur-usd", "1.0796", source="frankfurt")
    with pytest.raises(NoRate):
        convert("1", "EUR", "RUB")


def test_a_rate_that_was_given_up_years_ago_is_not_in_force(db):
    publish("usd-rub", "64.3008", MONDAY - timedelta(days=13))
    with pytest.raises(NoRate):
        convert("1", "USD", "RUB")


def test_held_and_superseded_rates_are_not_used(moscow):
    publish("usd-rub", "65", MONDAY)
    Observation.objects.record(
        Series.objects.get(instrument__code="usd-rub"), [Reading(MONDAY, Decimal("650"))]
    )
    assert convert("1", "USD", "RUB")[0].plain == "65.00"


def test_a_published_rate_goes_before_an_inverse_and_an_inverse_before_a_cross(db):
    publish("usd-rub", "64.3008", source="a-moscow")
    publish("kzt-rub", "13.5313", nominal=100, source="a-moscow")
    publish("kzt-usd", "0.0021", source="b-inverse")
    publish("usd-kzt", "475.20", source="c-direct")
    answers = convert("1", "USD", "KZT")
    assert [answer.source.key for answer in answers] == ["c-direct", "b-inverse", "a-moscow"]


def test_a_cross_is_made_of_the_rates_with_the_most_digits(moscow):
    publish("rub-kzt", "7.39", show_max=2, show_min=2)
    (answer,) = convert("1", "USD", "KZT")
    assert [leg.rate.instrument.code for leg in answer.legs] == ["usd-rub", "kzt-rub"]


def test_made_up_rates_give_way_to_real_ones(db):
    publish("usd-kzt", "475.20", source="sample", priority=90)
    publish("usd-rub", "64.3008", source="moscow")
    publish("kzt-rub", "13.5313", nominal=100, source="moscow")
    assert [answer.source.key for answer in convert("1", "USD", "KZT")] == ["moscow", "sample"]


# The page ----------------------------------------------------------------------------------------


def page(client, query="", prefix=""):
    answer = client.get(f"{prefix}/markets/converter/{query}")
    assert answer.status_code == 200
    return answer.content.decode().partition("<main")[2].partition("</main>")[0]


def words(markup):
    return re.sub(r"\s+", " ", strip_tags(markup.replace("<dd>", " <dd>"))).strip()


def test_the_page_says_formula_days_and_source(moscow, client):
    shown = words(page(client, "?amount=100&from=USD&to=EUR"))
    for text in (
        "92.63 EUR",
        "100 USD × 64.3008 ÷ 69.4191 = 92.63 EUR",
        "Cross rate through RUB",
        "1 USD = 64.3008 RUB",
        "1 EUR = 69.4191 RUB",
        "Date of the rate 23 Nov 2026",
        "In force on 23 Nov 2026",
        "Bank",
    ):
        assert text in shown, text


def test_both_days_are_shown_when_they_differ(moscow, client):
    publish("usd-rub", "64.1666", FRIDAY)
    shown = words(page(client, "?amount=1&from=USD&to=RUB&on=2026-11-22"))
    assert "On 22 November 2026 the rate of 20 November 2026 was the newest in force." in shown
    assert 'value="2026-11-22"' in page(client, "?amount=1&from=USD&to=RUB&on=22.11.2026")


@pytest.mark.parametrize(
    ("typed", "result"), [("99.5", "6,397.93"), ("99,5", "6,397.93"), ("1 000", "64,300.80")]
)
def test_an_amount_may_have_a_dot_or_a_comma(moscow, client, typed, result):
    assert f"{result}\u00a0RUB" in page(client, f"?amount={typed}&from=USD&to=RUB")


def test_russian_pages_read_and_write_commas(moscow, client):
    shown = page(client, "?amount=1,000&from=USD&to=RUB", "/ru")
    assert '<data value="64.30">64,30\u00a0RUB</data>' in shown


@pytest.mark.parametrize(
    ("query", "field", "told"),
    [
        ("amount=", "amount", "Enter an amount, for example 100."),
        ("amount=ten", "amount", "Enter a number, for example 100 or 99.50."),
        ("amount=-5", "amount", "Enter a number"),
        ("amount=NaN", "amount", "Enter a number"),
        ("amount=1e9", "amount", "Enter a number"),
        ("amount=0", "amount", "Enter an amount above zero."),
        ("amount=1,000", "amount", "Is that 1000 or 1.000? Write it without the comma."),
        ("amount=" + "9" * 99, "amount", "Enter a number"),
        ("amount=<b>", "amount", "Enter a number"),
        ("from=XXX", "from", "There are no rates for this currency."),
        ("from=RUB", "to", "Choose two different currencies."),
        ("on=soon", "on", "Write the day as 2020-02-22 or 22.02.2020."),
        ("on=2026-02-30", "on", "Write the day as"),
    ],
)
def test_what_is_typed_wrong_is_said_beside_its_field_and_kept(moscow, client, query, field, told):
    shown = page(client, f"?{query}")
    letter = {"amount": "a", "from": "f", "to": "t", "on": "o"}[field]
    said = re.search(rf'<p class="field__said" id="cv-{letter}-e"[^>]*>(.*?)</p>', shown)[1]
    assert told in said
    assert said.count("Enter") <= 1
    assert re.search(r"<b>—</b>", shown) and "<data" not in shown
    name, typed = query.split("=")
    if name in ("amount", "on"):
        kept = typed.replace("<", "&lt;").replace(">", "&gt;")
        assert re.search(rf'name="{name}"[^>]*value="{re.escape(kept)}"', shown)
        assert re.search(rf'name="{name}"[^>]*aria-invalid="true"', shown)


def test_mixed_days_are_refused_by_name(moscow, client):
    publish("cny-rub", "9.02", FRIDAY)
    shown = words(page(client, "?amount=1&from=CNY&to=USD"))
    assert "CNY/RUB of 20 November 2026, USD/RUB of 23 November 2026" in shown
    assert "not mixed" in shown


@pytest.mark.parametrize("on", ["1990-03-03", "2026-11-24", "9999-12-31", "0001-01-01"])
def test_a_day_without_rates_is_said_in_words(moscow, client, on):
    shown = words(page(client, f"?amount=1&from=USD&to=RUB&on={on}"))
    assert "No source has a rate from USD to RUB in force on" in shown


def test_tomorrows_rate_serves_tomorrow_once_it_is_published(moscow, client):
    publish("usd-rub", "65", MONDAY + timedelta(days=1))
    assert "65.00\u00a0RUB" in page(client, "?amount=1&from=USD&to=RUB&on=2026-11-24")
    assert "64.30\u00a0RUB" in page(client, "?amount=1&from=USD&to=RUB")


def test_a_portal_without_currencies_has_the_page_all_the_same(client, db):
    assert "—" in page(client)


def test_the_page_costs_few_queries(moscow, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        page(client, "?amount=1&from=USD&to=EUR")


# The panel of an instrument's page ---------------------------------------------------------------


def panel(client, path):
    return client.get(path).content.decode().partition('class="pan"')[2].partition("</section>")[0]


def test_the_panel_converts_both_ways_without_a_script(moscow, client):
    assert "6,430.08\u00a0RUB" in panel(client, "/markets/usd-rub/")
    shown = panel(client, "/markets/kzt-rub/?amount=13,5313&from=RUB")
    assert "100.00\u00a0KZT" in shown and '<option value="RUB" selected>' in shown
    assert "Bank, rate of" in words(shown) and 'datetime="2026-11-23"' in shown


def test_the_panel_answers_nonsense_in_words(moscow, client):
    shown = panel(client, "/markets/usd-rub/?amount=ten&from=ZZZ")
    assert "Enter a number" in shown and 'value="ten"' in shown and "—" in shown


def test_only_currencies_have_the_panel(client, db):
    record(make_series(make_instrument("brent", kind="oil")), MONDAY, "58.45")
    assert panel(client, "/markets/brent/") == ""
