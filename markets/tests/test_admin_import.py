"""A file of prices at the desk: a report first, then everything in it or nothing."""

from decimal import Decimal

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from markets.models import FetchRun, Observation, Source, State
from markets.tests.factories import MONDAY

PAGE = f"/{settings.ADMIN_PATH}/markets/observation/import/"
HEAD = "instrument,as_of,value,currency,unit,region,source,source_url,note\n"
GOOD = HEAD + (
    "fuel-ai92,2026-11-23,42.43,RUB,l,RU,,https://example.org/survey,weekly survey\n"
    "fuel-ai95,2026-11-23,46.32,RUB,l,RU,,,\n"
    "brent,20.11.2026,58.45,USD,bbl,,,,\n"
)


@pytest.fixture
def desk(instruments, member):
    return member("Market editors")


@pytest.fixture
def editorial(instruments):
    return Source.objects.get(key="editorial")


def upload(client, text, source, name="prices.csv"):
    body = text if isinstance(text, bytes) else text.encode()
    return client.post(PAGE, {"file": SimpleUploadedFile(name, body), "source": source.pk})


def test_a_file_is_reported_line_by_line_and_nothing_is_stored_yet(desk, editorial):
    page = upload(desk, GOOD, editorial).content.decode()
    for text in ("fuel-ai92-ru", "42.43", "2026-11-20", "3 new", "Store all of it"):
        assert text in page, text
    assert not Observation.objects.exists()


def test_the_reported_file_is_stored_without_choosing_it_again(desk, editorial):
    kept = upload(desk, GOOD, editorial).context["kept"]
    page = desk.post(PAGE, {"kept": kept, "_apply": ""}, follow=True).content.decode()
    assert "The file is stored: 3 new" in page
    row = Observation.objects.get(series__instrument__code="fuel-ai92-ru", as_of=MONDAY)
    assert (row.value, row.entered_by, row.note) == (Decimal("42.43"), desk.user, "weekly survey")
    run = FetchRun.objects.get()
    assert (run.trigger, run.requested_by, run.new) == ("import", desk.user, 3)


def test_one_wrong_line_and_nothing_can_be_stored(desk, editorial):
    wrong = GOOD + "fuel-zz,2026-11-23,46.32,RUB,l,RU,,,\nfuel-ai98,2026-11-23,=1+1,RUB,l,RU,,,\n"
    response = upload(desk, wrong, editorial)
    page = response.content.decode()
    for text in ("There is no such instrument", "like a formula", "2 wrong", "3 new"):
        assert text in page, text
    assert "Store all of it" not in page and "Choose the corrected file" in page
    assert "=1+1" not in page
    assert response.context["kept"] == ""
    assert not Observation.objects.exists()


def test_a_file_that_grew_wrong_since_its_report_is_reported_again(desk, editorial):
    kept = upload(desk, GOOD, editorial).context["kept"]
    editorial.series.filter(instrument__code="brent").update(is_active=False)
    page = desk.post(PAGE, {"kept": kept, "_apply": ""}).content.decode()
    assert "Nothing is stored" in page
    assert not Observation.objects.exists()


def test_a_jump_in_a_file_is_announced_and_then_held(desk, editorial):
    upload_one = HEAD + "brent,2026-11-20,58.45,,,,,,\nbrent,2026-11-23,75.00,,,,,,\n"
    response = upload(desk, upload_one, editorial)
    assert "1 will be held for another person" in response.content.decode()
    desk.post(PAGE, {"kept": response.context["kept"], "_apply": ""})
    assert Observation.objects.get(as_of=MONDAY).state == State.HELD


def test_the_file_of_russian_excel_is_read(desk, editorial):
    text = "instrument;as_of;value;note\nfuel-ai92-ru;23.11.2026;42,43;из таблицы\n"
    kept = upload(desk, text.encode("cp1251"), editorial).context["kept"]
    desk.post(PAGE, {"kept": kept, "_apply": ""})
    row = Observation.objects.get()
    assert (row.value, row.note) == (Decimal("42.43"), "из таблицы")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "empty"),
        (b"\x00\x01\x02", "neither UTF-8 nor"),
        (b"name,price\nx,1\n", "must name the columns"),
        (HEAD.encode(), "no lines with prices"),
        (b"x" * 1_000_001, "larger than 1 MB"),
    ],
)
def test_what_is_no_file_of_prices_is_told_in_words(desk, editorial, body, message):
    page = upload(desk, body, editorial)
    assert page.status_code == 200
    assert message in page.content.decode()


def test_a_page_without_a_file_asks_for_one(desk, editorial):
    page = desk.post(PAGE, {"source": editorial.pk}).content.decode()
    assert "This field is required" in page


def test_a_name_of_a_file_is_text_and_no_markup(desk, editorial):
    page = upload(desk, GOOD, editorial, name="<b>x.csv").content.decode()
    assert "<b>x" not in page


def test_a_file_cannot_be_stored_as_a_banks_own_figures(desk, instruments):
    page = upload(desk, GOOD, Source.objects.get(key="cbr"))
    assert "valid choice" in page.content.decode()


@pytest.mark.parametrize("kept", ["", "nonsense", "e30:1abc:forged"])
def test_a_forged_file_is_refused(desk, editorial, kept):
    page = desk.post(PAGE, {"kept": kept, "_apply": ""}, follow=True)
    assert "choose the file again" in page.content.decode()
    assert not Observation.objects.exists()


def test_a_kept_file_is_its_uploaders_and_grows_old(desk, editorial, member, monday_noon):
    kept = upload(desk, GOOD, editorial).context["kept"]
    other = member("Market editors", "boris")
    other.post(PAGE, {"kept": kept, "_apply": ""})
    assert not Observation.objects.exists()
    monday_noon.shift(3601)
    page = desk.post(PAGE, {"kept": kept, "_apply": ""}, follow=True)
    assert "grown old" in page.content.decode()
    assert not Observation.objects.exists()


def test_a_long_file_shows_its_faults_first(desk, editorial):
    lines = "".join(f"brent,2025-{1 + n // 28:02}-{1 + n % 28:02},58.45\n" for n in range(330))
    text = "instrument,as_of,value\n" + lines + "gold,2026-11-23,1\n"
    page = upload(desk, text, editorial)
    assert page.context["lines"][0]["instrument"] == "gold"
    assert len(page.context["lines"]) == 300
    assert "and 31 further lines" in page.content.decode()
