"""Names in the order of a language's alphabet, whatever the database's own order is."""

import unicodedata

from portal.lib import languages

# A language without a line here is sorted as Latin letters without their marks.
ALPHABETS = {
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "kk": "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя",
}
_PLACES = {code: {c: n for n, c in enumerate(letters)} for code, letters in ALPHABETS.items()}


def key(text, code=None):
    """A sort key: digits, Latin, then the language's own letters; case counts for nothing."""
    places = _PLACES.get(code or languages.current(), {})
    found = []
    for letter in unicodedata.normalize("NFC", str(text)).casefold():
        if letter in places:
            found.append((2, places[letter]))
        elif letter.isalpha():
            plain = unicodedata.normalize("NFD", letter)[0]
            found.append((1, ord(plain)) if plain.isascii() else (3, ord(plain)))
        else:
            found.append((0, ord(letter)))
    return found, str(text)
