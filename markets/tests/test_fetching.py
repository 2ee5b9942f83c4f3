"""When sources are asked, how often, by whom, and what is kept of it."""

import subprocess
import sys
import time
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.utils import timezone

from markets import asking, fetching
from markets.models import FetchRun, Holiday, Observation, Reading, Series, Source
from markets.tests.test_providers import daily, payload, valute
from portal.management.commands import tick
from portal.tests import world as outside
from portal.tests.world import answer

MOSCOW = ZoneInfo("Europe/Moscow")
TODAY = date(2020, 2, 22)


@pytest.fixture(autouse=True)
def saturday(monday_noon):
    """It is Saturday 22 February 2020, 13:00 in Moscow; a test on working days moves on."""
    monday_noon.move_to(datetime(2020, 2, 22, 13, tzinfo=MOSCOW))
    return monday_noon


@pytest.fixture
def only_usd(bank):
    """The dollar alone is asked of the Bank of Russia, and no other source at all."""
    Source.objects.exclude(key="cbr").update(is_enabled=False)
    Series.objects.filter(source__key="cbr").exclude(external_id="R01235").update(is_active=False)
    bank.says = answer(daily(valute()))
    return Series.objects.get(source__key="cbr", is_active=True)


def history(asked):
    """The dollar at 60 roubles on each day asked for, as the Bank writes it."""
    first, last = (
        datetime.strptime(asked.target.split(f"date_req{n}=")[1][:14], "%d%%2F%m%%2F%Y").date()
        for n in (1, 2)
    )
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    records = "".join(
        f'<Record Date="{day:%d.%m.%Y}" Id="R01235">'
        "<Nominal>1</Nominal><Value>60,0000</Value></Record>"
        for day in days
        if day.weekday() not in (6, 0)
    )
    return answer(
        f'<ValCurs ID="R01235" name="Foreign Currency Market Dynamic">{records}</ValCurs>'
    )


history = outside.by_request(history)


def source(key="cbr"):
    return Source.objects.get(key=key)


# One run


def test_a_run_tells_what_was_asked_and_what_came(only_usd, bank):
    run = fetching.fetch("cbr")
    assert run.url == f"{bank.address}/scripts/XML_daily.asp"
    assert (run.http_status, run.content_type, run.seen, run.new) == (200, "text/xml", 1, 1)
    assert run.bytes > 100
    assert len(run.sha256) == 64
    assert (run.trigger, run.parser_version) == ("command", "1")
    (row,) = run.observations.all()
    assert (row.raw_value, row.nominal) == ("64,3008", 1)
    assert source().last_success_at == run.finished_at


def test_nobody_is_asked_under_a_name_no_provider_has(bank):
    with pytest.raises(fetching.UnknownSource):
        fetching.fetch("editorial")


def test_an_answer_known_by_its_hash_is_not_read_again(only_usd, bank, monkeypatch):
    fetching.fetch("cbr")
    monkeypatch.setattr(asking, "store", None)
    assert fetching.fetch("cbr").status == "unchanged"


def test_a_new_series_is_read_from_an_answer_that_is_known_already(only_usd, bank):
    bank.says = answer(daily(valute() + valute("69,4191", one="R01239", code="EUR")))
    fetching.fetch("cbr")
    Series.objects.filter(external_id="R01239").update(is_active=True)
    assert fetching.fetch("cbr").new == 1


def test_a_source_that_knows_etags_is_asked_with_them(only_usd, bank):
    bank.says = answer(daily(valute()), etag='"v7"', last_modified="Sat, 22 Feb 2020 09:00:00 GMT")
    fetching.fetch("cbr")
    bank.says = answer(b"", 304)
    run = fetching.fetch("cbr")
    assert (run.status, run.http_status) == ("unchanged", 304)
    assert bank.asked[1].headers["if-none-match"] == '"v7"'
    assert bank.asked[1].headers["if-modified-since"] == "sat, 22 feb 2020 09:00:00 gmt"


def test_a_dry_run_counts_and_keeps_nothing(only_usd, bank):
    run = fetching.fetch("cbr", dry_run=True)
    assert (run.new, run.pk) == (1, None)
    assert not Observation.objects.exists()
    assert not FetchRun.objects.exists()
    assert source().last_attempt_at is None


