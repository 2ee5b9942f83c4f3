"""What a picture's file says of itself: IPTC, XMP and EXIF, as plain text for a person to check.

Nothing read here is trusted: texts lose their controls and their length, dates must be possible,
and what cannot be read is left out. Whoever shows a text escapes it like any other.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from portal.lib.text import one_line

LONGEST_XMP = 512_000
UTF8 = b"\x1b%G"
# Datasets of the second record (IPTC-IIM 4.2), by the words of this module.
IPTC = {
    5: "title",
    37: "until",
    40: "instructions",
    55: "taken",
    80: "maker",
    105: "headline",
    110: "agency",
    115: "source",
    116: "rights",
    120: "caption",
}
_DC = "{http://purl.org/dc/elements/1.1/}"
_PHOTOSHOP = "{http://ns.adobe.com/photoshop/1.0/}"
_RIGHTS = "{http://ns.adobe.com/xap/1.0/rights/}"
_CORE = "{http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/}"
_PLUS = "{http://ns.useplus.org/ldf/xmp/1.0/}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
XMP = {
    f"{_PHOTOSHOP}Headline": "headline",
    f"{_DC}title": "title",
    f"{_DC}description": "caption",
    f"{_DC}creator": "maker",
    f"{_DC}rights": "rights",
    f"{_PHOTOSHOP}Credit": "agency",
    f"{_PHOTOSHOP}Source": "source",
    f"{_PHOTOSHOP}Instructions": "instructions",
    f"{_PHOTOSHOP}DateCreated": "taken",
    f"{_RIGHTS}UsageTerms": "instructions",
    f"{_CORE}AltTextAccessibility": "alt",
    f"{_PLUS}LicenseEndDate": "until",
}
EXIF = {0x013B: "maker", 0x8298: "rights", 0x010E: "caption", 0x9003: "taken"}
_DATE = re.compile(r"([12][0-9]{3})[-:./]?([01][0-9])[-:./]?([0-3][0-9])")
_KAZAKH = re.compile(r"[әғқңөұүһі]", re.IGNORECASE)
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)
# The line cameras write as a caption when nobody wrote one.
_CAMERAS_OWN = re.compile(
    r"(?:OLYMPUS|SONY|SAMSUNG|MINOLTA|KONICA|DCIM|DIGITAL CAMERA).{0,30}", re.IGNORECASE
)


@dataclass(frozen=True)
class Said:
    """What a file says. A text may be empty, a date None."""

    headline: str = ""
    caption: str = ""
    alt: str = ""
    credit: str = ""
    holder: str = ""
    terms: str = ""
    taken_on: date | None = None
    until: date | None = None


def said(image):
    """What an opened Pillow image says of itself; never raises for what it finds."""
    found = {}
    for part in (xmp(image), iptc(image), exif(image)):
        for name, text in part.items():
            if text and not found.get(name):
                found[name] = text
    caption = found.get("caption", "")
    names = [found.get("maker", ""), found.get("agency", "") or found.get("source", "")]
    return Said(
        headline=found.get("headline", "") or found.get("title", ""),
        caption="" if _CAMERAS_OWN.fullmatch(caption) else caption,
        alt=found.get("alt", ""),
        credit=" / ".join(dict.fromkeys(filter(None, names))),
        holder=found.get("rights", ""),
        terms=found.get("instructions", ""),
        taken_on=_day(found.get("taken", "")),
        until=_day(found.get("until", ""), ahead=timedelta(days=365 * 150)),
    )


def language(text, codes, default):
    """The code of the language a text is likely in, by its letters: one of `codes`."""
    if _KAZAKH.search(text) and "kk" in codes:
        return "kk"
    if len(_CYRILLIC.findall(text)) > len(_LATIN.findall(text)):
        return "ru" if "ru" in codes else default
    return "en" if "en" in codes and _LATIN.search(text) else default


def _day(text, ahead=timedelta(days=1)):
    """The date a text begins with; None for one that cannot be."""
    match = _DATE.match(text)
    try:
        day = match and date(*map(int, match.groups()))
    except ValueError:
        return None
    return day if day and date(1826, 1, 1) <= day <= date.today() + ahead else None


# IPTC-IIM ----------------------------------------------------------------------------------------


def iptc(image):
    """{word: text} of the IPTC block in JPEG (APP13) and TIFF."""
    block = _block(image)
    if not block:
        return {}
    records = list(datasets(block))
    values = {}
    for number, value in records:
        if number[0] == 2 and number[1] in IPTC:
            values.setdefault(IPTC[number[1]], []).append(value)
    read = _decoder(dict(records).get((1, 90), b""), [v for vs in values.values() for v in vs])
    return {
        name: one_line(", ".join(read(value) for value in found)) for name, found in values.items()
    }


def _block(image):
    photoshop = image.info.get("photoshop")
    if isinstance(photoshop, dict) and isinstance(photoshop.get(0x0404), bytes):
        return photoshop[0x0404]
    block = getattr(image, "tag_v2", {}).get(33723, b"")
    if isinstance(block, tuple):  # Pillow reads it as numbers of four bytes where it says LONG
        block = b"".join(int(number).to_bytes(4, "little") for number in block)
    return block if isinstance(block, bytes) else b""


def datasets(block):
    """((record, dataset), bytes) of an IPTC block, up to the first that is not whole."""
    at = 0
    while at + 5 <= len(block) and block[at] == 0x1C:
        number = (block[at + 1], block[at + 2])
        size = int.from_bytes(block[at + 3 : at + 5], "big")
        at += 5
        if size & 0x8000:  # an extended one: so many bytes say its length
            digits = size & 0x7FFF
            if digits > 4:
                return
            size = int.from_bytes(block[at : at + digits], "big")
            at += digits
        if at + size > len(block):
            return
        yield number, block[at : at + size]
        at += size


def _decoder(declared, values):
    """The function that turns the block's bytes into text.

    Few programs declare their alphabet (dataset 1:90). What decodes as UTF-8 is UTF-8; else the
    words decide: Cyrillic ones are high bytes throughout, accents of the West stand among letters.
    """
    high = b" ".join(values)
    try:
        high.decode("utf-8")
        coding = "utf-8"
    except UnicodeDecodeError:
        coding = "utf-8" if declared == UTF8 else _eight_bits(high)
    return lambda value: value.decode(coding, "ignore").strip("\x00")


def _eight_bits(text):
    runs = re.findall(rb"[A-Za-z\x80-\xff]+", text)
    cyrillic = sum(len(run) for run in runs if len(re.sub(rb"[A-Za-z]", b"", run)) * 2 > len(run))
    western = sum(len(run) for run in runs if any(byte > 127 for byte in run)) - cyrillic
    return "cp1251" if cyrillic > western else "cp1252"


# XMP and EXIF ------------------------------------------------------------------------------------


def xmp(image):
    """{word: text} of the XMP packet in JPEG, PNG, WebP, AVIF and TIFF."""
    packet = image.info.get("xmp") or getattr(image, "tag_v2", {}).get(700) or b""
    if isinstance(packet, str):
        packet = packet.encode("utf-8", "ignore")
    if not isinstance(packet, bytes) or not 0 < len(packet) <= LONGEST_XMP:
        return {}
    try:
        root = fromstring(packet.strip(b"\x00 \t\r\n"), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return {}
    found = {}
    for described in root.iter(f"{_RDF}Description"):
        for name, value in described.attrib.items():
            _add(found, name, value)
        for child in described:
            _add(found, child.tag, _value(child))
    return found


def _add(found, name, value):
    value = one_line(value)
    if name in XMP and value and XMP[name] not in found:
        found[XMP[name]] = value


def _value(element):
    """The text of an XMP property: its own, its list's joined, or its default language's."""
    parts = list(element.iter(f"{_RDF}li"))
    if not parts:
        return element.text or ""
    if any(part.get(_LANGUAGE) for part in parts):
        default = [part for part in parts if part.get(_LANGUAGE) == "x-default"]
        return (default or parts)[0].text or ""
    return ", ".join(part.text.strip() for part in parts if part.text)


def exif(image):
    """{word: text} of the EXIF lines that tell of people and days."""
    try:
        lines = image.getexif()
        lines = {**lines, **lines.get_ifd(0x8769)}
    except Exception:  # some cameras write EXIF that only they can read
        return {}
    texts = {name: lines.get(tag) for tag, name in EXIF.items()}
    return {name: one_line(_text(text)) for name, text in texts.items() if isinstance(text, str)}


def _text(text):
    """EXIF is ASCII by its rules and UTF-8 by custom; Pillow reads it as Latin-1."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
