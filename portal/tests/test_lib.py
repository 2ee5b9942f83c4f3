"""The toolbox: numbers, days, languages and texts as every page writes them."""

import doctest
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import models
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from news.models import Author, Section
from portal.lib import dates, languages, numbers, text
from portal.lib.languages import Translated, columns

NB, MINUS = "\u00a0", "\u2212"


@pytest.mark.parametrize("module", [numbers, dates, languages, text])
def test_the_examples_of_the_toolbox_are_true(module):
    found = doctest.testmod(module, extraglobs={"date": date})
    assert found.failed == 0


def test_at_least_one_example_is_looked_at():
    assert doctest.testmod(dates, extraglobs={"date": date}).attempted >= 1


# Numbers -----------------------------------------------------------------------------------------

WRITTEN = [
    # value, least, most, options, English, Russian and Kazakh
    ("64.3008", 4, 4, {}, "64.3008", "64,3008"),
    ("52.10", 1, 2, {}, "52.1", "52,1"),
    ("52.00", 1, 2, {}, "52.0", "52,0"),
    ("42.43", 1, 2, {}, "42.43", "42,43"),
    ("5", 2, 2, {}, "5.00", "5,00"),
    ("0", 0, 0, {}, "0", "0"),
    ("0", 2, 2, {"sign": True}, "0.00", "0,00"),
    ("0.5", 0, 0, {}, "1", "1"),
    ("2.5", 0, 0, {}, "3", "3"),
    ("1.005", 2, 2, {}, "1.01", "1,01"),
    ("-1.005", 2, 2, {}, f"{MINUS}1.01", f"{MINUS}1,01"),
    ("-0.001", 2, 2, {}, "0.00", "0,00"),
    ("-0.001", 2, 2, {"sign": True}, "0.00", "0,00"),
    ("0.88", 2, 2, {"sign": True}, "+0.88", "+0,88"),
    ("-0.88", 2, 2, {"sign": True}, f"{MINUS}0.88", f"{MINUS}0,88"),
    ("999", 0, 0, {}, "999", "999"),
    ("1000", 0, 0, {}, "1,000", "1000"),
    ("9999.5", 1, 1, {}, "9,999.5", "9999,5"),
    ("9999.96", 1, 1, {}, "10,000.0", f"10{NB}000,0"),
    ("64300.5", 1, 1, {}, "64,300.5", f"64{NB}300,5"),
    ("1234567", 0, 0, {}, "1,234,567", f"1{NB}234{NB}567"),
    ("-1234567.891", 2, 2, {}, f"{MINUS}1,234,567.89", f"{MINUS}1{NB}234{NB}567,89"),
    ("1234567", 0, 0, {"group": False}, "1234567", "1234567"),
    ("1E+3", 0, 0, {}, "1,000", "1000"),
    ("1E-8", 0, 8, {}, "0.00000001", "0,00000001"),
    ("100", 0, 2, {}, "100", "100"),
]


@pytest.mark.parametrize("value, least, most, options, english, other", WRITTEN)
def test_a_number_is_written_for_readers(value, least, most, options, english, other):
    value = Decimal(value)
    assert numbers.written(value, least, most, language="en", **options) == english
    for code in ("ru", "kk"):
        assert numbers.written(value, least, most, language=code, **options) == other
        with translation.override(code):
            assert numbers.written(value, least, most, **options) == other


@pytest.mark.parametrize(
    "value, options, english, other",
    [
        ("0.88", {}, "+0.88%", f"+0,88{NB}%"),
        ("-0.88", {}, f"{MINUS}0.88%", f"{MINUS}0,88{NB}%"),
        ("0", {}, "0.00%", f"0,00{NB}%"),
        ("-0.004", {}, "0.00%", f"0,00{NB}%"),
        ("5", {"places": 0, "sign": False}, "5%", f"5{NB}%"),
        ("1234.5", {"places": 1}, "+1,234.5%", f"+1234,5{NB}%"),
    ],
)
def test_a_share_is_written_for_readers(value, options, english, other):
    assert numbers.percent(Decimal(value), language="en", **options) == english
    for code in ("ru", "kk"):
        assert numbers.percent(Decimal(value), language=code, **options) == other


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=4), st.sampled_from(["en", "ru"]))
def test_no_digit_is_lost_between_a_value_and_what_is_written(value, code):
    written = numbers.written(value, 4, language=code)
    plain = written.replace(MINUS, "-").replace(NB, "")
    plain = plain.replace(",", "") if code == "en" else plain.replace(",", ".")
    assert Decimal(plain) == value


@pytest.mark.parametrize(
    "value, plain", [("64.3008", "64.3008"), ("1E+3", "1000"), ("1E-8", "0.00000001"), ("-5", "-5")]
)
def test_machines_get_a_dot_and_no_exponent(value, plain):
    with translation.override("ru"):
        assert numbers.plain(Decimal(value)) == plain


