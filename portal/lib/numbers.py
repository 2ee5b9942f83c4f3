"""One way to write every number a reader sees. Machines (CSV, JSON, <data value>) get `plain`."""

import re
from decimal import ROUND_HALF_UP, Decimal

from portal.lib import languages

NBSP = "\u00a0"
MINUS = "\u2212"
SIGNS = {"en": (".", ",")}  # decimal sign, group sign; every other language writes 64 300,5
OTHER = (",", NBSP)


def signs(language=None):
    """The decimal sign and the group sign of a language."""
    return SIGNS.get(language or languages.current(), OTHER)


def plain(value):
    """A Decimal as machines read it: dot, no exponent, no groups."""
    return f"{value:f}"


def rounded(value, places):
    """Commercial rounding (half up), exactly as prices are rounded."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def written(value, least=0, most=None, *, sign=False, group=True, language=None):
    """A Decimal for readers of a language.

    least, most: decimals shown; zeros beyond `least` are dropped (52.10 with 1, 2 is "52.1").
    sign: write + before a rise; nothing before zero. The minus is U+2212.
    """
    value = Decimal(value)
    most = least if most is None else most
    value = rounded(value, most)
    whole, _dot, decimals = f"{abs(value):f}".partition(".")
    decimals = decimals.rstrip("0").ljust(least, "0")
    point, separator = SIGNS.get(language or languages.current(), OTHER)
    if group and len(whole) > 4 - (separator == ","):
        whole = f"{int(whole):,}".replace(",", separator)
    mark = MINUS if value < 0 else "+" if sign and value > 0 else ""
    return f"{mark}{whole}{point if decimals else ''}{decimals}"


def percent(value, places=2, *, sign=True, language=None):
    """A share in per cent: +0.88% in English, +0,88 % (unbroken) elsewhere."""
    code = language or languages.current()
    text = written(value, places, sign=sign, language=code)
    return f"{text}%" if code in SIGNS else f"{text}{NBSP}%"


_WRITTEN = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,12})?", re.ASCII)
_SPACES = re.compile(r"(?<=[0-9])[ \u00a0\u202f](?=[0-9]{3}(?![0-9]))")


def read(text):
    """A Decimal as a person writes it: 64.3008, 64,3008 or 64 300,5. ValueError for anything else.

    Nothing is guessed: no sign, exponent, NaN or group sign other than a space is a number here.
    """
    text = _SPACES.sub("", text.strip())
    if not _WRITTEN.fullmatch(text):
        raise ValueError("not a number")
    return Decimal(text.replace(",", "."))
