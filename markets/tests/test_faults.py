"""Everything that sources do wrong, one server on loopback, and what readers see all the while.

The numbers are those of the table of failures in docs/markets.md. It is Saturday 22 February 2020,
13:00 in Moscow; the newest dollar is that of the 21st.
"""

import socket
import threading
import tracemalloc
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import OperationalError, connection, models

from markets import asking, fetching, importing, providers, quotes
from markets import ticker as strip
from markets.models import FetchRun, Holiday, Instrument, Observation, Reading, Series, Source
from markets.tests.test_providers import daily, payload, row, valute
from portal.lib.locks import only_one
from portal.tests import world as outside
from portal.tests.test_http import bomb
from portal.tests.world import World, answer, drip, endless

MOSCOW = ZoneInfo("Europe/Moscow")
FRIDAY, SATURDAY = date(2020, 2, 21), date(2020, 2, 22)
JSON = "application/json"


@pytest.fixture(autouse=True)
def saturday(monday_noon):
    monday_noon.move_to(datetime(2020, 2, 22, 13, tzinfo=MOSCOW))
    return monday_noon


@pytest.fixture
def usd(bank):
    """The dollar with its values of Thursday and Friday; euro, yuan and tenge have theirs too."""
    known = {
        "usd-rub": ("63.6873", "63.7413", 1),
        "eur-rub": ("68.7440", "68.8407", 1),
        "cny-rub": ("91.10", "91.20", 10),
        "kzt-rub": ("17.00", "17.01", 100),
    }
    for code, (thursday, friday, nominal) in known.items():
        days = (FRIDAY - timedelta(days=1), thursday), (FRIDAY, friday)
        readings = [Reading(day, Decimal(value), nominal) for day, value in days]
        Observation.objects.record(of(code), readings)
    return of("usd-rub")


@pytest.fixture
def brent(bank):
    """Brent of EIA and FRED, both known to Tuesday 18 February."""
    for source in ("eia", "fred"):
        Observation.objects.record(
            of("brent", source), [Reading(date(2020, 2, 18), Decimal("57.35"))]
        )
    return of("brent", "eia")


def of(code, source="cbr"):
    return Series.objects.select_related("instrument", "source").get(
        instrument__code=code, source__key=source
    )


def rates(usd="64,3008", eur="69,4191", *, day="22.02.2020", extra=""):
    """The Bank of Russia's document of a day with our four currencies."""
    items = valute(usd) + valute(eur, one="R01239", code="EUR")
    items += valute("91,4620", "10", one="R01375", code="CNY")
    items += valute("17,0524", "100", one="R01335", code="KZT") + extra
    return daily(items, Date=day)


def fails(source, kind):
    run = fetching.fetch(source)
    assert (run.status, run.error_kind) == ("failed", kind)
    assert fetching.say(run) not in ("", run.error)
    return run


def shows(client, value, day, *, never=()):
    """Readers see this dollar of this day: in the database, in the ticker and on the page."""
    assert strip.ticker_text("en").startswith(f"USD {value}  EUR ")
    newest = Instrument.objects.get(code="usd-rub").latest()
    assert (f"{newest.value:.4f}", newest.as_of) == (value, day)
    response = client.get("/markets/usd-rub/")
    page = response.content.decode()
    assert response.status_code == 200
    assert f'<data value="{value}">{value}</data>' in page
    assert f'datetime="{day}"' in page
    for word in never:
        assert word not in page
    return page


def untouched(client, *never):
    """Nothing has come in: the values of Friday stand, and nothing else does."""
    assert not Observation.objects.exclude(as_of__lte=FRIDAY).exists()
    return shows(client, "63.7413", FRIDAY, never=("64.3008", *never))


def test_the_good_day_against_which_the_others_stand_out(usd, bank, client):
    bank.says = answer(rates())
    run = fetching.fetch("cbr")
    assert (run.status, run.seen, run.new, run.error) == ("ok", 4, 4, "")
    shows(client, "64.3008", SATURDAY)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (outside.hang_up, "network"),
        (outside.silence, "timeout"),
        (drip(answer(rates())), "timeout"),
        (answer(b"", 502), "http_5xx"),
    ],
    ids=["hangs up", "silence", "drip", "502"],
)
def test_01_no_answer_is_asked_for_three_times_and_the_last_value_stays(
    usd, bank, client, fault, kind
):
    bank.says = fault
    run = fails("cbr", kind)
    assert len(bank.asked) == 3
    assert run.source.failures == 1
    untouched(client)