def test_a_source_that_is_switched_off_is_not_asked(only_usd, bank):
    Source.objects.update(is_enabled=False)
    run = fetching.fetch("cbr")
    assert (run.status, run.error_kind) == ("skipped", "off")
    assert bank.asked == []
    assert fetching.fetch_due() == 0


def test_every_kind_of_failure_has_its_own_words():
    kinds = (
        "network timeout http_5xx http_4xx rate_limited auth blocked upstream_error schema "
        "encoding too_big xml_forbidden items busy off interrupted crash"
    ).split()
    words = {fetching.say(FetchRun(error_kind=kind)) for kind in kinds}
    assert len(words) == len(kinds)
    assert fetching.say(FetchRun()) == ""


# A long history


def test_a_history_comes_in_parts_with_pauses_and_progress(only_usd, bank):
    bank.says, told = history, []
    run = fetching.fetch(
        "cbr",
        first=date(2015, 1, 1),
        last=TODAY,
        progress=lambda done, of, run: told.append((done, of, run.new)),
    )
    assert [done for done, _of, _new in told] == [1, 2, 3]
    assert told[0][2] > 500
    assert run.new == only_usd.observations.count() > 1300
    assert bank.slept == [0.2, 0.2]


def test_a_history_that_was_cut_short_goes_on_where_it_stopped(only_usd, bank):
    bank.script = [history, answer(b"", 404)]
    bank.says = history
    span = {"first": date(2015, 1, 1), "last": TODAY}
    assert fetching.fetch("cbr", **span).status == "failed"
    assert only_usd.observations.count() > 500
    bank.asked.clear()
    run = fetching.fetch("cbr", **span)
    assert run.status == "ok"
    assert len(bank.asked) == 2
    assert only_usd.observations.count() > 1300
    bank.asked.clear()
    assert fetching.fetch("cbr", **span).status == "unchanged"
    assert len(bank.asked) == 3  # a history that was complete is asked for anew


def test_a_run_whose_process_died_is_closed_by_the_next(only_usd, bank):
    dead = FetchRun.objects.create(source=source(), status="running")
    fetching.fetch("cbr")
    dead.refresh_from_db()
    assert (dead.status, dead.error_kind) == ("failed", "interrupted")


def test_days_to_ask_for_reach_back_a_week_or_to_the_beginning(only_usd, bank):
    assert asking.span("cbr") == (TODAY - timedelta(days=365), TODAY + timedelta(days=1))
    Observation.objects.record(only_usd, [Reading(date(2020, 2, 11), Decimal(64))])
    assert asking.span("cbr")[0] == date(2020, 2, 4)


# The breaker


def test_after_five_failures_a_source_rests_longer_and_longer(only_usd, bank, saturday):
    bank.says = answer(b"", 404)
    rests = []
    for _number in range(10):
        run = fetching.fetch("cbr")
        until = source().open_until
        rests.append(until and until - run.finished_at)
    half = timedelta(minutes=30)
    assert rests == [None] * 4 + [half, half * 2, half * 4, half * 8, half * 12, half * 12]


def test_a_resting_source_is_left_alone_and_then_tried_once(only_usd, bank, saturday):
    Source.objects.filter(key="cbr").update(
        failures=5, open_until=timezone.now() + timedelta(minutes=30)
    )
    assert fetching.fetch_due() == 0
    assert bank.asked == []
    saturday.shift(timedelta(minutes=31))
    bank.says = history
    assert fetching.fetch_due() == 1
    assert (source().failures, source().open_until) == (0, None)


# By the clock


def test_a_new_installation_asks_for_a_year_and_then_for_the_newest(only_usd, bank, saturday):
    bank.says = history
    assert fetching.fetch_due() == 1
    assert only_usd.observations.count() > 250
    bank.asked.clear()
    saturday.move_to(datetime(2020, 2, 26, 13, tzinfo=MOSCOW))  # a Wednesday
    Source.objects.filter(key="cbr").update(last_attempt_at=timezone.now())
    bank.says = answer(daily(valute()))
    assert fetching.fetch_due() == 0  # not twice in the same half hour
    saturday.shift(timedelta(minutes=31))
    assert fetching.fetch_due() == 1
    assert bank.asked[0].target == "/scripts/XML_daily.asp"


