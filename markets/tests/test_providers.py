"""Each provider reads its own documents, and nothing else: pure functions of bytes."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from markets import providers
from markets.providers import ProviderError, base, files
from markets.providers.base import BadItem, Call

PAYLOADS = Path(__file__).with_name("payloads")
TODAY = date(2020, 2, 22)
CBR, NBK, ECB, EIA, FRED = (providers.ALL[key] for key in ("cbr", "nbk", "ecb", "eia", "fred"))


def payload(name):
    return (PAYLOADS / name).read_bytes()


def parsed(provider, name, form="", about="", ids=()):
    body = name if isinstance(name, bytes) else payload(name)
    return provider.parse(body, Call("", form=form, about=about), ids)


def figures(found):
    return [(p.external_id, str(p.as_of), str(p.value), p.nominal) for p in found.points]


def kind(provider, body, **options):
    with pytest.raises(ProviderError) as caught:
        parsed(provider, body, **options)
    return caught.value.kind


# Bank of Russia


def test_cbr_daily():
    found = parsed(CBR, "cbr_daily.xml", "daily", ids=["R01235", "R01335", "R01375"])
    assert figures(found) == [
        ("R01235", "2020-02-22", "64.3008", 1),
        ("R01335", "2020-02-22", "17.0524", 100),
        ("R01375", "2020-02-22", "91.4620", 10),
    ]
    assert found.points[0].raw == "64,3008"
    assert found.refused == []


def test_cbr_without_unit_rates_and_with_scientific_ones():
    assert len(parsed(CBR, "cbr_daily_no_vunit.xml", "daily", ids=["R01235"]).points) == 1
    found = parsed(CBR, "cbr_daily_scinot.xml", "daily", ids=["R01300"])
    assert figures(found) == [("R01300", "2026-04-25", "53.9256", 1_000_000)]


def test_cbr_dynamic():
    found = parsed(CBR, "cbr_dynamic.xml", "dynamic", "R01235", ["R01235"])
    assert [(str(p.as_of), str(p.value)) for p in found.points][-2:] == [
        ("2020-02-21", "63.7413"),
        ("2020-02-22", "64.3008"),
    ]
    assert parsed(CBR, "cbr_dynamic_empty.xml", "dynamic", "R01235").points == []


def test_cbr_directory():
    found = CBR.parse_directory(payload("cbr_val.xml"))
    assert [(one.external_id, one.name, one.nominal) for one in found] == [
        ("R01235", "US Dollar", 1),
        ("R01239", "Euro", 1),
        ("R01335", "Kazakhstan Tenge", 100),
    ]


def test_cbr_addresses():
    assert CBR.plan(["R01235"], None, None, TODAY) == [Call("/scripts/XML_daily.asp", form="daily")]
    calls = CBR.plan(["R01235", "R01239"], date(2017, 1, 1), TODAY, TODAY)
    assert [call.about for call in calls] == ["R01235"] * 2 + ["R01239"] * 2
    assert calls[0].params == (
        ("date_req1", "01/01/2017"),
        ("date_req2", "02/01/2019"),
        ("VAL_NM_RQ", "R01235"),
    )
    assert calls[1].params[0] == ("date_req1", "03/01/2019")
    assert calls[1].params[1] == ("date_req2", "22/02/2020")


def daily(items, **changes):
    attributes = {"Date": "22.02.2020", "name": "Foreign Currency Market"} | changes
    written = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    head = '<?xml version="1.0" encoding="windows-1251"?>'
    return f"{head}<ValCurs {written}>{items}</ValCurs>".encode()


def valute(value="64,3008", nominal="1", unit="", one="R01235", code="USD"):
    unit = f"<VunitRate>{unit}</VunitRate>" if unit else ""
    return (
        f'<Valute ID="{one}"><CharCode>{code}</CharCode><Nominal>{nominal}</Nominal>'
        f"<Value>{value}</Value>{unit}</Valute>"
    )


@pytest.mark.parametrize(
    "item",
    [
        valute(""), valute("NaN"), valute("Infinity"), valute("0"), valute("0,0000"),
        valute("-64,3008"), valute("+64,3008"), valute("64.3008"), valute("6_4,3"),
        valute("６４,3008"), valute("٦٤"), valute("6,4e1"), valute(" 64,3 0"), valute("64,"),
        valute("9" * 12), valute(nominal="0"), valute(nominal="-1"), valute(nominal="1,0"),
        valute(nominal=""), valute(nominal="９"), valute(unit="64,3009"), valute(unit="6,43E-01"),
        valute(unit="x"), valute(unit="0"),
    ],
)  # fmt: skip
def test_a_bad_figure_is_left_out_and_named_and_its_neighbours_are_read(item):
    other = valute("69,4191", one="R01239", code="EUR")
    body = daily(item + other).decode().replace("windows-1251", "utf-8").encode()
    found = parsed(CBR, body, "daily", ids=["R01235", "R01239"])
    assert [p.external_id for p in found.points] == ["R01239"]
    assert len(found.refused) == 1
    assert found.refused[0].startswith("R01235 of 2020-02-22")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (payload("cbr_error.xml"), "upstream_error"),
        (payload("xml_bomb.xml"), "xml_forbidden"),
        (payload("xml_xxe.xml"), "xml_forbidden"),
        (b'<!DOCTYPE ValCurs SYSTEM "http://127.0.0.1:9/x"><ValCurs/>', "xml_forbidden"),
        (payload("cbr_daily.xml")[:900], "schema"),
        (b"", "schema"),
        (b"{}", "schema"),
        (b"<other/>", "schema"),
        (b"<ValCurs>" * 50_000, "schema"),
        (b"<ValCurs>Something else</ValCurs>", "schema"),
        (daily("", Date="2020-02-22"), "schema"),
        (daily("", Date="31.02.2020"), "schema"),
        (daily("", Date="2.2.2020"), "schema"),
        (daily("", name="Precious Metals"), "schema"),
        (daily(valute() * 2), "schema"),
        (daily(valute(code="EUR")), "schema"),
        (b'<?xml version="1.0" encoding="utf-8"?><ValCurs x="\xc4\xee"/>', "schema"),
        (b'<?xml version="1.0" encoding="no-such"?><ValCurs/>', "schema"),
    ],
)
def test_a_document_that_is_none_is_refused_whole(body, error):
    assert kind(CBR, body, form="daily", ids=["R01235"]) == error


def test_a_history_of_another_currency_is_refused():
    assert kind(CBR, "cbr_dynamic_eur.xml", form="dynamic", about="R01235") == "schema"
    mixed = payload("cbr_dynamic.xml").replace(b'Id="R01235"', b'Id="R01239"', 1)
    assert kind(CBR, mixed, form="dynamic", about="R01235") == "schema"


# National Bank of Kazakhstan


@pytest.mark.parametrize(("name", "form"), [("nbk.xml", "archive"), ("nbk_rates_all.xml", "rss")])
def test_nbk(name, form):
    found = parsed(NBK, name, form, ids=["USD", "EUR", "RUB"])
    assert figures(found) == [
        ("USD", "2020-02-22", "377.06", 1),
        ("EUR", "2020-02-22", "407.08", 1),
        ("RUB", "2020-02-22", "5.87", 1),
    ]


def test_nbk_counts_in_tens_and_has_days_without_publication():
    found = parsed(NBK, "nbk.xml", "archive", ids=["AMD"])
    assert found.points[0].nominal == 10
    assert parsed(NBK, "nbk_empty.xml", "archive", ids=["USD"]).points == []


def test_nbk_asks_for_each_day_but_sundays():
    calls = NBK.plan(["USD"], date(2020, 2, 20), date(2020, 2, 24), TODAY)
    assert [dict(call.params)["fdate"] for call in calls] == [
        "20.02.2020", "21.02.2020", "22.02.2020", "24.02.2020",
    ]  # fmt: skip


def test_nbk_refuses_rates_without_a_day():
    body = payload("nbk.xml").replace(b"<date>22.02.2020</date>", b"<date></date>")
    assert kind(NBK, body, form="archive", ids=["USD"]) == "schema"
    assert kind(NBK, b"<html/>", form="rss") == "schema"


# European Central Bank


def test_ecb():
    found = parsed(ECB, "ecb_daily.xml", "daily", ids=["USD"])
    assert figures(found) == [("USD", "2020-02-21", "1.0801", 1)]
    found = parsed(ECB, "ecb_hist.xml", "full", ids=["USD", "RUB"])
    assert [p.value for p in found.points if p.external_id == "USD"] == [
        Decimal("1.0801"), Decimal("1.0790"), Decimal("1.0800"),
    ]  # fmt: skip
    assert len(found.points) == 6


@pytest.mark.parametrize(
    ("first", "form"),
    [(None, "daily"), (date(2020, 2, 1), "90d"), (date(2019, 11, 1), "full")],
)
def test_ecb_reads_the_smallest_file_that_holds_the_days(first, form):
    (call,) = ECB.plan(["USD"], first, first and TODAY, TODAY)
    assert call.form == form


def test_ecb_no_value_is_none_and_a_bad_one_is_named():
    body = payload("ecb_daily.xml").replace(b"rate='120.96'", b"rate='N/A'")
    assert parsed(ECB, body, ids=["JPY"]).points == []
    body = payload("ecb_daily.xml").replace(b"rate='120.96'", b"rate='1,2'")
    assert len(parsed(ECB, body, ids=["JPY"]).refused) == 1


@pytest.mark.parametrize("body", [payload("xml_bomb.xml"), payload("xml_xxe.xml")])
def test_ecb_refuses_dtds_while_it_streams(body):
    assert kind(ECB, body) == "xml_forbidden"


@pytest.mark.parametrize("body", [payload("ecb_hist.xml")[:-30], b"", payload("cbr_daily.xml")])
def test_ecb_refuses_what_is_cut_or_not_its_own(body):
    assert kind(ECB, body) == "schema"


def test_a_day_of_ten_thousand_currencies_is_not_read_to_its_end():
    cubes = b"<Cube currency='USD' rate='1.0801'/>" * 10_000
    body = payload("ecb_daily.xml").replace(b"<Cube currency='USD' rate='1.0801'/>", cubes)
    assert kind(ECB, body) == "schema"


# EIA and FRED


def test_eia():
    found = parsed(EIA, "eia_brent.json", about="RBRTE")
    assert ("RBRTE", "2020-02-21", "58.6", 1) in figures(found)
    assert figures(parsed(EIA, "eia_brent_numeric.json", about="RBRTE")) == [
        ("RBRTE", "2020-02-21", "58.6", 1)
    ]


def test_eia_never_puts_its_key_into_a_call():
    (call,) = EIA.plan(["RBRTE"], None, None, TODAY)
    assert "api_key" not in dict(call.params)
    assert dict(call.params)["length"] == "30"
    assert len(EIA.plan(["RBRTE"], date(2004, 1, 1), TODAY, TODAY)) == 9


def row(**changes):
    import json

    one = {"period": "2020-02-21", "series": "RBRTE", "units": "$/BBL", "value": "58.6"} | changes
    return json.dumps(
        {"response": {"data": [one]}, "warnings": [{"warning": "incomplete"}]}
    ).encode()


def test_eia_passes_warnings_on_and_takes_null_for_no_value():
    found = parsed(EIA, row(extra={"a": 1}), about="RBRTE")
    assert (len(found.points), len(found.warnings)) == (1, 1)
    assert parsed(EIA, row(value=None), about="RBRTE").points == []


@pytest.mark.parametrize("value", ["NaN", "-1", "0", "", "1e3", True, [1], "58,6"])
def test_eia_refuses_what_is_no_price(value):
    found = parsed(EIA, row(value=value), about="RBRTE")
    assert (found.points, len(found.refused)) == ([], 1)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (payload("eia_error.json"), "auth"),
        (b'{"error": "API_KEY_INVALID"}', "auth"),
        (b'{"error": {"code": 500}}', "upstream_error"),
        (b"[" * 100_000, "schema"),
        (b"not json", "schema"),
        (b"[]", "schema"),
        (b'{"response": {"data": [1]}}', "schema"),
        (b'{"response": []}', "schema"),
        (row(series="RWTC"), "schema"),
        (row(units="$/GAL"), "schema"),
    ],
)
def test_eia_refuses_other_documents(body, error):
    assert kind(EIA, body, about="RBRTE") == error


@pytest.mark.parametrize("name", ["fred_brent.csv", "fred_brent_old.csv"])
def test_fred_of_now_and_of_before(name):
    found = parsed(FRED, name, about="DCOILBRENTEU")
    assert ("DCOILBRENTEU", "2020-02-21", "58.60", 1) in figures(found)
    assert found.refused == []


@pytest.mark.parametrize(
    "body",
    [b"", b"observation_date,OTHER\n", b"\xff\xfe", b"DATE,DCOILBRENTEU\n2020-02-20,1,2\n",
     b'DATE,DCOILBRENTEU\n"2020'],
)  # fmt: skip
def test_fred_refuses_other_documents(body):
    assert kind(FRED, body, about="DCOILBRENTEU") == "schema"


# What all share


@pytest.mark.parametrize(
    "body",
    [payload("cbr_ddos_guard.html"), b"\xef\xbb\xbf \n<HTML><body>", b"<!doctype html>"],
)
def test_a_web_page_is_nobodys_answer(body):
    with pytest.raises(ProviderError) as caught:
        base.refuse_page(body, "text/xml")
    assert caught.value.kind == "blocked"
    base.refuse_page(payload("cbr_daily.xml"), "text/xml")


@pytest.mark.parametrize("text", ["2020-2-3", "2020-02-30", " 2020-02-03", "２020-02-03", "", None])
def test_a_day_is_written_as_the_source_writes_it(text):
    with pytest.raises(BadItem):
        base.day(text, "%Y-%m-%d")


def test_every_provider_has_an_https_address_on_its_own_list_of_hosts():
    assert providers.unsafe_addresses() == []


# When to ask

MOSCOW = ZoneInfo("Europe/Moscow")


def at(day, hour, minute=0):
    return datetime(2020, 2, day, hour, minute, tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("now", "asked", "newest", "is_due"),
    [
        (at(20, 12), None, None, True),  # a new installation
        (at(20, 7), at(19, 20), 20, False),  # before the morning's look
        (at(20, 8), at(19, 20), 20, True),  # the morning's look
        (at(20, 9), at(20, 8), 20, False),
        (at(20, 11, 29), at(20, 8), 20, False),
        (at(20, 11, 30), at(20, 8), 20, True),  # the Bank may publish now
        (at(20, 11, 45), at(20, 11, 30), 20, False),  # no more often than each half hour
        (at(20, 12, 1), at(20, 11, 31), 20, True),
        (at(20, 12, 1), at(20, 11, 31), 21, False),  # tomorrow's rate is known
        (at(20, 20, 29), at(20, 20), 20, False),  # the day is over
        (at(22, 13), at(22, 8), 22, True),  # a working Saturday may bring one
        (at(23, 13), at(23, 8), 22, False),  # a Sunday never
        (at(23, 8), at(22, 20), 22, True),
        (at(24, 8, 30), at(22, 20), 22, True),  # the machine was off at eight
    ],
)
def test_the_bank_of_russia_is_asked_when_it_may_have_published(now, asked, newest, is_due):
    newest = newest and date(2020, 2, newest)
    assert CBR.due(now, asked, newest) is is_due
    # The server's own zone makes no difference.
    assert CBR.due(now.astimezone(UTC), asked, newest) is is_due


@pytest.mark.parametrize("provider", providers.ALL.values(), ids=lambda one: one.key)
def test_nobody_is_asked_more_than_twenty_five_times_a_day_even_without_any_answer(provider):
    now, asked, count = datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 15, tzinfo=UTC), 0
    for _minute in range(7 * 24 * 60):
        if provider.due(now, asked, date(2026, 11, 1)):
            asked, count = now, count + 1
        now += timedelta(minutes=1)
    assert 7 <= count <= 7 * 25


def test_a_week_of_brent_is_complete_with_monday():
    thursday = date(2026, 11, 19)
    assert EIA.has_all(date(2026, 11, 16), thursday)
    assert not EIA.has_all(date(2026, 11, 13), thursday)
    assert EIA.has_all(date(2026, 11, 9), date(2026, 11, 17))  # Tuesday: nothing newer is out


# Files


def test_a_file_is_read_in_each_of_its_dialects():
    (line,) = files.parse(payload("fuel_ru_excel.csv"))
    assert (line.as_of, line.value) == (date(2020, 2, 21), Decimal("42.43"))
    assert len(files.parse(payload("fuel.csv"))) == 8
    assert len(files.parse(b"\xef\xbb\xbf" + payload("fuel.csv"))) == 8
    text = "instrument;as_of;value;note\nfuel;2020-02-21;42.43;цена\n"
    assert files.parse(text.encode("cp1251"))[0].fields["note"] == "цена"
    assert files.parse(b'instrument,as_of,value\nfuel,2020-02-21,"42,43"\n')[0].value == Decimal(
        "42.43"
    )


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "empty"),
        (b"\n", "empty"),
        (b"instrument,as_of\n", "missing"),
        (b"instrument,as_of,value,price\n", "columns"),
        (b"instrument,as_of,value,value\n", "columns"),
        (b"instrument,as_of,value\n", "empty"),
        (b"instrument,as_of,value\n,,\n", "empty"),
        (b"PK\x03\x04\0\0", "encoding"),
        (b"\x98\xff", "encoding"),
        (b"x" * 1_000_001, "too_big"),
        (b"instrument,as_of,value\n" + b"a,2020-01-01,1\n" * 5_001, "rows"),
    ],
)
def test_what_is_no_file_of_prices_is_refused(body, kind):
    with pytest.raises(files.BadFile) as caught:
        files.parse(body)
    assert caught.value.kind == kind


def test_windows_of_a_provider_hold_its_morning_look():
    for provider in providers.ALL.values():
        assert provider.catch_up == time(8)
        assert all(window.start < window.end for window in provider.windows)
