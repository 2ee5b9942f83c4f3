"""What a file says of itself: read from three places, in any alphabet, and never trusted."""

import io
from datetime import date, timedelta

import pytest
from PIL import Image

from news import metadata, prefilling, renditions
from news.tests.photographs import alternatives, app13, iptc, photograph, sequence, xmp

CYRILLIC = {80: "А. Серикова", 110: "Степное агентство", 120: "Нефтебаза у Актау на закате."}
WESTERN = {80: "Jürgen Müller", 110: "Agência Ção", 120: "Über den Dächern von Köln, São Paulo."}


def said(file):
    with Image.open(io.BytesIO(file.read())) as image:
        return metadata.said(image)


# Alphabets ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "coding", "declared"),
    [
        (CYRILLIC, "utf-8", True),
        (CYRILLIC, "utf-8", False),
        (CYRILLIC, "cp1251", False),
        (WESTERN, "utf-8", True),
        (WESTERN, "utf-8", False),
        (WESTERN, "latin-1", False),
        (WESTERN, "cp1252", False),
        ({80: "A. Name", 110: "Steppe", 120: "A depot at dusk."}, "ascii", False),
        ({80: "Ә. Қасымов", 110: "Дала", 120: "Мұнай базасы."}, "utf-8", False),
        ({80: "A. Name", 110: "ТАСС", 120: "Актау, порт. Photo: Reuters"}, "cp1251", False),
        ({80: "D. Orlov", 110: "Steppe", 120: "“Dusk” – the depot’s €5m roof"}, "cp1252", False),
    ],
)
def test_iptc_is_read_in_the_alphabet_it_was_written_in(lines, coding, declared):
    found = said(photograph(block=iptc(lines, coding, declared)))
    assert found.credit == f"{lines[80]} / {lines[110]}"
    assert found.caption == lines[120]


def test_iptc_that_calls_itself_utf8_and_is_not_keeps_what_can_be_read():
    found = said(photograph(block=iptc({120: b"Depot \xff\xfe at dusk"}, declared=True)))
    assert found.caption == "Depot at dusk"


def test_every_line_of_iptc_has_its_place():
    lines = {
        5: "IMG-7711",
        37: "20301231",
        40: "No sales in Russia",
        55: "20261101",
        80: ["A. Name", "B. Name"],
        105: "Depot at dusk",
        116: "© Steppe 2026",
        115: "Steppe",
        120: "A depot.",
    }
    assert said(photograph(block=iptc(lines))) == metadata.Said(
        headline="Depot at dusk",
        caption="A depot.",
        credit="A. Name, B. Name / Steppe",
        holder="© Steppe 2026",
        terms="No sales in Russia",
        taken_on=date(2026, 11, 1),
        until=date(2030, 12, 31),
    )


# XMP and EXIF ------------------------------------------------------------------------------------

PACKET = xmp(
    alternatives("dc:description", x_default="A depot.", ru="Нефтебаза."),
    sequence("dc:creator", "A. Name", "B. Name"),
    alternatives("Iptc4xmpCore:AltTextAccessibility", x_default="Tanks before a red sky."),
    alternatives("dc:rights", x_default="© Steppe"),
    photoshop__Credit="Steppe / pool",
    photoshop__Headline="Depot at dusk",
    photoshop__DateCreated="2026-11-01T18:20:00+05:00",
    plus__LicenseEndDate="2027-01-31",
)
SAID = metadata.Said(
    headline="Depot at dusk",
    caption="A depot.",
    alt="Tanks before a red sky.",
    credit="A. Name, B. Name / Steppe / pool",
    holder="© Steppe",
    taken_on=date(2026, 11, 1),
    until=date(2027, 1, 31),
)


@pytest.mark.parametrize("format_", ["JPEG", "WEBP", "PNG", "TIFF", "AVIF"])
def test_xmp_is_read_from_every_format_that_may_hold_it(format_):
    out = io.BytesIO()
    image = Image.new("RGB", (60, 40))
    if format_ == "TIFF":
        image.save(out, format_, tiffinfo={700: PACKET})
    elif format_ == "PNG":
        from PIL.PngImagePlugin import PngInfo

        info = PngInfo()
        info.add_itxt("XML:com.adobe.xmp", PACKET.decode())
        image.save(out, format_, pnginfo=info)
    else:
        image.save(out, format_, xmp=PACKET)
    with Image.open(io.BytesIO(out.getvalue())) as opened:
        opened.load()
        assert metadata.said(opened) == SAID