def test_01_nobody_listens_and_nobody_knows_the_name(usd, bank, client, settings):
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # taken, so that nobody else listens there either
        address = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        settings.MARKETS["PROVIDERS"]["cbr"]["base_url"] = address
        fails("cbr", "network")
    settings.MARKETS["PROVIDERS"]["cbr"]["base_url"] = "https://www.cbr.ru.invalid"
    settings.MARKETS["HOSTS"] = ["www.cbr.ru.invalid"]
    run = fails("cbr", "network")
    assert "is not known" in run.error
    assert run.source.failures == 2
    untouched(client)


def test_01_a_certificate_nobody_vouches_for(usd, bank, client, settings):
    from portal.tests.test_http import CERTIFICATE

    with World(says=answer(rates()), certificate=CERTIFICATE) as secure:
        settings.MARKETS["PROVIDERS"]["cbr"]["base_url"] = f"https://127.0.0.1:{secure.port}"
        fails("cbr", "network")
        assert secure.asked == []
    untouched(client)


@pytest.mark.parametrize("status", [429, 503])
def test_02_who_asks_to_wait_is_waited_for_once(usd, bank, client, status):
    wait = answer(b"", status, retry_after=200)
    bank.script = [wait]
    bank.says = answer(rates())
    assert fetching.fetch("cbr").status == "ok"
    assert bank.slept == [200]
    shows(client, "64.3008", SATURDAY)


@pytest.mark.parametrize(("status", "kind"), [(429, "rate_limited"), (503, "http_5xx")])
def test_02_who_asks_again_or_for_longer_is_left_alone(usd, bank, client, status, kind):
    bank.says = answer(b"", status, retry_after=200)
    fails("cbr", kind)
    assert len(bank.asked) == 2
    bank.says, bank.asked[:] = answer(b"", status, retry_after=7200), []
    run = fails("cbr", kind)
    assert len(bank.asked) == 1
    assert run.source.open_until - run.finished_at == timedelta(hours=2)
    untouched(client)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_03_a_redirect_to_another_host_is_not_followed(usd, bank, client, status):
    with World(says=answer(rates())) as other:
        bank.says = answer(b"", status, location=f"{other.address}/scripts/XML_daily.asp")
        fails("cbr", "blocked")
        assert other.asked == []
    untouched(client)


@pytest.mark.parametrize("media", ["text/html; charset=utf-8", "text/xml"])
def test_04_a_web_page_instead_of_figures_is_not_even_parsed(
    usd, bank, client, monkeypatch, caplog, media
):
    bank.says = answer(payload("cbr_ddos_guard.html"), media=media)
    monkeypatch.setattr(type(providers.ALL["cbr"]), "parse", None)
    fails("cbr", "blocked")
    assert [line.levelname for line in caplog.records] == ["ERROR"]
    untouched(client, "DDOS")


def test_05_an_error_message_with_status_200_is_one(usd, bank, client):
    bank.says = answer(payload("cbr_error.xml"))
    run = fails("cbr", "upstream_error")
    assert run.error == "Error in parameters"
    assert len(bank.asked) == 1
    untouched(client)


@pytest.mark.parametrize(
    "body",
    [
        rates()[:-40],
        rates().replace(b"</Valute>", b"</Value>", 1),
        rates().replace(b"windows-1251", b"utf-8").replace(b"USD", b"\xc4\xee\xeb"),
        rates().decode().encode("utf-16"),
        b"",
    ],
    ids=["cut", "malformed", "wrong encoding", "utf-16", "nothing"],
)
def test_06_a_broken_document_is_refused_whole(usd, bank, client, body):
    bank.says = answer(body)
    fails("cbr", "schema")
    untouched(client)


