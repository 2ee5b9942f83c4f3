"""Words: what is one word to the search, and how a question is read. No database is asked."""

import re
import threading

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from news.search import kazakh, query, words
from news.search.query import read
from portal.lib import tokens

ANY = st.text(max_size=120)
ODD = st.text(alphabet="abАбқі\"'*-()^:&|!<> \\\x00\u0301\ud800₸,.9", max_size=80)


def stems(text, language):
    return {words.stem(tokens.quick(tokens.plain(word)), language) for word in text.split()}


FORMS = {
    "ru": [
        "нефть нефти нефтью нефтей",
        "бензин бензина бензином бензине",
        "цена цены цен ценам ценами",
        "рубль рубля рублей рублями",
        "тариф тарифы тарифов",
        "поставка поставки поставок поставками",
        "ставка ставок ставкой",
        "копейка копеек",
        "рынок рынка рынке",
        "продавец продавца",
    ],
    "en": ["price prices", "pipeline pipelines", "refinery refineries", "tanker tankers"],
    "kk": [
        "мөлшерлеме мөлшерлемені мөлшерлемесі мөлшерлемесін мөлшерлеменің",
        "мұнай мұнайдың мұнайға мұнайды мұнайдан мұнаймен мұнайы мұнайлар мұнайларының",
        "баға бағасы бағаны бағаның бағаға бағалар бағалары бағаларын",
        "теңге теңгенің теңгеге теңгені теңгеден теңгемен",
        "газ газды газдың газға газдан",
        "станция станциясы станциялар станциялары станциясының станцияға",
        "Қазақстан Қазақстанда Қазақстанның Қазақстанға Қазақстаннан қазақстандық",
        "желі желіге желінің желілер желілері желісі",
        "қала қалада қалалар қалаларда қаланың",
        "пойыз пойыздар пойыздың пойызға",
    ],
}


@pytest.mark.parametrize(
    ("language", "forms"), [(code, line) for code, lines in FORMS.items() for line in lines]
)
def test_forms_of_a_word_have_one_stem(language, forms):
    assert len(stems(forms, language)) == 1


@pytest.mark.parametrize(
    ("language", "different"),
    [("ru", "нефть нефрит"), ("kk", "баға бақа"), ("kk", "теңге тең"), ("en", "price prince")],
)
def test_different_words_keep_different_stems(language, different):
    assert len(stems(different, language)) == 2


@given(word=st.text(alphabet="абвгдеиклмнорстуыя", min_size=1, max_size=20))
def test_no_kazakh_stem_is_empty_or_has_more_to_lose(word):
    stem = kazakh.stem(word)
    assert stem
    assert word.startswith(stem)
    assert kazakh.stem(stem) == stem


def test_a_language_without_a_stemmer_keeps_its_words():
    assert words.stem("сөздер", "ky") == "сөздер"


def test_latin_words_are_english_in_every_story():
    assert words.stem("tankers", "ru") == words.stem("tankers", "kk") == "tanker"


