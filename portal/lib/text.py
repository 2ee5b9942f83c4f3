"""Text without markup: address words from Cyrillic, folding for search, plain text of prose."""

import html
import re
import unicodedata

# Readable Latin for the alphabets of the region: Russian, Ukrainian, Kazakh, Kyrgyz, Tajik, Uzbek.
LATIN = str.maketrans(
    dict(
        zip(
            "абвгдезийклмнопрстуфхцыэ",
            "a b v g d e z i y k l m n o p r s t u f kh ts y e".split(),
            strict=True,
        )
    )
    | {"ё": "yo", "ж": "zh", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu"}
    | {"я": "ya", "є": "ye", "і": "i", "ї": "yi", "ґ": "g", "ў": "o", "ә": "a", "ғ": "gh"}
    | {"қ": "q", "ң": "ng", "ө": "o", "ұ": "u", "ү": "u", "һ": "h", "ҳ": "h", "ҷ": "j"}
    | {"ӣ": "i", "ӯ": "u", "ß": "ss", "ı": "i", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"}
)
_COMBINING = re.compile(r"[\u0300-\u036f]")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_TAGS = re.compile(r"<[^>]*>")
_BLOCK_END = re.compile(r"</(?:p|h[1-6]|li|tr|td|th|caption|blockquote|figcaption)>|<br ?/?>", re.I)
_CELL_END = re.compile(r"(?:</p>\s*)?</t[dh]>\s*(?=<t[dh]\b)")
# A text that ends with one of these, and perhaps with what closes a quotation, needs no full stop.
_STOPS, _CLOSES = tuple(".!?…:;,"), "»”’\"')"
# What parts words in sanitised HTML, whose tags are in small letters.
_ENDS = ["<br>", "&nbsp;", "</p>", "</h2>", "</h3>", "</li>", "</tr>", "</td>", "</th>"]
_ENDS += ["</caption>", "</blockquote>", "</figcaption>"]
_SPACE = re.compile(r"\s+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def address_words(text, limit=80):
    """Latin words for an address: "Рубль окреп" -> "rubl-okrep". Cut at a word, may be empty."""
    text = unicodedata.normalize("NFC", text).lower().translate(LATIN)
    text = _COMBINING.sub("", unicodedata.normalize("NFD", text))
    words = _NOT_WORD.sub("-", text.replace("’", "").replace("'", "")).strip("-")
    if len(words) > limit:
        words = words[: limit + 1].rpartition("-")[0] or words[:limit]
    return words


def plain_text(prose):
    """Prose (sanitised HTML) as text: a space where a block ended, entities resolved."""
    return one_line(html.unescape(_TAGS.sub("", _BLOCK_END.sub(" ", prose))))


def readable_text(prose):
    """The same as a person reads it on one line: a dot between the cells of a row, a full stop
    behind a row, an item, a caption or a heading that has none.
    """
    marked = _CELL_END.sub(" · ", prose.replace("<br>", " "))
    texts = [text for text in map(plain_text, _BLOCK_END.split(marked)) if text]
    ends = (text if text.rstrip(_CLOSES).endswith(_STOPS) else f"{text}." for text in texts[:-1])
    return " ".join([*ends, *texts[-1:]])


def word_count(prose):
    """How many words prose (sanitised HTML) has."""
    for end in _ENDS:
        prose = prose.replace(end, " ")
    return len(_TAGS.sub("", prose).split())


def one_line(text):
    """Runs of white space as one space, controls and lone surrogates gone."""
    return _SPACE.sub(" ", _CONTROLS.sub("", text)).strip()


def without_controls(text):
    """Text a database and an XML reader will take: no NUL, no controls, no lone surrogates."""
    return _CONTROLS.sub("", text)


def fold(text):
    """The same for both sides of a comparison: case, ё = е, quotes, dashes, spaces."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    text = re.sub(r"[\u2018\u2019\u201a\u201b'`´]", "'", text)
    text = re.sub(r"[\u201c\u201d\u201e\u00ab\u00bb]", '"', text)
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", text)
    return one_line(text)


def reading_minutes(words):
    """Minutes to read that many words at 200 a minute, at least one."""
    return max(1, round(words / 200))


def initials(name):
    """Two letters for a monogram: "A. Serikova" -> "AS"."""
    return "".join(part[0] for part in re.findall(r"[^\W\d_]+", name)[:2]).upper()