@pytest.mark.parametrize("name", ["xml_bomb.xml", "xml_xxe.xml"])
def test_07_a_document_type_is_refused_without_a_request_or_memory(usd, bank, client, name):
    with World(says=answer("secret")) as other:
        body = payload(name).replace(b"http://127.0.0.1:9", other.address.encode())
        bank.says = answer(body)
        tracemalloc.start()
        try:
            fails("cbr", "xml_forbidden")
            _now, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert other.asked == []
    assert peak < 5_000_000
    untouched(client, "aaaaaaaaaa", "secret")


@pytest.mark.parametrize(
    "fault",
    [
        endless(b"HTTP/1.1 200 OK\r\n\r\n", b"<x/>" * 16_384),
        answer(bomb(200), content_encoding="gzip"),
    ],
    ids=["endless", "gzip bomb"],
)
def test_08_too_much_is_left_at_the_limit(usd, bank, client, fault):
    bank.says = fault
    tracemalloc.start()
    try:
        fails("cbr", "too_big")
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000
    untouched(client)


def test_09_an_empty_document_says_that_nothing_was_published(usd, bank, client):
    bank.says = answer(payload("nbk_empty.xml"))
    assert fetching.fetch("nbk").status == "unchanged"
    empty = payload("cbr_dynamic_empty.xml")

    @outside.by_request
    def history(asked):
        return answer(empty.replace(b"R01235", asked.target[-6:].encode()))

    bank.says = history
    run = fetching.fetch("cbr", first=SATURDAY, last=SATURDAY + timedelta(days=2))
    assert (run.status, run.seen) == ("unchanged", 0)
    assert len(bank.asked) == 1 + 4
    untouched(client)


def test_10_a_bad_item_is_left_out_and_the_others_are_taken(usd, bank, client, caplog):
    bank.says = answer(rates(eur="n/a"))
    run = fetching.fetch("cbr")
    assert (run.status, run.new, run.rejected) == ("partial", 3, 1)
    assert "R01239" in run.error
    assert [line.levelname for line in caplog.records] == ["WARNING"]
    shows(client, "64.3008", SATURDAY)
    assert "EUR 68.8407" in strip.ticker_text("en")


def test_11_a_currency_missing_from_the_answer_keeps_its_value(usd, bank, client):
    bank.says = answer(daily(valute()))
    run = fetching.fetch("cbr")
    assert run.status == "partial"
    assert run.error == "missing: R01239, R01335, R01375"
    shows(client, "64.3008", SATURDAY)
    assert "EUR 68.8407" in strip.ticker_text("en")
    assert of("eur-rub").observations.count() == 2


def test_12_the_same_again_writes_nothing(usd, bank, client):
    bank.says = answer(rates())
    fetching.fetch("cbr")
    before = list(Observation.objects.values_list("pk", "state"))
    assert fetching.fetch("cbr").status == "unchanged"
    bank.says = answer(rates() + b"<!-- other bytes, the same figures -->")
    run = fetching.fetch("cbr")
    assert (run.status, run.seen, run.new) == ("unchanged", 4, 0)
    assert list(Observation.objects.values_list("pk", "state")) == before
    shows(client, "64.3008", SATURDAY)


def test_13_a_changed_value_is_a_revision_and_both_stay(usd, bank, client, admin_client):
    bank.says = answer(rates())
    fetching.fetch("cbr")
    bank.says = answer(rates(usd="64,3108"))
    run = fetching.fetch("cbr")
    assert (run.new, run.revised) == (0, 1)
    rows = usd.observations.filter(as_of=SATURDAY).order_by("rev")
    assert [(row.rev, row.value, row.state) for row in rows] == [
        (1, Decimal("64.3008"), "superseded"),
        (2, Decimal("64.3108"), "accepted"),
    ]
    shows(client, "64.3108", SATURDAY)
    desk = admin_client.get("/admin/markets/observation/").content.decode()
    assert "64.3008" in desk
    assert "64.3108" in desk


def test_13_a_revision_is_guarded_as_well(usd, bank, client):
    bank.says = answer(rates())
    fetching.fetch("cbr")
    bank.says = answer(rates(usd="643,008"))
    assert fetching.fetch("cbr").held == 1
    shows(client, "64.3008", SATURDAY, never=("643.0080",))