def test_stemmers_may_be_used_by_many_threads():
    asked = [f"цен{ending}{number}" for number in range(300) for ending in ("ами", "ы", "ах")]
    asked = [re.sub(r"\d", lambda d: "абвгдежзик"[int(d[0])], word) for word in asked]
    words.stem.cache_clear()
    alone = [words.stem(word, "ru") for word in asked]
    words.stem.cache_clear()
    found = {}

    def run(name):
        found[name] = [words.stem(word, "ru") for word in asked]

    threads = [threading.Thread(target=run, args=[n]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(result == alone for result in found.values())


@pytest.mark.parametrize(
    "alike",
    [
        "АИ-95|АИ95|AI-95|AI95|аи 95|Аи‑95",
        "Брент|Brent|БРЕНТ",
        "ещё|еще|ЕЩЁ|еще\u0308",
        "Қызылорда|Кызылорда|кызылорда",
        "һәм|хам",
        "café|cafe|CAFÉ",
        "O’Brien|O'Brien|obrien",
        "25MW|25 MW|25mw",
    ],
)
def test_spellings_of_one_thing_are_one_row_of_tokens(alike):
    assert len({tuple(tokens.tokens(text)) for text in alike.split("|")}) == 1


def test_short_i_and_dotted_i_are_not_the_same_letter():
    assert tokens.tokens("край") != tokens.tokens("краи")


@example("0\x0c0")
@given(text=st.one_of(ANY, st.text(alphabet="aZяЁқІ’—«».,-`\xa0₸°·…9 ", max_size=80)))
def test_the_quick_way_to_fold_is_the_thorough_one(text):
    quick = tokens.tokens(text)
    pattern, tokens._OURS = tokens._OURS, re.compile(r"(?!)")
    try:
        assert tokens.tokens(text) == quick
    finally:
        tokens._OURS = pattern


@given(text=st.one_of(ANY, ODD))
def test_a_stream_holds_letters_digits_and_our_own_marks_only(text):
    for token in words.Text(text, "kk").stream.split():
        assert token.lstrip(words.MARK).isalnum() or token == words.GAP
        assert len(token) <= tokens.LONGEST + 1


def test_a_text_is_indexed_by_exact_words_stems_and_own_letters():
    stream = words.Text("Нефте-газовые Қала, 118 000 тонн", "ru").stream
    for token in ("нефте", "газовые", "нефтегазовые", "·нефтегазов", "кала", "қала", "118000"):
        assert f" {token} " in stream
    assert " нефте газовые кала 118 000 тонн " in stream


def test_what_a_text_keeps_saying_is_told_by_stem():
    often = words.Text("нефть, нефти и нефтью. Газ.", "ru").often
    assert often.split() == ["·нефт"]


# Questions ---------------------------------------------------------------------------------------


def shape(typed, language="en"):
    asked = read(typed, [language])
    return [term.text for term in asked.terms], [term.text for term in asked.excluded]


@pytest.mark.parametrize(
    ("typed", "terms", "excluded"),
    [
        ("two words", ["two", "words"], []),
        ('"two words" more', ["two words", "more"], []),
        ("«two words» “and more”", ["two words", "and more"], []),
        ("oil -gas", ["oil"], ["gas"]),
        ('oil -"dry gas"', ["oil"], ["dry gas"]),
        ("oil - gas", ["oil", "gas"], []),
        ("e-mail", ["e-mail"], []),
        ("-gas", [], ["gas"]),
        ('unbalanced "quote', ["unbalanced", "quote"], []),
        ("the price of oil", ["price", "oil"], []),
        ("the", ["the"], []),
        ('"the" oil', ["the", "oil"], []),
        ("oil oil OIL", ["oil"], []),
        ("A. Serikova", ["serikova"], []),
        ("AND OR NOT NEAR(x)", ["near"], []),
        ("* - \" ' ( ) ^ : ~", [], []),
    ],
)
def test_questions_are_read_as_people_write_them(typed, terms, excluded):
    assert shape(typed) == (terms, excluded)


def test_a_question_is_cut_after_two_hundred_characters_and_ten_words():
    asked = read("word" * 100, ["en"])
    assert asked.is_cut
    assert len(asked.typed) == query.LONGEST
    many = read(" ".join(f"w{n}x" for n in range(40)), ["en"])
    assert len(many.terms) == query.MOST_TERMS


def test_only_the_last_word_is_a_beginning_unless_an_asterisk_says_so():
    def begun(typed):
        asked = read(typed, ["en"])
        return [any(way.is_beginning for way in term.ways) for term in asked.terms]

    assert begun("pipel tariff") == [False, True]
    assert begun("pipel* tariff") == [True, True]
    assert begun('"pipel" "tariff"') == [False, False]
    assert begun("oi") == [False]
    assert begun("oi*") == [True]


@given(typed=st.one_of(ANY, ODD))
@settings(max_examples=300)
def test_whatever_is_typed_the_database_gets_quoted_tokens_and_our_operators(typed):
    asked = read(typed, ["ru", "kk"])
    bare = re.sub(r'"[^"]*"', "", asked.fts)
    assert re.fullmatch(r"[() *]*(?:(?:AND|OR|NOT)[() *]*)*", bare), asked.fts
    assert all(
        re.fullmatch(rf"[{words.MARK}]?\w+", token)
        for phrase in re.findall(r'"([^"]*)"', asked.fts)
        for token in phrase.split()
    )
    bare = re.sub(r"'[^']*'", "", asked.tsquery)
    assert re.fullmatch(r"(?:[() |&!]|<->|:\*)*", bare), asked.tsquery
