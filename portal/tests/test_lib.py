"""The toolbox: numbers, dates, languages and text, without a database."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.test import override_settings
from django.utils import translation

from portal.lib import dates, languages, numbers, text

NBSP = "\u00a0"
DAY = date(2026, 11, 23)
MOMENT = datetime(2026, 11, 23, 8, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "places", "english", "russian"),
    [
        ("64.3008", (4, 4), "64.3008", "64,3008"),
        ("52.10", (1, 2), "52.1", "52,1"),
        ("52", (1, 2), "52.0", "52,0"),
        ("42.43", (1, 2), "42.43", "42,43"),
        ("0.005", (2, 2), "0.01", "0,01"),
        ("1234.5", (1, 1), "1,234.5", "1234,5"),
        ("12345.6", (1, 1), "12,345.6", f"12{NBSP}345,6"),
        ("1234567", (0, 0), "1,234,567", f"1{NBSP}234{NBSP}567"),
        ("-3.1", (1, 1), "−3.1", "−3,1"),
        ("1E+3", (0, 0), "1,000", "1000"),
    ],
)
def test_numbers_are_written_as_the_language_writes_them(value, places, english, russian):
    assert numbers.written(value, *places, language="en") == english
    assert numbers.written(value, *places, language="ru") == russian
    assert numbers.written(value, *places, language="kk") == russian


def test_changes_carry_their_sign_and_nothing_has_none():
    assert numbers.percent(Decimal("0.876"), language="en") == "+0.88%"
    assert numbers.percent(Decimal("-0.13"), language="ru") == f"−0,13{NBSP}%"
    assert numbers.percent(Decimal("0.001"), language="en") == "0.00%"
    assert numbers.written(Decimal("-0.001"), 2, language="en", sign=True) == "0.00"


def test_machines_read_a_dot_and_no_exponent():
    with translation.override("ru"):
        assert numbers.plain(Decimal("1E+3")) == "1000"
        assert numbers.plain(Decimal("64.3008")) == "64.3008"


@pytest.mark.parametrize(
    ("code", "form", "written"),
    [
        ("en", "day", "23 Nov 2026"),
        ("en", "short", "23 Nov"),
        ("en", "long", "23 November 2026"),
        ("en", "week", "Monday, 23 November 2026"),
        ("en", "month", "November 2026"),
        ("ru", "day", "23 ноября 2026"),
        ("ru", "short", "23 ноя"),
        ("ru", "week", "Понедельник, 23 ноября 2026"),
        ("ru", "month", "Ноябрь 2026"),
        ("kk", "day", "23 қараша 2026"),
        ("kk", "short", "23 қар"),
        ("kk", "week", "Дүйсенбі, 23 қараша 2026"),
    ],
)
def test_days_are_written_as_the_language_writes_them(code, form, written):
    with translation.override(code):
        assert dates.written(DAY, form) == written


def test_moments_carry_the_newsrooms_zone():
    assert dates.moment(MOMENT) == "23 Nov 2026, 11:20 MSK"
    with translation.override("ru"):
        assert dates.moment(MOMENT) == "23 ноября 2026, 11:20 мск"


@pytest.mark.parametrize(
    ("zone", "shown"),
    [("Asia/Almaty", "13:20 UTC+5"), ("Asia/Kathmandu", "14:05 UTC+5:45"), ("UTC", "08:20 UTC")],
)
def test_zones_without_a_name_are_told_by_their_distance(zone, shown):
    with override_settings(TIME_ZONE=zone):
        assert dates.moment(MOMENT) == f"23 Nov 2026, {shown}"


@pytest.mark.parametrize(
    ("path", "code", "there"),
    [
        ("/", "ru", "/ru/"),
        ("/ru/", "en", "/"),
        ("/ru/fuel/", "kk", "/kk/fuel/"),
        ("/fuel/", "en", "/fuel/"),
        ("/kk/fuel/1-x/", "en", "/fuel/1-x/"),
        ("/rutile/", "ru", "/ru/rutile/"),
        ("/ru", "en", "/"),
    ],
)
def test_an_address_has_its_counterpart_in_each_language(path, code, there):
    assert languages.path_in(path, code) == there


def test_only_a_whole_first_step_names_a_language():
    assert languages.language_of_path("/ru/fuel/") == "ru"
    assert languages.language_of_path("/rutile/") == "en"
    assert languages.language_of_path("/en/fuel/") == "en"
    assert languages.language_of_path("") == "en"


def test_names_fall_back_to_the_default_language_and_say_so():
    from news.models import Section

    section = Section(name_en="Fuel", name_ru="Топливо")
    assert section.name == "Fuel"
    with translation.override("ru"):
        assert section.name == "Топливо"
    with translation.override("kk"):
        assert section.name == "Fuel"
    assert Section.name.language_in_use(section, "ru") == "ru"
    assert Section.name.language_in_use(section, "kk") == "en"
    with pytest.raises(AttributeError, match="name_en"):
        section.name = "Fuel"


@pytest.mark.parametrize(
    ("headline", "words"),
    [
        ("Рубль окреп", "rubl-okrep"),
        ("Ёлки и щётки: съезд", "yolki-i-shchyotki-sezd"),
        ("Қызылорда диқандары", "qyzylorda-diqandary"),
        ("Ғарыш, өзен, әуе, үй, ұшақ, іс, һәм, теңге", "gharysh-ozen-aue-uy-ushaq-is-ham-tengge"),
        ("Київ їде", "kiyiv-yide"),
        ("Ўзбекистон", "ozbekiston"),
        ("Zürich & Łódź", "zurich-lodz"),
        ("What’s next?", "whats-next"),
        ("100% — да", "100-da"),
        ("……", ""),
        ("中文", ""),
    ],
)
def test_headlines_of_every_alphabet_of_the_region_become_readable_words(headline, words):
    assert text.address_words(headline) == words


def test_address_words_end_at_a_word():
    words = text.address_words("pipeline " * 30, 50)
    assert len(words) <= 50
    assert words.endswith("pipeline")


def test_folding_makes_both_sides_of_a_comparison_alike():
    assert text.fold("Ёмкость  «АИ‑95»") == text.fold('емкость "аи-95"')
    assert text.fold("Don’t") == text.fold("DON'T")


def test_plain_text_keeps_words_apart_and_resolves_entities():
    assert text.plain_text("<p>Oil &amp; gas</p><p>Next</p>") == "Oil & gas Next"
    assert text.plain_text("<td>1</td><td>2</td>") == "1 2"
    assert text.plain_text("Cas<strong>p</strong>ian") == "Caspian"


def test_controls_and_lone_surrogates_go():
    assert text.one_line("a\x00b\ud800c\n d") == "abc d"
    assert text.without_controls("line\nline\x0b") == "line\nline"


def test_small_words_of_the_page():
    assert text.initials("A. Serikova") == "AS"
    assert text.initials("Қ. Әлімов") == "ҚӘ"
    assert text.reading_minutes(30) == 1
    assert text.reading_minutes(1000) == 5