def test_14_a_jump_past_the_warning_is_shown_and_flagged(usd, bank, client):
    bank.says = answer(rates(usd="67,0000", eur="72,3600"))
    run = fetching.fetch("cbr")
    assert (run.status, run.held) == ("ok", 0)
    shows(client, "67.0000", SATURDAY)
    assert usd.observations.get(as_of=SATURDAY).is_flagged


@pytest.fixture
def held(usd, bank):
    """A dollar 18 % dearer than the day before, and a euro to match."""
    bank.says = answer(rates(usd="75,3008", eur="81,3000"))
    run = fetching.fetch("cbr")
    assert (run.status, run.held, run.new) == ("ok", 2, 2)
    return usd.observations.get(as_of=SATURDAY)


def test_14_a_jump_past_the_limit_waits_for_a_person(held, client, market_editor):
    assert held.hold_reason.startswith("jump")
    shows(client, "63.7413", FRIDAY, never=("75.3008",))
    held.accept(market_editor, "checked at the bank")
    shows(client, "75.3008", SATURDAY)


def test_14_a_refused_jump_is_not_held_again(held, bank, client, market_editor):
    held.reject(market_editor, "a slip")
    bank.says = answer(rates(usd="75,3008", eur="81,3000") + b" ")
    assert fetching.fetch("cbr").held == 0
    shows(client, "63.7413", FRIDAY, never=("75.3008",))


def test_14_the_next_print_near_it_lets_it_in(held, bank, client, saturday):
    saturday.shift(timedelta(days=4))
    bank.says = answer(rates(usd="75,9000", eur="82,0000", day="26.02.2020"))
    fetching.fetch("cbr")
    held.refresh_from_db()
    assert (held.state, held.is_flagged) == ("accepted", True)
    shows(client, "75.9000", date(2020, 2, 26))


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("637,4130", "scale"),
        ("6374,1300", "scale"),
        ("6,3741", "scale"),
        ("0,6374", "scale"),
        ("0,0157", "inverted"),
        ("499,0000", "jump"),
        ("501,0000", "bounds"),
    ],
)
def test_15_slips_of_the_decimal_point_and_inverses_are_held(usd, bank, client, value, word):
    bank.says = answer(rates(usd=value))
    run = fetching.fetch("cbr")
    assert run.held == 1
    assert usd.observations.get(as_of=SATURDAY).hold_reason.startswith(word)
    shows(client, "63.7413", FRIDAY, never=(value.replace(",", "."),))


def tenge(value, nominal):
    body = (
        rates().decode().replace("17,0524", value).replace("<Nominal>100<", f"<Nominal>{nominal}<")
    )
    return answer(body)


def test_16_another_nominal_with_the_same_price_is_accepted(usd, bank, client):
    bank.says = tenge("1,7052", 10)
    assert (fetching.fetch("cbr").held, of("kzt-rub").instrument.latest().nominal) == (0, 10)
    shows(client, "64.3008", SATURDAY)
    page = client.get("/markets/kzt-rub/").content.decode()
    assert '<data value="1.7052">1.7052</data>' in page
    assert "roubles per 10 tenge" in page
    # The day before is told as it was published, and with what it was the price of.
    assert '17.0100<small class="old">roubles per 100 tenge</small>' in page


def test_17_another_nominal_with_the_same_figure_is_held(usd, bank, client):
    bank.says = tenge("17,0524", 10)
    assert fetching.fetch("cbr").held == 1
    row = of("kzt-rub").observations.get(state="held")
    assert row.hold_reason.startswith("scale")
    shows(client, "64.3008", SATURDAY)
    page = client.get("/markets/kzt-rub/").content.decode()
    assert 'value="17.0100"' in page


def test_18_a_unit_rate_that_contradicts_the_value_refuses_the_item(usd, bank, client):
    items = valute(unit="64,3009") + valute("69,4191", one="R01239", code="EUR", unit="69,4191")
    bank.says = answer(daily(items))
    run = fetching.fetch("cbr")
    assert (run.status, run.rejected, run.new) == ("partial", 1, 1)
    shows(client, "63.7413", FRIDAY)


