"""Prices out of a file: a verdict for each line, and all of them or none."""

from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from markets import importing
from markets.models import FetchRun, Instrument, Observation
from markets.tests.test_providers import PAYLOADS, payload


@pytest.fixture(autouse=True)
def saturday(monday_noon):
    monday_noon.move_to(datetime(2020, 2, 22, 13, tzinfo=ZoneInfo("Europe/Moscow")))


@pytest.fixture(autouse=True)
def _instruments(instruments):
    pass


def verdicts(body):
    return [line.verdict for line in importing.read(body).lines]


def one(line, names="instrument,as_of,value,currency,unit,region,source,source_url,note"):
    (found,) = importing.read(f"{names}\n{line}\n".encode()).lines
    return found


def test_a_good_file_is_stored_whole_and_names_its_author(market_editor):
    report = importing.read(payload("fuel.csv"))
    assert report.is_clean
    assert report.count("new") == 8
    assert not Observation.objects.exists()
    run = importing.apply(report, market_editor)
    assert (run.status, run.trigger, run.seen, run.new) == ("ok", "import", 8, 8)
    assert (run.first_day, run.last_day) == (date(2020, 2, 14), date(2020, 2, 21))
    newest = Instrument.objects.get(code="fuel-ai92-ru").latest()
    assert (newest.value, newest.raw_value) == (Decimal("42.43"), "42.43")
    assert (newest.entered_by, newest.run) == (market_editor, run)
    assert newest.note == "example: ticker example"


def test_the_same_file_again_changes_nothing(market_editor):
    importing.apply(importing.read(payload("fuel.csv")), market_editor)
    report = importing.read(payload("fuel.csv"))
    assert report.count("same") == 8
    assert importing.apply(report, market_editor).status == "unchanged"
    assert Observation.objects.count() == 8


def test_brent_by_hand_enters_as_the_newsrooms_own(market_editor):
    importing.apply(importing.read(payload("brent_manual.csv")), market_editor)
    newest = Instrument.objects.get(code="brent").latest()
    assert (newest.value, newest.series.source.key) == (Decimal("58.45"), "editorial")


def test_each_bad_line_is_told_apart_and_nothing_is_echoed():
    importing.apply(importing.read(payload("fuel.csv")), None)
    report = importing.read(payload("fuel_bad.csv"))
    assert [(line.number, line.verdict) for line in report.lines] == [
        (number, "error") for number in range(2, 8)
    ]
    kopecks, day, unknown, negative, future, formula = (line.message for line in report.lines)
    assert "another unit or a slipped decimal point" in kopecks
    assert day.startswith("This is no date")
    assert unknown == "There is no such instrument."
    assert "formula" in negative  # a minus begins a formula, too
    assert "dated too far ahead" in future
    assert "formula" in formula
    assert "=1+1" not in str([(line.instrument, line.value, line.message) for line in report.lines])


def test_a_file_with_errors_cannot_be_applied(market_editor):
    report = importing.read(payload("fuel_bad.csv"))
    with pytest.raises(importing.NotClean):
        importing.apply(report, market_editor)
    assert not FetchRun.objects.exists()


def test_a_jump_is_announced_and_held_for_a_second_person(market_editor):
    importing.apply(importing.read(payload("fuel.csv")), market_editor)
    report = importing.read(b"instrument,as_of,value\nfuel-ai92-ru,2020-02-22,47.10\n")
    (line,) = report.lines
    assert (line.verdict, report.is_clean) == ("held", True)
    assert "unusually large" in line.message
    assert importing.apply(report, market_editor).held == 1
    assert Instrument.objects.get(code="fuel-ai92-ru").latest().value == Decimal("42.43")


def test_a_correction_is_announced(market_editor):
    importing.apply(importing.read(payload("fuel.csv")), market_editor)
    body = b"instrument,as_of,value\nfuel-ai92-ru,2020-02-21,42.53\n"
    assert verdicts(body) == ["revision"]
    assert importing.apply(importing.read(body), market_editor).revised == 1


