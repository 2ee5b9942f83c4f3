"""Alternative texts that say nothing: a file's name is not what a picture shows."""

import re

_ENDING = re.compile(
    r"\S\.(?:jpe?g|jfif|png|gif|webp|avif|tiff?|heic|heif|bmp|svg|raw|psd)$", re.IGNORECASE
)
# What cameras, telephones, screens, messengers and agencies write before their numbers.
_MACHINE = (
    r"(?:_?dsc[fn]?|img|imag|image|pic|pict|picture|photo|p(?=[0-9]{5})|gopr|dji|mvi|vid|scan"
    r"|screen ?shot|снимок(?: экрана)?|скриншот|изображение|фото|рисунок|сурет|скан|экран"
    r"|whatsapp image|telegram|viber|signal|pxl|cimg|sam|rexfeatures|shutterstock|istock"
    r"|gettyimages|depositphotos|adobestock|untitled|без имени|безымянный|unnamed|download"
    r"|file|файл)"
)
_TAIL = r"(?:[0-9\s_\-–—.:,()]|wa|mp|hdr|at|в|am|pm|copy|edited|копия|final|cropped)*"
_NUMBERED = re.compile(rf"{_MACHINE}[\s_\-–—.(#№]*[0-9]{_TAIL}", re.IGNORECASE)
_HEXADECIMAL = re.compile(r"(?=.*[0-9])[0-9a-f]{8,}(?:-[0-9a-f]{4,}){0,4}", re.IGNORECASE)
_NO_LETTER = re.compile(r"[\W\d_]+")
_NOTHING = re.compile(
    r"image|img|photo|picture|pic|photograph|foto|untitled|alt|none|n/?a"
    r"|без имени|фото|фотография|снимок|картинка|изображение|сурет|фотосурет",
    re.IGNORECASE,
)
_DATED = re.compile(r"-[^\W\d_]+.*[0-9]{3}")


def looks_like_file_name(text):
    """Whether a text is the name of a file, or says nothing, instead of what a picture shows."""
    text = text.strip().strip("\"'«»“”")
    if not text:
        return False
    if _ENDING.search(text) or _is_joined(text):
        return True
    whole = (_NOTHING, _NUMBERED, _HEXADECIMAL, _NO_LETTER)
    return any(pattern.fullmatch(text) for pattern in whole)


def _is_joined(text):
    """oil_depot_final, brent-price-2026: joints and no space. Almaty-2 and well-known are words."""
    if any(map(str.isspace, text)):
        return False
    return "_" in text or text.count("-") >= 3 or bool(_DATED.search(text))
