"""Letters read in a wrong encoding: found by what they decode to, repaired by reading them again.

Pure. A stretch is accused only when it becomes plausible text of our alphabets; healthy text of
English, Russian or Kazakh never does.
"""

import re
from typing import NamedTuple


class Misread(NamedTuple):
    start: int
    end: int
    text: str | None  # what it was, where that is certain


def _table(encoding):
    """{character: byte} of the upper half; bytes without a character are read as themselves."""
    table = {}
    for byte in range(0x80, 0x100):
        try:
            table[bytes([byte]).decode(encoding)] = byte
        except UnicodeDecodeError:
            table[chr(byte)] = byte
    return table


WESTERN = {chr(byte): byte for byte in range(0x80, 0xA0)} | _table("cp1252")
CYRILLIC = _table("cp1251")
# UTF-8 of what we print: Latin letters with marks, Cyrillic (no historic letters), Kazakh,
# punctuation, currency signs, №, ™, arrows, minus.
_OURS = re.compile(
    r"[\u00a0-\u017f\u0400-\u045f\u0490-\u04ff\u2009-\u203a\u20a0-\u20bf\u2116\u2122\u2190-\u2193"
    r"\u2212\u25b2\u25bc]+"
)
# The commonest pairs of letters: four fifths of all pairs in Russian news.
_PAIRS = set(
    (
        "аб ав ад ае аз ак ал ам ан ар ас ат ах аю ая ба бе бл бо бы ва ве ви во вс вт вы га го гр"
        " да дв де ди дн до ду ды ев ег ед ез ей ек ел ем ен еп ер ес ет жд же жн за зе ив ие из ий"
        " ик ил им ин ир ис ит их ия ка ки ко кр кт ку ла ле ли лн ло ль ля ма мв ме ми мл мо му на"
        " не ни нн но ну нц ны об ов ог од ое ож оз ои ой ок ол ом он оп ор ос от оч па пе пи пл по"
        " пр пу ра ре ри рн ро ру ры са се си ск сл сн со сп ст сь ся та те ти то тр тс ты ть уб уж"
        " ут ую хо ца це ци ча че чи чт ше ши ые ый ых ьш эт ют ят ёт"
    ).split()
)


def _chars(table, first, last):
    return "".join(re.escape(char) for char, byte in table.items() if first <= byte <= last)


def _sequences(table):
    """UTF-8 sequences of two and three bytes, written in the characters of the table."""
    more = f"[{_chars(table, 0x80, 0xBF)}]"
    two, three = _chars(table, 0xC2, 0xDF), _chars(table, 0xE0, 0xEF)
    return re.compile(f"(?:[{two}]{more}|[{three}]{more}{{2}})+")


_DOUBLED = {"west": (WESTERN, _sequences(WESTERN)), "east": (CYRILLIC, _sequences(CYRILLIC))}
# What is left of a sign when an invisible byte of it was lost on the way.
_STUMPS = re.compile("â€(?!\\w)|вЂ|Ð(?=[ÐÑ]|\\s)|[ÐÑ](?=[ÐÑ\u0080-\u00bf])")
# In Cyrillic disguise the second letter of a pair is one that Russian does not have.
_TELLING = re.compile("[ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•™љ›њќћџўЎЇЄЅЈҐјѕ№¤¦§©¬®°±µ¶·\u00a0\u0080-\u009f]")
# The last four of each: ё and Ё of the other encoding.
_LATIN_ONE = re.compile(r"(?<![a-zA-Z\d])[\u00c0-\u00ff\u00a8\u00b8\u00a3\u00b3]+(?![a-zA-Z\d])")
_TURNED = re.compile(r"(?<![\w╦╗])[а-яА-ЯЈі╦╗]?[А-ЯЈі╦╗]+(?![\w╦╗])")


def _decoded(piece, table):
    try:
        text = bytes(table[char] for char in piece).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return None
    return text if _OURS.fullmatch(text) else None


def doubled(text):
    """UTF-8 that was read as cp1252 or cp1251: â€™, Ð¿Ñ€Ð¸, РїСЂРё."""
    found, doubtful, rows = [], [], 0
    for name, (table, pattern) in _DOUBLED.items():
        for match in pattern.finditer(text):
            piece = match[0]
            decoded = _decoded(piece, table)
            if decoded is None:
                continue
            # «ПМР», СССР… : a capital before a quote is no damage; a row of such pairs is, and
            # where there is one the single pairs are damaged too.
            is_row = len(decoded) >= 3 or (len(decoded) == 2 and _TELLING.search(piece))
            is_sure = name == "west" or piece.startswith("вЂ") or is_row
            hit = Misread(match.start(), match.end(), decoded)
            if is_sure:
                found.append(hit)
                rows += bool(is_row and name == "east")
            elif not text[: match.start()][-1:].isalpha():
                doubtful.append(hit)
    found += doubtful if rows else []
    covered = [(m.start, m.end) for m in found]
    for match in _STUMPS.finditer(text):
        if not any(start <= match.start() < end for start, end in covered):
            found.append(Misread(match.start(), match.end(), None))
    return found


def likeness(text):
    """0…1: how Russian the pairs of letters in a text are (healthy text: about 0.8)."""
    low = text.lower()
    found = [low[n : n + 2] for n in range(len(low) - 1) if low[n : n + 2].isalpha()]
    return sum(pair in _PAIRS for pair in found) / len(found) if found else 0.0


def misread_words(text):
    """Russian words in a one-byte encoding that was taken for another: Ïðèâåò, оПХБЕР, рТЙЧЕФ."""
    return _other_alphabet(text) + _other_case(text)


def _groups(pattern, text):
    """Matches with nothing but spaces and signs between them, as one stretch."""
    group = []
    for match in pattern.finditer(text):
        if group and any(c.isalnum() for c in text[group[-1].end() : match.start()]):
            yield group
            group = []
        group.append(match)
    if group:
        yield group


def _best(words, readings):
    """(the reading that is Russian, how sure) of the joined words; (None, 0) where none is."""
    scored = []
    for source, target in readings:
        try:
            again = [word.encode(source).decode(target) for word in words]
        except UnicodeError:
            continue
        if all(re.fullmatch("[а-яёА-ЯЁ]+", word) for word in again):
            natural = sum(word[1:] == word[1:].lower() or word.isupper() for word in again)
            scored.append((likeness(" ".join(again)) * natural / len(again), again))
    return max(scored, default=(0.0, None))


def _other_alphabet(text):
    found = []
    for group in _groups(_LATIN_ONE, text):
        words = [match[0] for match in group]
        score, again = _best(words, [("latin-1", "cp1251"), ("latin-1", "koi8-r")])
        if score >= 0.5 and sum(map(len, words)) >= 4:
            found += [
                Misread(m.start(), m.end(), word) for m, word in zip(group, again, strict=True)
            ]
    return found


def _other_case(text):
    found = []
    for group in _groups(_TURNED, text):
        words = [match[0] for match in group]
        is_turned = any(word[0].islower() and len(word) > 2 for word in words)
        score, again = _best(words, [("cp1251", "koi8-r"), ("koi8-r", "cp1251")])
        gain = score - likeness(" ".join(words))
        if score >= 0.5 and gain >= 0.3 and sum(map(len, words)) >= (5 if is_turned else 10):
            found += [
                Misread(m.start(), m.end(), word) for m, word in zip(group, again, strict=True)
            ]
    return found