def test_19_a_value_of_the_far_future_is_refused_and_freezes_nothing(usd, bank, client):
    bank.says = answer(rates(day="25.02.2020"))
    run = fetching.fetch("cbr")
    assert (run.status, run.rejected) == ("partial", 4)
    assert "too far ahead" in run.error
    assert asking.newest_of("cbr") == FRIDAY
    untouched(client)
    bank.says = answer(rates())
    assert fetching.fetch("cbr").new == 4
    shows(client, "64.3008", SATURDAY)


def test_20_an_older_answer_is_history(usd, bank, client):
    bank.says = answer(rates(usd="63,7698", day="19.02.2020"))
    assert fetching.fetch("cbr").new == 4
    assert usd.observations.filter(as_of=date(2020, 2, 19), state="accepted").exists()
    untouched(client)


def test_21_another_series_than_asked_for_is_refused_whole(usd, brent, bank, client):
    bank.says = answer(payload("cbr_dynamic_eur.xml"))
    run = fetching.fetch("cbr", first=FRIDAY, last=SATURDAY)
    assert (run.status, run.error_kind) == ("failed", "schema")
    for body in (row(series="RWTC"), row(units="$/GAL")):
        bank.says = answer(body, media=JSON)
        fails("eia", "schema")
    untouched(client)
    assert "BRENT 57.35" in strip.ticker_text("en")


@pytest.mark.parametrize("value", ["NaN", "Infinity", "0,0000", "-64,3008", ".", ""])
def test_22_what_is_no_price_is_refused(usd, bank, client, value):
    bank.says = answer(rates(usd=value))
    assert fetching.fetch("cbr").rejected == 1
    shows(client, "63.7413", FRIDAY)


@pytest.mark.parametrize("name", ["fred_brent.csv", "fred_brent_old.csv"])
def test_22_a_full_stop_or_nothing_is_no_value_at_fred(usd, brent, bank, client, name):
    bank.says = answer(payload(name).replace(b"2020-02-24,56.71\n", b""), media="text/csv")
    run = fetching.fetch("fred")
    assert (run.status, run.rejected) == ("ok", 0)
    assert not of("brent", "fred").observations.filter(as_of=date(2020, 4, 10)).exists()
    untouched(client)


def test_23_a_key_that_is_missing_or_wrong_is_told_and_never_written(
    usd, brent, bank, client, settings, caplog
):
    echo = payload("eia_error.json").replace(b"API_KEY_MISSING", b"API_KEY_INVALID s3cret-key")
    for says in (answer(b"{}", 403, media=JSON), answer(echo, media=JSON)):
        bank.says, bank.asked[:] = says, []
        fails("eia", "auth")
        assert len(bank.asked) == 1
        assert "api_key=s3cret-key" in bank.asked[0].target
    settings.MARKETS["PROVIDERS"]["eia"]["key"] = ""
    bank.asked[:] = []
    run = fails("eia", "auth")
    assert run.error == "EIA_API_KEY is not set"
    assert bank.asked == []
    assert len([line for line in caplog.records if line.levelname == "ERROR"]) == 3
    assert "s3cret" not in caplog.text
    kept = list(FetchRun.objects.values()) + list(Source.objects.values())
    assert "s3cret" not in str(kept)
    assert "BRENT 57.35" in strip.ticker_text("en")
    untouched(client)


def test_24_numbers_unknown_keys_and_warnings_of_eia_are_taken(usd, brent, bank, client, caplog):
    body = payload("eia_brent_numeric.json").replace(
        b'"apiVersion"', b'"warnings": [{"warning": "incomplete return"}], "new": {}, "apiVersion"'
    )
    bank.says = answer(body, media=JSON)
    run = fetching.fetch("eia")
    assert (run.status, run.new) == ("ok", 1)
    assert "incomplete return" in caplog.text
    assert "BRENT 58.60" in strip.ticker_text("en")
    untouched(client)


