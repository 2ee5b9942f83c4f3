"""Text damaged on its way here: where it is, what it was, and its repair where that is certain.

Pure. `find` and `repair` take plain text, `find_in_prose` and `repair_prose` the HTML of a body.
Healthy text is never accused: a question mark ends a question, stands in an address, or in
"what?what" where somebody forgot a space.
"""

import re
from html import escape, unescape
from typing import NamedTuple

from news import mojibake
from portal.lib.text import one_line

ENOUGH = 50  # places told; a text with more is damaged from end to end
LETTER = "A-Za-zÀ-ɏЀ-ӿ"
SMALL = "a-zß-ÿа-яёәғқңөұүһіў"
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+|\S*\?[\w-]+=\S*")
# don?t, Moscow?s: what follows an apostrophe in English. caf?s and clich?s lost another letter.
_CLITIC = re.compile(
    r"(?:(?<=n)[?\ufffd](?=t\b)|(?<=\bI)[?\ufffd](?=(?:m|ve|ll|d)\b)"
    r"|(?<=\b(?:he|we|it))[?\ufffd](?=(?:ve|ll|re|d)\b)"
    r"|(?<=\b(?:you|who|she))[?\ufffd](?=(?:ve|ll|re|d)\b)"
    r"|(?<=\b(?:they|that))[?\ufffd](?=(?:ve|ll|re|d)\b)"
    r"|(?<=[A-Za-z]{2})(?<!\bcaf)(?<!clich)(?<!expos)(?<!fianc)(?<!attach)(?<!sum)(?<!prot[eé]g)"
    r"[?\ufffd](?=s\b))"
)
_WITHIN = re.compile(rf"(?<![{LETTER}\d])([{LETTER}]+)\?(?=([{SMALL}]+))")
_HEAD = re.compile(rf"(?:(?<=[\s(«“\"])|^)\?+(?=[{SMALL}])")
_ROW = re.compile(r"(?<!\S)\?{2,}(?:[ ,.:;–—-]+\?{2,})+")
_LOST = re.compile("\ufffd+")
_DASH = re.compile(rf"(?<=[{LETTER}\d,»”]) \? (?=[{SMALL}\d])")
_ENTITY = re.compile(
    r"&(?:amp;)*(?:amp|lt|gt|quot|apos|nbsp|laquo|raquo|ldquo|rdquo|lsquo|rsquo|bdquo|mdash|ndash"
    r"|hellip|shy|#\d{2,6}|#x[0-9a-fA-F]{2,5});"
)
_INVISIBLE = re.compile(
    rf"[\u00ad\u200b\u2060\ufeff]+|(?<=[{LETTER}])[\u200c\u200d]+|[\u200c\u200d]+(?=[{LETTER}])"
)
_CONTROL = re.compile(r"[\u0080-\u009f]+")
# The first half of a hard space whose second half has become a plain one.
_HARD_SPACE = re.compile(rf"(?<=[{LETTER}\d,.:;])Â(?=\s)")
_TAG = re.compile(r"<(?:\"[^\"]*\"|'[^']*'|[^'\">])*>")


class Damage(NamedTuple):
    start: int
    end: int
    found: str
    suggestion: str | None  # None: only a person can tell
    excerpt: str


def find(text):
    """[Damage] in the order of the text, at most ENOUGH."""
    hits = []
    for misread in (*mojibake.doubled(text), *mojibake.misread_words(text)):
        hits.append(misread)
    hits += _controls(text)
    hits += [(m.start(), m.end(), "") for m in _HARD_SPACE.finditer(text)]
    hits += [(m.start(), m.end(), _unescaped(m[0])) for m in _ENTITY.finditer(text)]
    hits += [(m.start(), m.end(), "") for m in _INVISIBLE.finditer(text)]
    hits += [(m.start(), m.end(), None) for m in _LOST.finditer(text)]
    hits += _question_marks(text)
    # Of two that overlap the one that begins first, of two that begin together the certain one.
    places, end = [], 0
    for start, stop, suggestion in sorted(hits, key=lambda h: (h[0], h[2] is None, -h[1])):
        if start >= end:
            places.append(
                Damage(start, stop, text[start:stop], suggestion, _excerpt(text, start, stop))
            )
            end = stop
    return places[:ENOUGH]


def _question_marks(text):
    free = [(m.start(), m.end()) for m in _ADDRESS.finditer(text)]

    def is_address(place):
        return any(start <= place < end for start, end in free)

    sure = [(m.start(), m.end(), "’") for m in _CLITIC.finditer(text)]
    sure += [(m.start(), m.end(), None) for m in _ROW.finditer(text)]
    sure += [(m.start(), m.end(), None) for m in _HEAD.finditer(text)]
    doubtful = [(m.start() + 1, m.start() + 2, None) for m in _DASH.finditer(text)]
    for match in _WITHIN.finditer(text):
        hit = (match.end() - 1, match.end(), None)
        is_short = min(len(match[1]), len(match[2])) <= 2
        (sure if is_short and match[1][1:].islower() | (len(match[1]) == 1) else doubtful).append(
            hit
        )
    sure = [hit for hit in sure if not is_address(hit[0])]
    # Where one mark certainly stands for a lost letter, the doubtful ones do too.
    return sure + [hit for hit in doubtful if sure and not is_address(hit[0])]


def _controls(text):
    """Quotes and dashes of Windows left as invisible controls."""
    found = []
    for match in _CONTROL.finditer(text):
        suggestion = "".join(bytes([ord(char)]).decode("cp1252", "replace") for char in match[0])
        found.append((match.start(), match.end(), None if "\ufffd" in suggestion else suggestion))
    return found


def _unescaped(entity):
    """What an entity that readers would see as such was meant to be."""
    for _pass in range(5):
        again = unescape(entity)
        if again == entity:
            break
        entity = again
    return entity.replace("\u00ad", "")


def _excerpt(text, start, end, around=24):
    before, after = text[max(0, start - around) : start], text[end : end + around]
    if start > around:
        before = "…" + (before.partition(" ")[2] or before)
    if end + around < len(text):
        after = (after.rpartition(" ")[0] or after) + "…"
    return one_line(f"{before}{text[start:end]}{after}")


def repair(text):
    """The text with every certain repair made; the same text when there is none."""
    for _pass in range(4):  # doubled twice is repaired twice
        places = [place for place in find(text) if place.suggestion is not None]
        if not places:
            break
        parts, at = [], 0
        for place in places:
            parts += [text[at : place.start], place.suggestion]
            at = place.end
        text = "".join([*parts, text[at:]])
    return text


def find_in_prose(body):
    """[Damage] in the words of a body; start and end count within the stretch of text it is in."""
    found = []
    for part in _TAG.split(body):
        if part.strip():
            found += find(unescape(part))
    return found[:ENOUGH]


def repair_prose(body):
    """The body with every certain repair made in its words; its markup is not touched."""
    parts, at = [], 0
    for tag in [*_TAG.finditer(body), None]:
        words = body[at : tag.start() if tag else len(body)]
        plain = unescape(words)
        mended = repair(plain)
        # As the sanitiser writes it, and only where something changed.
        parts.append(
            words if mended == plain else escape(mended, quote=False).replace("\u00a0", "&nbsp;")
        )
        if tag:
            parts.append(tag[0])
            at = tag.end()
    return "".join(parts)