def test_xmp_goes_before_iptc_and_iptc_before_exif():
    exif = Image.Exif()
    exif[0x013B], exif[0x8298] = "Exif Name", "© Exif".encode()
    exif[0x010E] = "An exif caption."
    file = photograph(
        block=iptc({80: "Iptc Name", 120: "An iptc caption."}),
        xmp=xmp(sequence("dc:creator", "Xmp Name")),
        exif=exif,
    )
    found = said(file)
    assert (found.credit, found.caption, found.holder) == ("Xmp Name", "An iptc caption.", "© Exif")


def test_exif_is_read_as_utf8_and_a_cameras_own_line_is_no_caption():
    exif = Image.Exif()
    exif[0x013B], exif[0x010E] = "А. Серикова".encode(), "OLYMPUS DIGITAL CAMERA"
    exif.get_ifd(0x8769)[0x9003] = "2026:11:01 18:20:00"
    found = said(photograph(exif=exif))
    assert (found.credit, found.caption, found.taken_on) == ("А. Серикова", "", date(2026, 11, 1))


@pytest.mark.parametrize("text", ["00000000", "20261341", "1700-01-01", "soon", "2026-02-30", ""])
def test_a_day_that_cannot_be_is_none(text):
    assert said(photograph(block=iptc({55: text}))).taken_on is None


def test_a_day_in_the_future_is_no_day_of_a_photograph():
    later = (date.today() + timedelta(days=3)).strftime("%Y%m%d")
    found = said(photograph(block=iptc({55: later, 37: later})))
    assert found.taken_on is None
    assert found.until is not None


# Hostile and broken ------------------------------------------------------------------------------

BOMB = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>
<x xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:rights>&e;</dc:rights></x>"""


@pytest.mark.parametrize(
    "packet",
    [BOMB, OUTSIDE, b"<x", b"", b"\xff\xfe\x00", b"<x/>", b"plain words", PACKET[:200]],
)
def test_xmp_that_is_broken_or_meant_to_harm_says_nothing(packet):
    assert said(photograph(xmp=packet or None)) == metadata.Said()


def test_xmp_of_an_unreasonable_length_is_not_read():
    class Opened:
        info = {"xmp": PACKET + b" " * metadata.LONGEST_XMP}

    assert metadata.xmp(Opened) == {}


@pytest.mark.parametrize(
    "block",
    [
        b"\x1c",
        b"\x1c\x02\x78\x00",
        b"\x1c\x02\x78\xff\xff",
        b"\x1c\x02\x78\x80\x04\xff\xff\xff\xff",
        b"\x1c\x02\x78\x80\x09" + b"\x00" * 9,
        b"nonsense",
        b"\x00" * 40,
    ],
)
def test_a_broken_iptc_block_says_nothing_and_refuses_no_picture(block):
    file = photograph(block=block)
    assert said(file).caption == ""
    file.seek(0)
    assert renditions.read(file).said.caption == ""


def test_what_stands_before_the_broken_part_is_kept():
    assert (
        said(photograph(block=iptc({120: "A depot."}) + b"\x1c\x02\x50\xff")).caption == "A depot."
    )


def test_a_long_dataset_is_read():
    data = b"x" * 40_000
    block = b"\x1c\x02\x78\x80\x04" + len(data).to_bytes(4, "big") + data
    assert list(metadata.datasets(block)) == [((2, 120), data)]
    assert app13(b"")[:2] == b"\xff\xed"


def test_texts_lose_their_controls():
    found = said(photograph(block=iptc({120: "A\x00 depot\r\n\tat \x1bdusk", 80: " A.  Name "})))
    assert (found.caption, found.credit) == ("A depot at dusk", "A. Name")


# What the library takes --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A depot at dusk", "en"),
        ("Нефтебаза на закате", "ru"),
        ("Мұнай базасы", "kk"),
        ("Порт Актау, photo", "ru"),
        ("2026", "en"),
    ],
)
def test_a_caption_goes_to_the_language_it_is_in(text, code):
    assert prefilling.columns(metadata.Said(caption=text)) == {f"caption_{code}": text}


def test_a_credit_stands_in_the_default_language_whatever_its_letters():
    assert prefilling.columns(metadata.Said(credit="А. Имя")) == {
        "credit_en": "А. Имя",
        "credit_ru": "А. Имя",
    }


def test_a_file_name_is_taken_for_no_text():
    assert prefilling.columns(metadata.Said(alt="DSC01234", headline="IMG_2034.jpg")) == {}


@pytest.mark.parametrize("text", ["Depot " * 400, "x" * 3000])
def test_what_is_too_long_for_its_column_is_cut(text):
    found = prefilling.columns(
        metadata.Said(caption=text, credit=text, holder=text, headline=text, terms=text, alt=text)
    )
    for name, value in found.items():
        limit = prefilling.Picture._meta.get_field(name).max_length
        assert limit - 8 <= len(value) <= limit, name
        assert value.endswith("…")