READ = {
    "64.3008": "64.3008",
    "64,3008": "64.3008",
    "64 300,5": "64300.5",
    f"64{NB}300,5": "64300.5",
    "1\u202f234\u202f567": "1234567",
    " 42 ": "42",
    "0": "0",
}


@pytest.mark.parametrize("typed, value", READ.items())
def test_a_number_is_read_as_people_write_it(typed, value):
    assert numbers.read(typed) == Decimal(value)


@pytest.mark.parametrize(
    "typed",
    [
        *" -1 +1 1e3 NaN Infinity 1,234.5 1.2.3 1_000 ٣ １ 64. .5 0x10 $5 5% 1111111111111".split(
            " "
        ),
        *["1 2345", "1 23", "5 %", "1\n2"],
    ],
)
def test_what_is_no_number_is_not_guessed_at(typed):
    with pytest.raises(ValueError, match="not a number"):
        numbers.read(typed)


# Days and hours ----------------------------------------------------------------------------------

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    "form, english, russian, kazakh",
    [
        ("day", "23 Nov 2026", "23 ноября 2026", "23 қараша 2026"),
        ("short", "23 Nov", "23 ноя", "23 қар"),
        ("long", "23 November 2026", "23 ноября 2026", "23 қараша 2026"),
        (
            "week",
            "Monday, 23 November 2026",
            "Понедельник, 23 ноября 2026",
            "Дүйсенбі, 23 қараша 2026",
        ),
        ("month", "November 2026", "Ноябрь 2026", "Қараша 2026"),
    ],
)
def test_a_day_is_written_in_each_language(form, english, russian, kazakh):
    for code, expected in (("en", english), ("ru", russian), ("kk", kazakh)):
        with translation.override(code):
            assert dates.written(MONDAY, form) == expected


def test_every_month_and_weekday_has_a_short_name_of_its_own():
    for code in languages.CODES:
        with translation.override(code):
            months = [dates.month(date(2026, number, 1)) for number in range(1, 13)]
            shorts = [dates.written(date(2026, number, 1), "short") for number in range(1, 13)]
            weekdays = [dates.weekday(date(2026, 11, 23 + n)) for n in range(7)]
        assert len(set(months)) == len(set(shorts)) == 12
        assert len(set(weekdays)) == 7


INSTANT = datetime(2026, 11, 22, 21, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "code, expected",
    [("en", "23 Nov 2026, 00:30 MSK"), ("ru", "23 ноября 2026, 00:30 мск")],
)
def test_an_instant_is_written_in_the_zone_of_the_newsroom(code, expected):
    with translation.override(code):
        assert dates.moment(INSTANT) == expected
        assert dates.written(INSTANT, "day") == expected.split(",")[0]


