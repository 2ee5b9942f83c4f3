"""Text damaged by a wrong encoding is found, told and repaired; healthy text is left in peace."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from news import damage, prose
from news.damage import find, find_in_prose, repair, repair_prose
from portal.lib.text import plain_text


def read_as(text, encoding):
    """The text's UTF-8 read in another encoding, as a browser would: unknown bytes pass."""
    return "".join(
        bytes([b]).decode(encoding) if _knows(encoding, b) else chr(b) for b in text.encode()
    )


def _knows(encoding, byte):
    try:
        bytes([byte]).decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


REPAIRED = [
    ("Moscow?s refinery", "Moscow’s refinery"),
    ("They don?t know, we?ve asked", "They don’t know, we’ve asked"),
    ("Moscow\ufffds refinery", "Moscow’s refinery"),
    ("Moscowâ€™s refinery", "Moscow’s refinery"),
    ("a dash â€” and â€œquotesâ€\x9d", "a dash — and “quotes”"),
    ("cafÃ© in AlmatÄ±", "café in Almatı"),
    ("58 â‚¬ a tonne", "58 € a tonne"),
    ("1Â\u00a0200 tonnes", "1\u00a0200 tonnes"),
    ("1Â 200 tonnes", "1 200 tonnes"),
    (read_as("при этом рубль", "cp1252"), "при этом рубль"),
    (read_as("Қазақстанның мұнайы", "cp1252"), "Қазақстанның мұнайы"),
    (read_as("Қазақстанның мұнайы", "cp1251"), "Қазақстанның мұнайы"),
    ("РїСЂРё СЌС‚РѕРј", "при этом"),
    ("вЂ”", "—"),
    ("«Рубль» вЂ” это", "«Рубль» — это"),
    ("Ïðèâåò, ÷èòàòåëè", "Привет, читатели"),
    ("Рубль окреп".encode("cp1251").decode("koi8-r"), "Рубль окреп"),
    ("Рубль окреп".encode("koi8-r").decode("cp1251"), "Рубль окреп"),
    ("Рубль окреп".encode("koi8-r").decode("latin-1"), "Рубль окреп"),
    ("Rosneft &amp; Co", "Rosneft & Co"),
    ("Rosneft &amp;amp; Co &laquo;x&raquo;", "Rosneft & Co «x»"),
    ("It&#39;s", "It's"),
    ("тан\u00adкер у при\u200bчала\ufeff", "танкер у причала"),
    ("Moscow\x92s \x93plan\x94", "Moscow’s “plan”"),
]


@pytest.mark.parametrize(("broken", "whole"), REPAIRED)
def test_unambiguous_damage_is_repaired(broken, whole):
    assert find(broken)
    assert repair(broken) == whole
    assert find(whole) == []


@pytest.mark.parametrize(
    "broken",
    [
        "na?ve caf?s",
        "об?ект",
        "Т?леубаев келді",
        "?аза?станда м?най",
        "?????? ????? ?? ?????",
        "а\ufffdки",
        "\ufffd\ufffd\ufffd",
        "the end â€",
        "Moscow?s plan ? the new one",
    ],
)
def test_what_cannot_be_known_is_told_and_left(broken):
    places = find(broken)
    assert any(place.suggestion is None for place in places)
    for place in places:
        assert broken[place.start : place.end] == place.found


HEALTHY = [
    "Who knows? We do.",
    "what?what",
    "Что?что",
    "Really?! Yes? (No?) “Why?” «Зачем?» Почему?.. Как???",
    "https://example.org/?a=b&c=d and example.org/search?q=oil",
    "mail what?subject@example.org",
    "«ТАСС», «ПМР», СССР… США’ Р— С— В—",
    "ПІКІРІ КІРІСІ СІМ-карта ІРІРІК",
    "КАЗМУНАЙГАЗ НАРАСТИЛ ДОБЫЧУ НЕФТИ В ТРИ РАЗА",
    "ВВП, МВФ, ОПЕК+, ЛУКОЙЛ, ГОСТ Р 51858, АИ-95, НДПИ, кВтч, мВт, гВТ",
    "пРИВЕТ",
    "AT&T, Marks & Spencer, R&D; a&b;",
    "café, naïve, façade, Zürich, Škoda, Łódź, İstanbul, Çalışma, Aßmann, créée",
    "“Café”—the résumé… ‘é’ Ü“",
    "½ € 5 ₸ 7 ₽ № 3 ™ © ® ° ± ² µ · × ÷ – — − → ▲",
    "Ұлттық банк: теңге бағамы, өңір, үкімет, һәм, ғылым, Әлем",
    "👩\u200d🚀 👨\u200d👩\u200d👧",
    "",
]