def test_the_first_question_of_a_day_looks_a_week_back(only_usd, bank, saturday):
    saturday.move_to(datetime(2020, 2, 21, 13, tzinfo=MOSCOW))
    Observation.objects.record(only_usd, [Reading(date(2020, 2, 21), Decimal("63.7413"))])
    Source.objects.filter(key="cbr").update(last_attempt_at=timezone.now() - timedelta(days=1))
    bank.says = answer(payload("cbr_dynamic_empty.xml"))
    fetching.fetch_due()
    assert "date_req1=14%2F02%2F2020" in bank.asked[0].target
    saturday.shift(timedelta(minutes=31))
    bank.says = answer(daily(valute()))
    fetching.fetch_due()
    assert bank.asked[1].target == "/scripts/XML_daily.asp"


def test_on_a_day_off_the_mornings_look_is_all(only_usd, bank, saturday):
    bank.says = answer(payload("cbr_dynamic_empty.xml"))
    Observation.objects.record(only_usd, [Reading(date(2020, 2, 21), Decimal("63.7413"))])
    Holiday.objects.create(calendar="cbr", day=date(2020, 2, 24))
    saturday.move_to(datetime(2020, 2, 24, 0, 5, tzinfo=MOSCOW))
    Source.objects.filter(key="cbr").update(last_attempt_at=timezone.now() - timedelta(days=1))
    asked = []
    for _quarter in range(4 * 23):
        asked.append(fetching.fetch_due())
        saturday.shift(timedelta(minutes=15))
    assert sum(asked) == 1


def test_twenty_years_of_a_currency_take_less_than_ten_seconds(only_usd, bank):
    bank.says = history
    begun = time.process_time()
    run = fetching.fetch("cbr", first=date(2000, 2, 22), last=TODAY)
    assert time.process_time() - begun < 10
    assert run.new > 5_000
    assert len(bank.asked) == 10


def test_a_source_that_breaks_us_stops_no_other(bank, monkeypatch, caplog):
    def broken(*_arguments, **_options):
        raise ZeroDivisionError

    monkeypatch.setattr(fetching, "fetch", broken)
    assert fetching.fetch_due() == 5
    assert "broke" in caplog.text


def test_a_missing_key_is_told_once_a_day(bank, settings, saturday):
    settings.MARKETS["PROVIDERS"]["eia"]["key"] = ""
    Source.objects.exclude(key="eia").update(is_enabled=False)
    asked = []
    for _hour in range(96):
        asked.append(fetching.fetch_due())
        saturday.shift(timedelta(minutes=30))
    assert sum(asked) == 3  # Saturday, Sunday, Monday of New York
    assert bank.asked == []


def test_tick_says_what_it_did_and_survives_a_broken_half(only_usd, bank, monkeypatch):
    bank.says, out = history, StringIO()
    call_command("tick", stdout=out)
    assert out.getvalue() == "sources asked: 1\n"

    def broken():
        raise ZeroDivisionError

    monkeypatch.setattr(tick, "PARTS", [(broken, "x"), *tick.PARTS])
    with pytest.raises(CommandError, match="1 parts broke"):
        call_command("tick", stdout=out)


# On request


def test_a_person_asks_and_the_next_tick_does_it(only_usd, bank, market_editor):
    run = fetching.request_fetch(source(), market_editor)
    assert (run.status, run.trigger, run.requested_by) == ("queued", "person", market_editor)
    assert fetching.request_fetch(source(), market_editor) == run
    assert bank.asked == []
    bank.says = history
    assert fetching.run_queued() == 1
    run.refresh_from_db()
    assert (run.status, run.trigger) == ("ok", "person")
    assert fetching.run_queued() == 0


