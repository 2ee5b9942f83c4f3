"""Where a word begins and ends, and which spellings are one: for the search and for its answers."""

import re
import unicodedata

from portal.lib.text import fold

LONGEST = 48
# Kazakh letters as they are typed where the keyboard has none of them.
_QUICK = str.maketrans("қңғүұөәһі", "кнгууоахи")
# Written in two alphabets by one newsroom; all other names are met by transliteration.
SAME = {"аи": "ai", "брент": "brent", "опек": "opec", "юралс": "urals"}
_CHUNK = re.compile(r"[^\W_]+(?:[-'.,/&_:@+][^\W_]+)*")
_PART = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+")
_ACCENTED = re.compile(r"[\u00c0-\u024f\u1e00-\u1eff]")
_COMBINING = re.compile(r"[\u0300-\u036f\u0483-\u0489]")
# The letters and signs of our texts, of which most need no Unicode table to be folded.
_OURS = re.compile(r"[ -_a-~А-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі\n\r\t\xa0\u202f’«»„“”–—…°·₽₸]*")
_SIGNS = [("ё", "е"), ("’", "'"), ("–", "-"), ("—", "-"), ("\xa0", " "), ("\u202f", " ")]
_SIGNS += [(sign, '"') for sign in "«»„“”"]


def plain(text):
    """Folded for words: as portal.lib.text.fold, and é = e. Kazakh letters stay."""
    if _OURS.fullmatch(text):
        text = text.lower()
        for sign, plainer in _SIGNS:
            text = text.replace(sign, plainer)
        return text
    text = _COMBINING.sub("", fold(text))
    return _ACCENTED.sub(lambda found: unicodedata.normalize("NFD", found[0])[0], text)


def quick(word):
    """қазақ → казак."""
    return word.translate(_QUICK)


def chunks(text):
    """What stands between spaces, of a text that went through plain()."""
    return _CHUNK.findall(text)


def parts(chunk):
    """АИ-95 and АИ95 alike as аи, 95."""
    return [chunk] if chunk.isalpha() else _PART.findall(chunk)


def token(part):
    """The one spelling of a part."""
    part = quick(part.replace("'", ""))[:LONGEST]
    return SAME.get(part, part)


def tokens(text):
    """Every token of a text, in order."""
    return [token(part) for chunk in chunks(plain(text)) for part in parts(chunk)]