def test_25_two_at_once_are_one(usd, bank, client):
    bank.says = answer(rates())
    taken, done = threading.Event(), threading.Event()

    def other_worker():
        with only_one("fetch-cbr") as is_mine:
            assert is_mine
            taken.set()
            done.wait(5)
        connection.close()

    thread = threading.Thread(target=other_worker)
    thread.start()
    taken.wait(5)
    try:
        run = fetching.fetch("cbr")
        assert (run.status, run.error_kind) == ("skipped", "busy")
        assert bank.asked == []
        untouched(client)
    finally:
        done.set()
        thread.join()
    assert fetching.fetch("cbr").status == "ok"


def test_26_a_crash_while_storing_leaves_nothing_and_the_next_run_repairs(
    usd, bank, client, monkeypatch
):
    bank.says = answer(rates())
    create, calls = models.QuerySet.bulk_create, []

    def breaks(self, rows, **options):
        calls.append(rows)
        if len(calls) == 3:
            raise OperationalError("disk full")
        return create(self, rows, **options)

    with monkeypatch.context() as patch:
        patch.setattr(models.QuerySet, "bulk_create", breaks)
        with pytest.raises(OperationalError):
            fetching.fetch("cbr")
    run = FetchRun.objects.first()
    assert (run.status, run.error_kind, run.error) == ("failed", "crash", "OperationalError")
    untouched(client)
    assert fetching.fetch("cbr").new == 4
    shows(client, "64.3008", SATURDAY)


@pytest.mark.parametrize("day", [22, 23, 24, 25])
def test_27_a_weekend_and_a_day_off_leave_the_same_number_and_no_reproach(
    usd, bank, client, saturday, day
):
    Holiday.objects.create(calendar="cbr", day=date(2020, 2, 24))
    bank.says = answer(rates())
    fetching.fetch("cbr")
    saturday.move_to(datetime(2020, 2, day, 12, tzinfo=MOSCOW))
    assert fetching.fetch("cbr").status == "unchanged"
    shows(client, "64.3008", SATURDAY)
    assert state("usd-rub") in ("fresh", "gap")


def state(code):
    return quotes.of([Instrument.objects.get(code=code)])[code].state.kind


@pytest.mark.parametrize(
    ("days", "kind", "word"),
    [(5, "late", "Late."), (9, "stale", "Outdated."), (40, "stale", "Outdated.")],
)
def test_28_past_its_limits_a_value_shows_its_day_and_no_change(
    usd, bank, client, saturday, days, kind, word
):
    bank.says = answer(rates())
    fetching.fetch("cbr")
    assert "+0.88%" in cell_of(client, "usd-rub")
    saturday.shift(timedelta(days=days))
    bank.says = outside.hang_up
    fails("cbr", "network")
    page = shows(client, "64.3008", SATURDAY)
    assert state("usd-rub") == kind
    assert word in page[page.index('class="inst__said"') :]
    cell = cell_of(client, "usd-rub")
    assert f'data-state="{kind}"' in cell
    assert '<time datetime="2020-02-22">22 Feb</time>' in cell
    assert "%" not in cell
    board = client.get("/markets/").content.decode()
    assert f'<small class="old" data-state="{kind}">{word[:-1]}, ' in board


def cell_of(client, code):
    """The markup of an instrument's cell in the ticker."""
    strip_of = client.get("/markets/ticker/").content.decode()
    return next(cell for cell in strip_of.split("</li>") if f"/markets/{code}/" in cell)


def test_29_a_second_source_stands_in_under_its_own_name(usd, brent, bank, client, saturday):
    saturday.move_to(datetime(2020, 3, 12, 12, tzinfo=MOSCOW))
    bank.says = outside.hang_up
    fails("eia", "network")
    lines = b"observation_date,DCOILBRENTEU\n2020-03-09,56.00\n"
    bank.says = answer(lines, media="text/csv")
    assert fetching.fetch("fred").new == 1
    quote = quotes.of([brent.instrument])["brent"]
    assert (quote.source.key, quote.text) == ("fred", "56.00")
    # Its value before is three weeks old, but its own: EIA's newer one is not compared with it.
    assert quote.previous_as_of == date(2020, 2, 18)
    assert "BRENT 56.00" in strip.ticker_text("en")
    page = client.get("/markets/brent/").content.decode()
    assert "Retrieved from FRED" in page