def test_a_process_of_its_own_starts_after_the_commit(
    only_usd, market_editor, monkeypatch, django_capture_on_commit_callbacks
):
    started = []

    class Process:
        def __init__(self, command, **options):
            started.append((command[-2:], options["start_new_session"]))

        def wait(self):
            pass

    monkeypatch.setattr(subprocess, "Popen", Process)
    with django_capture_on_commit_callbacks(execute=True):
        fetching.request_fetch(source(), market_editor)
        assert started == []
    assert started == [(["fetch_quotes", "--queued"], True)]


def test_a_source_without_a_provider_cannot_be_asked_for(bank, market_editor):
    with pytest.raises(fetching.UnknownSource):
        fetching.request_fetch(source("editorial"), market_editor)


# What is kept


def test_old_runs_go_but_the_last_of_each_day_and_those_with_values(only_usd, saturday):
    old = timezone.now() - timedelta(days=181)
    for minutes, more in ((0, {}), (1, {"new": 3}), (2, {}), (3, {})):
        moment = old + timedelta(minutes=minutes)
        FetchRun.objects.create(source=source(), status="ok", started_at=moment, **more)
    FetchRun.objects.create(source=source(), status="ok")
    assert fetching.purge() == 2
    assert FetchRun.objects.count() == 3


# The command


def run(*arguments):
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command("fetch_quotes", *arguments, stdout=out, stderr=err)
    except CommandError as error:
        code = error.returncode
    return code, out.getvalue(), err.getvalue()


def test_the_command_tells_each_source_in_a_line(only_usd, bank):
    bank.says = history
    code, out, err = run("--from", "2020-02-18", "--to", "2020-02-22")
    assert (code, err) == (0, "")
    assert out.startswith("cbr   new values: 5 seen, 5 new, 0 revised, 0 held, 0 refused; ")
    code, out, err = run("--from", "2017-02-18", "--to", "2020-02-22", "--dry-run")
    assert "part 1 of 2" in out
    assert "(dry run, nothing stored)" in out


def test_the_command_ends_with_one_when_a_source_fails(only_usd, bank):
    bank.says = answer(b"", 500)
    code, out, err = run("--source", "cbr")
    assert code == 1
    assert out.startswith("cbr   failed: 0 seen")
    assert "The source has a fault of its own. [http_5xx] HTTP 500" in err


def test_the_command_ends_with_three_when_nothing_could_be_asked(only_usd, bank):
    Source.objects.update(is_enabled=False)
    code, _out, err = run("--source", "cbr")
    assert code == 3
    assert "Fetching from this source is switched off." in err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--from", "2020-01-01"),
        ("--from", "2020-01-02", "--to", "2020-01-01"),
        ("--from", "1.1.2020", "--to", "2020-01-01"),
        ("--source", "editorial"),
    ],
)
def test_the_command_refuses_what_it_does_not_understand(db, arguments):
    with pytest.raises(CommandError) as caught:
        call_command("fetch_quotes", *arguments)
    assert caught.value.returncode in (1, 2)


def test_the_command_lists_the_currencies_of_the_bank(bank):
    bank.says = answer(payload("cbr_val.xml"))
    code, out, _err = run("--list")
    assert code == 0
    assert "R01335             100  Kazakhstan Tenge" in out
    bank.says = answer(payload("cbr_error.xml"))
    assert run("--list")[0] == 1


def test_two_processes_hold_one_lock(tmp_path):
    """The file lock of SQLite: whoever comes second is told at once."""
    script = (
        "import django; django.setup(); from portal.lib.locks import only_one\n"
        "with only_one('fetch-x') as mine: print(mine, flush=True); input()"
    )
    environment = {
        "PATH": "/usr/bin:/bin",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "VAR_DIR": str(tmp_path),
        "ENV_FILE": "/dev/null",
    }
    options = {"cwd": project.BASE_DIR, "env": environment, "text": True}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    first = subprocess.Popen([sys.executable, "-c", script], **options, **pipes)
    assert first.stdout.readline() == "True\n"
    second = subprocess.run(
        [sys.executable, "-c", script], input="\n", capture_output=True, timeout=60, **options
    )
    assert second.stdout == "False\n"
    first.kill()
    first.wait()
    third = subprocess.run(
        [sys.executable, "-c", script], input="\n", capture_output=True, timeout=60, **options
    )
    assert third.stdout == "True\n"