@pytest.mark.parametrize("text", HEALTHY)
def test_healthy_text_is_not_accused(text):
    assert find(text) == []
    assert repair(text) == text


def demo():
    folder = damage.__file__.replace("news/damage.py", "fixtures/demo/stories")
    for path in sorted(Path(folder).glob("*/*.html")):
        yield path, path.read_text(encoding="utf-8").split("+++\n")


def test_no_story_of_the_demonstration_is_accused():
    accused = {}
    stories = 0
    for path, (_empty, matter, body) in demo():
        stories += 1
        places = find(matter) + find_in_prose(prose.clean(body)) + find(plain_text(body).upper())
        if places:
            accused[str(path)] = places
    assert accused == {}
    assert stories > 60


RUSSIAN = [
    plain_text(paragraph)
    for path, (_empty, _matter, body) in demo()
    if path.parent.name in {"ru", "kk"}
    for paragraph in re.findall(r"<p>.*?</p>", body)
]


@pytest.mark.parametrize("encoding", ["cp1252", "cp1251"])
def test_every_paragraph_read_in_the_wrong_encoding_comes_back(encoding):
    for text in RUSSIAN:
        assert repair(read_as(text, encoding)) == text


@settings(max_examples=60)
@given(st.sampled_from(RUSSIAN), st.sampled_from(["cp1251", "koi8-r", "latin-1"]))
def test_most_words_in_a_one_byte_disguise_are_found(text, taken_for):
    made_in = "cp1251" if taken_for != "cp1251" else "koi8-r"
    words = re.findall("[а-яё]{4,}", text)
    if len(words) < 5 or re.search("[әғқңөұүһіӘҒҚҢӨҰҮҺІ]", text):
        return
    broken = " ".join(words).encode(made_in).decode(taken_for)
    assert repair(broken) == " ".join(words)


@given(st.text())
def test_repair_ends_and_repairs_nothing_twice(text):
    mended = repair(text)
    assert all(place.suggestion is None for place in find(mended)) or len(find(text)) > 5


def test_the_words_of_a_body_are_repaired_and_its_markup_is_not_touched():
    body = (
        '<p>Moscow?s <a href="/search/?q=a&amp;b=don?t">plan</a> &amp;amp; don?t</p>\n'
        "<p>1&nbsp;200 &lt; 2</p>"
    )
    assert [place.found for place in find_in_prose(body)] == ["?", "&amp;", "?"]
    assert repair_prose(body) == (
        '<p>Moscow’s <a href="/search/?q=a&amp;b=don?t">plan</a> &amp; don’t</p>\n'
        "<p>1&nbsp;200 &lt; 2</p>"
    )
    assert prose.clean(repair_prose(body)) == repair_prose(body)


def test_a_healthy_word_beside_damage_is_left_in_peace():
    text = "«ПМР» и «ТАСС» пишут: " + read_as("при этом рубль", "cp1251")
    assert repair(text) == "«ПМР» и «ТАСС» пишут: при этом рубль"
    assert repair("«ПМР» donâ€™t") == "«ПМР» don’t"


def test_a_long_story_is_looked_through_quickly():
    body = "".join(f"<p>{text}</p>" for text in RUSSIAN * 2)
    begun = time.process_time()
    assert find_in_prose(body) == []
    assert repair_prose(body) == body
    assert time.process_time() - begun < 0.5
    assert len(body) > 70_000


def test_a_place_shows_the_words_around_it():
    text = "The tanker left the berth at noon and Moscow?s answer came at once, said the harbour."
    (place,) = find(text)
    assert place.excerpt == "…at noon and Moscow?s answer came at once,…"