@pytest.mark.parametrize(
    "name, written",
    [
        ("Europe/Moscow", "MSK"),
        ("Asia/Almaty", "UTC+5"),
        ("Asia/Kolkata", "IST"),
        ("Asia/Kathmandu", "UTC+5:45"),
        ("America/Sao_Paulo", "UTC−3"),
        ("Pacific/Pago_Pago", "SST"),
        ("Etc/GMT+11", "UTC−11"),
        ("America/St_Johns", "NST"),
        ("Pacific/Marquesas", "UTC−9:30"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_has_a_name_people_know(settings, name, written):
    settings.TIME_ZONE = name
    assert dates.zone(INSTANT) == written


# Languages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path, in_english, in_russian",
    [
        ("/", "/", "/ru/"),
        ("/ru/", "/", "/ru/"),
        ("/ru", "/", "/ru/"),
        ("/fuel/", "/fuel/", "/ru/fuel/"),
        ("/kk/fuel/12-x/", "/fuel/12-x/", "/ru/fuel/12-x/"),
        ("/rubric/", "/rubric/", "/ru/rubric/"),
        ("/kkk/", "/kkk/", "/ru/kkk/"),
        ("/ru/ru/", "/ru/", "/ru/ru/"),
    ],
)
def test_an_address_is_found_in_each_language(path, in_english, in_russian):
    assert languages.path_in(path, "en") == in_english
    assert languages.path_in(path, "ru") == in_russian
    assert languages.path_in(languages.path_in(path, "kk"), "ru") == in_russian


@pytest.mark.parametrize(
    "path, code",
    [
        ("/", "en"),
        ("", "en"),
        ("/ru/fuel/", "ru"),
        ("/ru", "ru"),
        ("/kk/", "kk"),
        ("/en/", "en"),
        ("/de/", "en"),
        ("/RU/", "en"),
        ("/rus/", "en"),
        ("/fuel/ru/", "en"),
    ],
)
def test_the_first_step_of_an_address_says_its_language(path, code):
    assert languages.language_of_path(path) == code


@pytest.mark.parametrize(
    "active, code", [("ru", "ru"), ("ru-kz", "ru"), ("de", "en"), (None, "en")]
)
def test_the_current_language_is_always_one_of_the_site(active, code):
    with translation.override(active, deactivate=False):
        assert languages.current() == code


def test_a_name_is_told_in_the_language_of_the_page_or_in_the_default_one():
    section = Section(name_en="Fuel", name_ru="Топливо")
    told = {}
    for code in languages.CODES:
        with translation.override(code):
            told[code] = section.name
    assert told == dict.fromkeys(languages.CODES, "Fuel") | {"ru": "Топливо"}
    assert Section.name.language_in_use(section, "ru") == "ru"
    assert Section.name.language_in_use(section, "kk") == "en"
    assert Section.name.in_language(section, "ru") == "Топливо"


def test_a_name_is_set_in_a_language_and_never_in_all_at_once():
    with pytest.raises(AttributeError, match="name_en"):
        Section().name = "Fuel"


def test_only_the_default_language_of_a_name_is_required():
    fields = {name: Section._meta.get_field(name) for name in columns("name")}
    assert list(fields) == [f"name_{code}" for code in languages.CODES]
    assert [name for name, field in fields.items() if not field.blank] == ["name_en"]
    assert all(field.blank for field in map(Author._meta.get_field, columns("role")))


def test_translated_columns_stand_where_the_model_names_them():
    names = [field.name for field in Section._meta.fields]
    first = names.index("name_en")
    after = first + len(languages.CODES)
    assert set(names[first:after]) == set(columns("name"))
    assert names[after].startswith("description")
    assert isinstance(Section.__dict__["name"], Translated)
    assert isinstance(Section._meta.get_field("name_kk"), models.CharField)


# Texts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "prose, plain",
    [
        ("<p>One</p><p>two</p>", "One two"),
        ("<p>One<br>two</p>", "One two"),
        ("<ul><li>One</li><li>two</li></ul>", "One two"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
        ("<p>a<strong>b</strong>c</p>", "abc"),
        ("<p>5 &lt; 6 &amp;&nbsp;7</p>", "5 < 6 & 7"),
        ("<p>&lt;b&gt;</p>", "<b>"),
        ("", ""),
    ],
)
def test_prose_as_plain_text(prose, plain):
    assert text.plain_text(prose) == plain


@pytest.mark.parametrize(
    "prose, read",
    [
        ("<p>One.</p><p>Two</p>", "One. Two"),
        ("<p>He said: «No.»</p>\n<p>Two</p>", "He said: «No.» Two"),
        ("<p>One<br>two</p>", "One two"),
        ("<h2>Prices</h2><p>They rose.</p>", "Prices. They rose."),
        (
            "<p>Three:</p><ul><li>One</li><li>two;</li><li><p>three</p></li></ul>",
            "Three: One. two; three",
        ),
        (
            "<table><caption>Litre</caption><tr><th>City</th><th>Tenge</th></tr>"
            "<tr><td><p>Aktau</p></td>\n<td>245.5</td></tr></table><p>All rose.</p>",
            "Litre. City · Tenge. Aktau · 245.5. All rose.",
        ),
        ("<p>a<strong>b</strong> &lt; c</p>", "ab < c"),
        ("<p></p>", ""),
    ],
)
def test_prose_is_read_on_one_line_and_nothing_runs_together(prose, read):
    assert text.readable_text(prose) == read


def test_a_line_is_one_line_of_clean_text():
    assert text.one_line(" a\n\tb\u00a0 c\u2028d\x00\ud800 ") == "a b c d"


FOLDED = [
    ("ЁЖ", "еж"),
    ("е\u0308ж", "еж"),
    ("Straße", "strasse"),
    ("ﬁeld", "field"),
    ("“a” «b» „c“", '"a" "b" "c"'),
    ("don’t don`t", "don't don't"),
    ("a—b–c−d‐e", "a-b-c-d-e"),
    ("Ё\u00a0 Ё", "е е"),
    ("İ", "i̇"),
]


@pytest.mark.parametrize("written, folded", FOLDED)
def test_both_sides_of_a_comparison_are_folded_alike(written, folded):
    assert text.fold(written) == folded


@given(st.text(max_size=80))
def test_folding_twice_is_folding_once(written):
    assert text.fold(text.fold(written)) == text.fold(written)


@given(st.text(max_size=300), st.integers(1, 90))
def test_address_words_are_short_plain_and_stable(headline, limit):
    words = text.address_words(headline, limit)
    assert len(words) <= limit
    assert set(words) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not words.startswith("-")
    assert not words.endswith("-")
    assert "--" not in words
    assert text.address_words(words, limit) == words


@pytest.mark.parametrize("words, minutes", [(0, 1), (1, 1), (299, 1), (301, 2), (1000, 5)])
def test_reading_takes_at_least_a_minute(words, minutes):
    assert text.reading_minutes(words) == minutes


@pytest.mark.parametrize(
    "name, letters",
    [("A. Serikova", "AS"), ("А. Серікова", "АС"), ("Cher", "C"), ("Jean-Luc X", "JL"), ("7", "")],
)
def test_a_monogram_has_at_most_two_letters(name, letters):
    assert text.initials(name) == letters