def test_lines_of_one_file_are_judged_in_the_order_of_their_days():
    lines = ["fuel-ai92-ru,2020-02-21,46.5", "fuel-ai92-ru,2020-02-07,42.4"]
    lines += ["fuel-ai92-ru,2020-02-14,42.5"]
    body = "\n".join(["instrument,as_of,value", *lines, ""]).encode()
    assert verdicts(body) == ["held", "new", "new"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("fuel-ai92,2020-02-21,42.43,USD,l,RU,,,", "currency of this instrument is RUB"),
        ("fuel-ai92,2020-02-21,42.43,RUB,gal,RU,,,", "unit is not that"),
        ("fuel-ai92-ru,2020-02-21,42.43,RUB,l,KZ,,,", "region is not that"),
        ("fuel-ai98,2020-02-21,42.43,KZT,l,KZ,,,", "no such instrument"),
        ("usd-rub,2020-02-21,64.3,RUB,,,,,", "no series of the source editorial"),
        ("fuel-ai92-ru,2020-02-21,42.4333,RUB,l,RU,,,", "keeps 2 decimals"),
        ("fuel-ai92-ru,2020-02-21,42.43,RUB,l,RU,,javascript:alert(1),", "no web address"),
        ("fuel-ai92-ru,2020-02-21,19,RUB,l,RU,,,", "outside the plausible values"),
        ("fuel-ai92-ru,2020-02-21,0,RUB,l,RU,,,", "This is no price"),
        ("fuel-ai92-ru,2020-02-21,NaN,RUB,l,RU,,,", "This is no price"),
        ("fuel-ai92-ru,2020-02-21,42.43", "another number of cells"),
        ("@SUM(A1),2020-02-21,42.43,RUB,l,RU,,,", "formula"),
    ],
)
def test_what_contradicts_the_instrument_is_an_error(line, words):
    found = one(line)
    assert found.verdict == "error"
    assert words in found.message


def test_a_day_that_stands_twice_is_an_error():
    line = b"fuel-ai92-ru,2020-02-21,42.43\n"
    assert verdicts(b"instrument,as_of,value\n" + line + line) == ["new", "error"]


def test_what_is_no_file_is_told_in_words():
    for body in (b"", b"\0", b"a,b\n1,2\n", b"x" * 1_000_001, b"instrument,as_of,value\n"):
        report = importing.read(body)
        assert not report.is_clean
        assert report.error.endswith((".", "instrument", "a", "xxx"))


def test_five_thousand_lines_are_read_in_few_queries(django_assert_max_num_queries):
    names = [f"fuel-ai92-ru,{date.fromordinal(730_000 + n)},42.43" for n in range(5_000)]
    body = "\n".join(["instrument,as_of,value", *names]).encode()
    with django_assert_max_num_queries(6):
        assert len(importing.read(body).lines) == 5_000


# The command


def run(*arguments):
    out, err = StringIO(), StringIO()
    try:
        call_command("import_quotes", *arguments, stdout=out, stderr=err)
    except CommandError as error:
        return error.returncode, out.getvalue(), f"{err.getvalue()}{error}"
    return 0, out.getvalue(), err.getvalue()


def test_the_command_previews_and_then_stores(market_editor):
    file = str(PAYLOADS / "fuel_ru_excel.csv")
    code, out, _err = run(file, "--dry-run")
    assert (code, Observation.objects.count()) == (0, 0)
    assert "line 2    new      fuel-ai92-ru 2020-02-21 42.43" in out
    code, out, _err = run(file, "--by", market_editor.username)
    assert (code, out.splitlines()[-1]) == (0, "Stored: 1 new, 0 revised, 0 held.")
    assert Observation.objects.get().entered_by == market_editor


def test_the_command_ends_with_one_on_errors_and_stores_nothing():
    code, _out, err = run(str(PAYLOADS / "fuel_bad.csv"))
    assert code == 1
    assert "Lines with errors: 6. Nothing was stored." in err
    assert not Observation.objects.exists()


def test_the_command_refuses_a_missing_file_or_account(tmp_path):
    assert run(str(tmp_path / "none.csv"))[0] == 2
    assert run(str(PAYLOADS / "fuel.csv"), "--by", "nobody")[0] == 2


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "The file has no lines with prices."),
        (b"instrument,as_of\nbrent,2020-02-21\n", "value is missing"),
        (b"instrument,as_of,value,colour\n", "not \u201ccolour\u201d"),
        (b"instrument,as_of,value,value\n", "each once: not \u201cvalue\u201d"),
    ],
)
def test_what_is_wrong_with_the_columns_is_named(body, words):
    assert words in importing.read(body).error