def test_29_a_source_with_a_single_value_shows_no_change(usd, bank, client, saturday):
    Observation.objects.record(of("brent", "eia"), [Reading(date(2020, 2, 18), Decimal("57.35"))])
    saturday.move_to(datetime(2020, 3, 12, 12, tzinfo=MOSCOW))
    bank.says = answer(b"observation_date,DCOILBRENTEU\n2020-03-09,56.00\n", media="text/csv")
    assert fetching.fetch("fred").new == 1
    quote = quotes.of([of("brent", "eia").instrument])["brent"]
    assert (quote.source.key, quote.percent, quote.absolute) == ("fred", None, None)
    assert "%" not in cell_of(client, "brent")


def test_30_a_broken_database_costs_a_page_its_ticker_alone(usd, bank, client, monkeypatch):
    def broken(_language):
        raise OperationalError("gone")

    monkeypatch.setattr(strip, "load", broken)
    response = client.get("/markets/usd-rub/")
    assert response.status_code == 200
    assert 'class="ticker"' not in response.content.decode()


def test_31_without_data_there_is_no_bar(bank, client):
    bank.says = outside.hang_up
    fails("cbr", "network")
    assert strip.current("en").cells == []
    response = client.get("/markets/usd-rub/")
    assert response.status_code == 200
    assert 'class="ticker"' not in response.content.decode()


@pytest.mark.parametrize("zone", ["UTC", "Asia/Almaty", "America/New_York"])
def test_32_the_day_is_that_of_moscow_wherever_the_server_stands(
    usd, bank, client, saturday, settings, zone
):
    settings.TIME_ZONE = zone
    saturday.move_to(datetime(2020, 2, 21, 23, 30, tzinfo=MOSCOW))
    bank.says = answer(rates())
    fetching.fetch("cbr")
    shows(client, "63.7413", FRIDAY)
    saturday.move_to(datetime(2020, 2, 22, 0, 30, tzinfo=MOSCOW))
    shows(client, "64.3008", SATURDAY)


@pytest.mark.parametrize("eur", ["70,6000", "68,2500"])
def test_33_banks_that_disagree_are_both_flagged(usd, bank, client, eur):
    bank.says = answer(payload("ecb_daily.xml"))
    fetching.fetch("ecb")
    bank.says = answer(rates(eur=eur))
    run = fetching.fetch("cbr")
    assert (run.held, run.new) == (0, 4)
    flagged = Observation.objects.filter(is_flagged=True, hold_reason__startswith="cross")
    assert {row.series.instrument.code for row in flagged} == {"usd-rub", "eur-rub", "eur-usd"}
    shows(client, "64.3008", SATURDAY)


def test_33_banks_that_agree_are_not_and_a_gross_difference_waits(usd, bank, client):
    bank.says = answer(payload("ecb_daily.xml"))
    fetching.fetch("ecb")
    bank.says = answer(rates(eur="71,9000"))
    assert fetching.fetch("cbr").held == 2
    bank.says = answer(rates(eur="71,9000") + b" ")
    assert fetching.fetch("cbr").held == 0
    shows(client, "63.7413", FRIDAY)
    bank.says = answer(rates())
    run = fetching.fetch("cbr")
    assert (run.held, run.revised) == (0, 2)
    assert not Observation.objects.filter(as_of=SATURDAY, is_flagged=True).exists()
    assert not Observation.objects.filter(state="held").exists()
    shows(client, "64.3008", SATURDAY)


def test_34_a_bad_file_is_reported_line_by_line_and_changes_nothing(usd, client, market_editor):
    report = importing.read(payload("fuel_bad.csv"))
    assert not report.is_clean
    assert {line.verdict for line in report.lines} == {"error"}
    with pytest.raises(importing.NotClean):
        importing.apply(report, market_editor)
    assert not Observation.objects.filter(series__instrument__kind="fuel").exists()
    untouched(client)


def test_34_a_file_of_a_russian_spreadsheet_is_taken(usd, client, market_editor):
    report = importing.read(payload("fuel_ru_excel.csv"))
    importing.apply(report, market_editor)
    assert "AI-92 42.43" in strip.ticker_text("en")
    untouched(client)
