"""Pictures: what is refused, what is made of the rest, and what is never kept."""

import io
import struct
import time
import zlib
from pathlib import Path
from random import Random

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.management import call_command
from PIL import Image, ImageCms, ImageOps, TiffImagePlugin

from news import crops, metadata, renditions
from news.models import Picture
from news.tests.factories import make_article, make_picture, picture_file
from news.tests.photographs import iptc, photograph

ORIENTATION, MODEL, ARTIST, HOST, COPYRIGHT, GPS = 0x0112, 0x0110, 0x013B, 0x013C, 0x8298, 0x8825


@pytest.fixture
def media(settings, tmp_path):
    """A media folder of this test alone."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def files(media):
    return {str(path.relative_to(media)): path for path in media.rglob("*") if path.is_file()}


def opened(media, name):
    with Image.open(media / name) as image:
        image.load()
    return image


def encoded(image, format_, **options):
    out = io.BytesIO()
    image.save(out, format_, **options)
    return out.getvalue()


def upload(content, name="upload.jpg"):
    return ContentFile(content, name=name)


def quadrants(width=400, height=300):
    """A picture whose four corners tell which way up it stands."""
    image = Image.new("RGB", (width, height), "red")
    image.paste("lime", (width // 2, 0, width, height // 2))
    image.paste("blue", (0, height // 2, width // 2, height))
    image.paste("white", (width // 2, height // 2, width, height))
    return image


def corners(image):
    """Names of the colours in the corners, clockwise from the upper left."""
    w, h = image.size
    places = [
        (w // 8, h // 8),
        (w * 7 // 8, h // 8),
        (w * 7 // 8, h * 7 // 8),
        (w // 8, h * 7 // 8),
    ]
    names = []
    for place in places:
        r, g, b = (value > 127 for value in image.convert("RGB").getpixel(place))
        names.append(
            {(1, 0, 0): "red", (0, 1, 0): "lime", (0, 0, 1): "blue"}.get((r, g, b), "white")
        )
    return names


# Sizes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "width, height, widths",
    [
        (3000, 2000, [480, 960, 1440]),
        (1600, 1000, [480, 960, 1440]),
        (1440, 900, [480, 960, 1440]),
        (1000, 1500, [480, 960, 1000]),
        (960, 600, [480, 960]),
        (480, 480, [480]),
        (300, 200, [300]),
        (200, 900, [200]),
        (1, 1, [1]),
        (2000, 1, [480, 960, 1440]),
    ],
)
def test_a_picture_has_the_sizes_it_is_large_enough_for(db, media, width, height, widths):
    picture = make_picture(file=picture_file(width, height))
    assert (picture.width, picture.height) == (width, height)
    expected = {str(w): [w, max(1, round(height * w / width))] for w in widths}
    edge = min(240, width, height)
    mark = picture.mark
    known = {name: size for name, size in picture.sizes.items() if name not in crops.SHAPES}
    assert known == expected | {"sq": [edge, edge], "focus": [50, 50], "mark": mark}
    for format_ in ("avif", "webp"):
        for w, size in expected.items():
            image = opened(media, f"{picture.base}-{w}{mark}.{format_}")
            assert (image.format, list(image.size)) == (format_.upper(), size)
            assert image.width <= width
        assert opened(media, f"{picture.base}-sq50x50{mark}.{format_}").size == (edge, edge)
    assert len(files(media)) == 2 * (len(widths) + 1) + len(crops.SHAPES) + 1


def test_every_address_a_page_names_is_a_file(db, media):
    picture = make_picture()
    addresses = {picture.address("sq", "avif"), picture.address("sq", "webp")}
    for format_ in ("avif", "webp"):
        addresses |= {part.split()[0] for part in picture.srcset(format_).split(", ")}
    addresses |= {picture.largest[2], picture.middle[2]}
    assert len(addresses) == 8
    for address in addresses:
        assert (media / address.removeprefix("/media/")).is_file(), address


@pytest.mark.parametrize("ratio", [16 / 9, 4 / 3, 3 / 2, 1, 2, 0.5])
@pytest.mark.parametrize("width, height", [(3000, 2000), (500, 1500), (1, 1), (7, 3), (4000, 900)])
def test_every_crop_is_inside_the_picture_and_contains_the_focal_point(width, height, ratio):
    for x in range(0, 101, 4):
        for y in range(0, 101, 5):
            left, top, right, bottom = crops.crop_box(width, height, ratio, (x, y))
            assert 0 <= left < right <= width
            assert 0 <= top < bottom <= height
            assert left - 1 <= width * x / 100 <= right + 1
            assert top - 1 <= height * y / 100 <= bottom + 1
            # As large as that ratio allows: it reaches from edge to edge one way.
            assert right - left == width or bottom - top == height


@pytest.mark.parametrize("seen", [0.2, 0.34, 0.5, 0.75, 1])
def test_the_class_of_a_focus_keeps_it_in_view_where_style_sheets_crop(seen):
    """`seen`: the part of the picture that the crop shows."""
    for value in range(101):
        step = renditions.steps((value, value))[0]
        assert step % 10 == 0
        first = step * (1 - seen)
        assert first - 1e-9 <= value <= first + 100 * seen + 1e-9, (value, step)


def test_every_step_of_the_focus_has_a_rule(settings):
    css = (settings.BASE_DIR / "static/css/components/misc.css").read_text()
    for value in range(101):
        for letter, step in zip("xy", renditions.steps((value, value)), strict=True):
            assert f".f{letter}-{step}{{--f{letter}:{step}%}}" in css


SPOT, GROUND = (255, 210, 122), (35, 54, 166)


@pytest.mark.parametrize("focus, in_view", [((81, 37), True), ((0, 50), False), ((100, 0), True)])
def test_the_square_keeps_the_focal_point_in_view(db, media, focus, in_view):
    """The bright spot of the picture lies at 75-87 % of its width."""
    picture = make_picture(file=picture_file(1200, 300), focus_x=focus[0], focus_y=focus[1])
    square = opened(media, picture.address("sq", "webp").removeprefix("/media/")).convert("RGB")
    near = [
        sum(abs(a - b) for a, b in zip(square.getpixel((x, y)), SPOT, strict=True)) < 60
        for x in range(0, 240, 8)
        for y in range(0, 240, 8)
    ]
    assert any(near) is in_view


@pytest.mark.parametrize("width, height", [(1200, 300), (300, 1200), (240, 240), (241, 240)])
@pytest.mark.parametrize("focus", [(0, 0), (100, 100), (50, 50), (33, 67)])
def test_the_square_is_cut_from_inside_the_picture(db, media, width, height, focus):
    """Nothing is stretched and nothing is invented: a plain ground stays plain to the edge."""
    plain = encoded(Image.new("RGB", (width, height), GROUND), "PNG")
    picture = make_picture(file=upload(plain), focus_x=focus[0], focus_y=focus[1])
    square = opened(media, picture.address("sq", "webp").removeprefix("/media/")).convert("RGB")
    assert square.size == (240, 240)
    for corner in ((0, 0), (239, 0), (0, 239), (239, 239)):
        assert all(abs(a - b) < 12 for a, b in zip(square.getpixel(corner), GROUND, strict=True))


def test_moving_the_focal_point_changes_the_address_of_the_crop_alone(db, media):
    picture = make_picture()
    before, wide = picture.address("sq", "webp"), picture.srcset("webp")
    picture.focus_x = 80
    picture.save()
    picture.refresh_from_db()
    assert picture.address("sq", "webp") != before
    assert picture.srcset("webp") == wide
    assert (media / picture.address("sq", "webp").removeprefix("/media/")).is_file()
    assert (media / before.removeprefix("/media/")).is_file()  # pages kept by caches still name it


def test_the_same_file_twice_has_the_same_names_and_is_kept_once(db, media):
    first = make_picture(file=picture_file(name="one.jpg"))
    kept = {name: path.stat().st_mtime_ns for name, path in files(media).items()}
    second = make_picture(file=picture_file(name="two.jpg"))
    assert second.pk != first.pk
    assert second.file.name == first.file.name
    assert {name: path.stat().st_mtime_ns for name, path in files(media).items()} == kept


def test_the_name_of_a_file_is_made_of_its_content_and_tells_nothing_of_the_upload(db, media):
    picture = make_picture(file=picture_file(name="../Иван Иванов (final).JPG"))
    assert picture.file.name.startswith("pictures/")
    assert len(Path(picture.file.name).stem) == 16
    assert all(name.startswith(picture.base) for name in files(media))


def test_saving_a_picture_again_needs_none_of_its_files(db, media):
    picture = make_picture()
    for path in files(media).values():
        path.unlink()
    picture.caption_en = "Another caption."
    picture.save()
    assert files(media) == {}


def test_renditions_can_be_written_again_from_the_originals(db, media, capsys):
    picture = make_picture()
    lost = make_picture(file=picture_file(700, 400), alt_en="Lost.")
    damaged = make_picture(file=picture_file(701, 400), alt_en="Damaged.")
    whole = {name for name in files(media) if name.startswith(picture.base)}
    for name, path in files(media).items():
        if name not in {picture.file.name, damaged.file.name}:
            path.unlink()
    (media / damaged.file.name).write_bytes(JPEG[:100])
    Picture.objects.update(sizes={})
    call_command("make_renditions")
    told = capsys.readouterr()
    assert "1 pictures written, 2 without a sound original." in told.out
    assert lost.file.name in told.err
    assert damaged.file.name in told.err
    picture.refresh_from_db()
    assert set(picture.sizes) == {"480", "960", "1440", "sq", "focus", "mark", *crops.SHAPES}
    assert set(files(media)) == whole | {damaged.file.name}


# What metadata becomes ---------------------------------------------------------------------------

PLACE = b"GPSLatitude"
XMP = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
    b'xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="43,14.3N"/></rdf:RDF>'
    b'</x:xmpmeta><?xpacket end="w"?>'
)


def without_place(orientation=1):
    """EXIF as a camera writes it: its name and the way up."""
    exif = Image.Exif()
    exif[MODEL] = "Telephone 7"
    exif[ORIENTATION] = orientation
    return exif


def with_place(orientation=1):
    """EXIF as a telephone writes it: that, and where it was."""
    exif = without_place(orientation)
    gps = exif.get_ifd(GPS)
    gps[1], gps[2] = "N", (43.0, 14.0, 3.0)
    gps[3], gps[4] = "E", (76.0, 53.0, 0.0)
    return exif


def tiff_with_place():
    info = TiffImagePlugin.ImageFileDirectory_v2()
    info[MODEL] = "Telephone 7"
    info[GPS] = {1: "N", 2: (43.0, 14.0, 3.0)}
    return encoded(quadrants(), "TIFF", tiffinfo=info)


def mpo_with_place():
    """Two pictures in one JPEG, as telephones with two lenses write them."""
    first, second = quadrants(), quadrants(200, 150)
    out = io.BytesIO()
    first.save(out, "MPO", save_all=True, append_images=[second], exif=with_place().tobytes())
    return out.getvalue()


def webp_with_late_xmp():
    """The position only in XMP, which in WebP stands after a long picture."""
    noise = Image.effect_noise((900, 900), 90).convert("RGB")
    content = encoded(noise, "WEBP", quality=95, xmp=XMP)
    assert content.index(PLACE) > 65536
    return content


PLACED = {
    "JPEG": lambda: encoded(quadrants(), "JPEG", exif=with_place()),
    "PNG": lambda: encoded(quadrants(), "PNG", exif=with_place()),
    "WebP": lambda: encoded(quadrants(), "WEBP", exif=with_place()),
    "AVIF": lambda: encoded(quadrants(), "AVIF", exif=with_place()),
    "TIFF": tiff_with_place,
    "JPEG of two lenses": mpo_with_place,
    "JPEG with XMP": lambda: encoded(quadrants(), "JPEG", xmp=XMP),
    "WebP with XMP at its end": webp_with_late_xmp,
}


def says_where(content):
    """Whether a file names a position, in EXIF of any picture in it, in its tags, in XMP."""
    if PLACE in content:
        return True
    with Image.open(io.BytesIO(content)) as image:
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            if image.getexif().get_ifd(GPS) or GPS in getattr(image, "tag_v2", {}):
                return True
    return False


@pytest.mark.parametrize("make", PLACED.values(), ids=PLACED.keys())
def test_no_file_in_storage_says_where_a_picture_was_taken(db, media, make):
    content = make()
    assert says_where(content), "this test has no position to lose"
    picture = make_picture(file=upload(content))
    kept = files(media)
    assert picture.file.name in kept
    for name, path in kept.items():
        assert not says_where(path.read_bytes()), name


def test_a_picture_without_a_position_is_kept_as_it_came(db, media):
    content = encoded(quadrants(), "JPEG", exif=without_place())
    picture = make_picture(file=upload(content))
    assert (media / picture.file.name).read_bytes() == content


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("has_place", [True, False])
def test_a_picture_stands_the_right_way_up_in_every_size(db, media, orientation, has_place):
    upright = quadrants()
    turn = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    lying = upright if turn is None else upright.transpose(turn)
    exif = with_place(orientation) if has_place else without_place(orientation)
    picture = make_picture(file=upload(encoded(lying, "JPEG", exif=exif, quality=95)))
    assert (picture.width, picture.height) == upright.size
    for name in files(media):
        # Viewers turn the original by its own mark; no other file has one.
        image = ImageOps.exif_transpose(opened(media, name))
        assert corners(image) == ["red", "lime", "white", "blue"], name


def test_of_two_pictures_in_a_file_the_second_is_not_kept(db, media):
    """It has EXIF of its own, and no page shows it."""
    out = io.BytesIO()
    quadrants().save(out, "MPO", save_all=True, append_images=[quadrants(200, 150)])
    picture = make_picture(file=upload(out.getvalue()))
    assert picture.file.name.endswith(".jpg")
    kept = opened(media, picture.file.name)
    assert (kept.format, kept.size) == ("JPEG", (400, 300))


def test_who_made_a_picture_is_kept_when_its_position_goes(db, media):
    exif = with_place()
    exif[ARTIST], exif[COPYRIGHT] = "A. Name", "(c) A. Name"
    exif[HOST] = "The telephone of somebody"
    picture = make_picture(file=upload(encoded(quadrants(), "JPEG", exif=exif)))
    kept = opened(media, picture.file.name).getexif()
    assert dict(kept) == {MODEL: "Telephone 7", ARTIST: "A. Name", COPYRIGHT: "(c) A. Name"}


def test_a_jpeg_loses_its_position_and_not_one_bit_of_its_picture(db, media):
    """Encoded anew it would be another picture each time it passes a newsroom."""
    noise = Image.effect_noise((300, 200), 90).convert("RGB")
    for options in ({}, {"progressive": True}, {"restart_marker_blocks": 4}):
        content = encoded(noise, "JPEG", exif=with_place(6), xmp=XMP, quality=80, **options)
        picture = make_picture(file=upload(content + b"GPSLatitude after the end"))
        kept = (media / picture.file.name).read_bytes()
        assert not says_where(kept)
        assert len(kept) < len(content)
        with Image.open(io.BytesIO(content)) as before, Image.open(io.BytesIO(kept)) as after:
            assert before.tobytes() == after.tobytes()
            assert after.getexif()[ORIENTATION] == 6
        assert (picture.width, picture.height) == (200, 300)


def test_iptc_of_an_agency_stays_in_the_original_when_its_position_goes(db, media):
    lines = {80: "А. Серикова", 120: "Нефтебаза у Актау."}
    picture = make_picture(file=photograph(block=iptc(lines), exif=with_place()))
    with Image.open(media / picture.file.name) as kept:
        said = metadata.said(kept)
    assert (said.credit, said.caption) == ("А. Серикова", "Нефтебаза у Актау.")


def test_iptc_that_names_a_position_goes_with_it(db, media):
    lines = {80: "A. Name", 40: "GPSLatitude 43.2"}
    picture = make_picture(file=photograph(block=iptc(lines), exif=with_place()))
    assert PLACE not in (media / picture.file.name).read_bytes()


def test_a_position_within_a_photoshop_block_goes(db, media):
    hidden = b"8BIM\x04\x22\x00\x00" + (20).to_bytes(4, "big") + b"II*\x00 binary position"
    content = photograph(exif=with_place()).read()
    block = b"Photoshop 3.0\x00" + hidden
    segment = b"\xff\xed" + (len(block) + 2).to_bytes(2, "big") + block
    picture = make_picture(file=upload(content[:2] + segment + content[2:]))
    assert b"binary position" not in (media / picture.file.name).read_bytes()


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow tells what it finds broken
@pytest.mark.parametrize("seed", range(40))
def test_no_damage_to_a_jpeg_leaves_its_position_in(db, media, seed):
    chance = Random(seed)
    content = bytearray(encoded(quadrants(), "JPEG", exif=with_place(), xmp=XMP))
    head = content.index(b"\xff\xda")
    for _ in range(chance.randint(1, 3)):
        content[chance.randrange(2, head)] = chance.randrange(256)
    try:
        picture = make_picture(file=upload(bytes(content)))
    except ValidationError:
        return
    assert PLACE not in (media / picture.file.name).read_bytes() or PLACE not in content


def test_exif_nobody_can_read_is_not_kept_and_does_not_refuse_the_picture(db, media):
    content = encoded(quadrants(), "JPEG", exif=b"Exif\x00\x00" + b"\xff" * 40)
    picture = make_picture(file=upload(content))
    assert b"\xff" * 40 not in (media / picture.file.name).read_bytes()


def read_stamp(image):
    """EXIF lines of a file as text: they are UTF-8, which Pillow reads as Latin-1."""
    return {tag: text.encode("latin-1").decode() for tag, text in image.getexif().items()}


def test_a_size_carries_its_maker_and_owner_and_nothing_of_the_upload(db, media):
    content = encoded(quadrants(), "JPEG", exif=with_place(), xmp=XMP, comment=b"Telephone 7")
    picture = make_picture(
        file=upload(content), credit_en="Фото: А. Имя", rights_holder="© Steppe", licence="CC BY"
    )
    sizes = {name: path for name, path in files(media).items() if name != picture.file.name}
    assert len(sizes) == 4 + len(crops.SHAPES)
    for name, path in sizes.items():
        said = {ARTIST: "Фото: А. Имя", COPYRIGHT: "© Steppe, CC BY"}
        assert read_stamp(opened(media, name)) == said, name
        assert b"Telephone" not in path.read_bytes()
        assert not says_where(path.read_bytes())


def test_the_stamp_is_short_however_long_the_lines_are(db, media):
    plain = renditions.stamp("", "")
    assert plain == b""
    long = renditions.stamp("Ы" * 120, "Ю" * 300)
    assert len(long) <= 230
    with Image.open(io.BytesIO(encoded(quadrants(), "WEBP", exif=long))) as image:
        assert read_stamp(image) == {ARTIST: "Ы" * 45, COPYRIGHT: "Ю" * 45}
    for format_ in ("WEBP", "AVIF"):
        more = len(encoded(quadrants(), format_, exif=long)) - len(encoded(quadrants(), format_))
        assert more <= 300, format_


def test_another_credit_is_another_address_and_readers_get_its_bytes(client, db, media):
    picture = make_picture()
    before = picture.middle[2]
    picture.credit_en = "Photo: B. Name"
    picture.save()
    picture.refresh_from_db()
    assert picture.middle[2] != before
    served = b"".join(client.get(picture.middle[2]).streaming_content)
    with Image.open(io.BytesIO(served)) as image:
        assert read_stamp(image) == {ARTIST: "Photo: B. Name"}
    assert client.get(before).status_code == 200  # pages kept by caches still name it


def test_a_picture_of_before_stamps_keeps_its_sizes_until_they_are_written_again(db, media):
    picture = make_picture()
    sizes = {name: size for name, size in picture.sizes.items() if name != "mark"}
    Picture.objects.update(sizes=sizes)
    picture = Picture.objects.get()
    assert picture.middle[2].endswith("-960.webp")
    picture.caption_en = "Another caption."
    picture.save()
    assert picture.sizes == sizes


# What is refused ---------------------------------------------------------------------------------


def bomb(side=12_000):
    """A PNG of a few kilobytes that unpacks to side × side pixels."""

    def chunk(kind, data):
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(((side + 7) // 8 + 1) * side), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


JPEG = encoded(quadrants(), "JPEG")
PNG = encoded(quadrants(), "PNG")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
REFUSED = {
    "SVG": (SVG, "scripts"),
    "SVG after a declaration": (b'<?xml version="1.0"?>\n<!-- x -->' + SVG, "scripts"),
    "SVG after a byte order mark": (b"\xef\xbb\xbf" + SVG, "scripts"),
    "SVG in UTF-16": (SVG.decode().encode("utf-16"), "not a picture"),
    "HTML as .jpg": (b"<!DOCTYPE html><script>alert(1)</script>", "scripts"),
    "HTML after spaces": (b" \n\t<html><script>alert(1)</script>", "scripts"),
    "text": (b"This is not a picture.", "not a picture"),
    "nothing": (b"", "not a picture"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "not a picture"),
    "PostScript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture"),
    "a zip": (b"PK\x03\x04" + bytes(60), "not a picture"),
    "BMP": (encoded(quadrants(), "BMP"), "not a picture"),
    "half a JPEG": (JPEG[: len(JPEG) // 2], "damaged"),
    "half a PNG": (PNG[: len(PNG) // 2], "damaged"),
    "half a WebP": (encoded(quadrants(), "WEBP")[:200], "damaged|not a picture"),
    "half an AVIF": (encoded(quadrants(), "AVIF")[:300], "damaged|not a picture"),
    "only the head of a JPEG": (JPEG[:20], "damaged|not a picture"),
    "only the head of a PNG": (PNG[:33], "damaged|not a picture"),
    "a PNG with a broken sum": (PNG[:60] + b"\x00\x00\x00\x00" + PNG[64:], "damaged|not a picture"),
    "a bomb": (bomb(), "megapixels"),
    "a small bomb": (bomb(6_400), "megapixels"),
    "a bomb of a bomb": (bomb(20_000), "megapixels"),
}


@pytest.mark.parametrize("content, message", REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_is_no_sound_picture_is_refused_and_not_kept(db, media, content, message):
    started = time.process_time()
    with pytest.raises(ValidationError, match=message):
        make_picture(file=upload(content))
    assert time.process_time() - started < 2
    assert files(media) == {}
    assert not Picture.objects.exists()


def test_the_bomb_of_these_tests_is_small_and_real():
    assert len(bomb()) < 20_000
    with Image.open(io.BytesIO(bomb(100))) as image:
        image.load()
        assert image.size == (100, 100)


def test_a_file_of_too_many_bytes_is_refused_before_it_is_read(db, media, settings):
    settings.PICTURE_MAX_BYTES = 1000
    with pytest.raises(ValidationError, match=r"The file has .* MB; the limit is"):
        make_picture(file=upload(b"x" * 1001))
    assert files(media) == {}


def test_the_limit_of_pixels_is_the_setting(db, media, settings):
    settings.PICTURE_MAX_PIXELS = 400 * 300
    make_picture(file=upload(JPEG))
    with pytest.raises(ValidationError, match="megapixels"):
        make_picture(file=picture_file(401, 300))


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow tells what it finds broken
@pytest.mark.parametrize("seed", range(60))
def test_a_file_broken_anywhere_is_refused_with_a_message_or_taken(seed):
    """No damage to a file is an error of the server."""
    chance = Random(seed)
    whole = {
        "JPEG": JPEG,
        "PNG": PNG,
        "WEBP": encoded(quadrants(), "WEBP"),
        "AVIF": encoded(quadrants(), "AVIF"),
        "GIF": encoded(quadrants(), "GIF"),
        "TIFF": tiff_with_place(),
    }
    content = bytearray(whole[chance.choice(list(whole))])
    for _ in range(chance.randint(1, 12)):
        content[chance.randrange(min(len(content), 600))] = chance.randrange(256)
    file = upload(bytes(content))
    try:
        image = renditions.read(file)
        renditions.original(file, image)
    except ValidationError as refused:
        assert refused.messages[0]


# What is taken -----------------------------------------------------------------------------------


def gif_of_a_palette():
    return encoded(quadrants().quantize(8), "GIF")


def animated_gif():
    frames = [Image.new("P", (60, 40), n) for n in range(3)]
    return encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])


TAKEN = {
    "JPEG": JPEG,
    "grey JPEG": encoded(quadrants().convert("L"), "JPEG"),
    "CMYK JPEG": encoded(quadrants().convert("CMYK"), "JPEG"),
    "PNG with alpha": encoded(quadrants().convert("RGBA"), "PNG"),
    "grey PNG with alpha": encoded(quadrants().convert("LA"), "PNG"),
    "PNG of a palette": encoded(quadrants().quantize(8), "PNG"),
    "PNG of a palette with a clear colour": encoded(quadrants().quantize(8), "PNG", transparency=0),
    "PNG of one bit": encoded(quadrants().convert("1"), "PNG"),
    "PNG of sixteen bits": encoded(quadrants().convert("L").convert("I;16"), "PNG"),
    "GIF of a palette": gif_of_a_palette(),
    "GIF that moves": animated_gif(),
    "WebP": encoded(quadrants(), "WEBP"),
    "AVIF": encoded(quadrants(), "AVIF"),
    "TIFF": encoded(quadrants(), "TIFF"),
    "CMYK TIFF": encoded(quadrants().convert("CMYK"), "TIFF"),
    "JPEG of two lenses": mpo_with_place(),
    "one pixel": encoded(Image.new("RGB", (1, 1), "red"), "PNG"),
    "one pixel with alpha": encoded(Image.new("RGBA", (1, 1)), "PNG"),
}


@pytest.mark.parametrize("content", TAKEN.values(), ids=TAKEN.keys())
def test_every_kind_of_picture_a_newsroom_gets_is_taken(client, db, media, content):
    picture = make_picture(file=upload(content))
    assert picture.sizes["sq"]
    for name in files(media):
        if name != picture.file.name:
            assert opened(media, name).mode in {"RGB", "L"}
    article = make_article(picture=picture)
    page = client.get(article.get_absolute_url())
    assert f'src="{picture.middle[2]}"' in page.text


@pytest.mark.parametrize(
    "make",
    [
        lambda image: encoded(image.convert("CMYK"), "JPEG", quality=95),
        lambda image: encoded(image.quantize(8), "GIF"),
        lambda image: encoded(image.convert("RGBA"), "PNG"),
        lambda image: encoded(image, "TIFF"),
    ],
    ids=["CMYK", "GIF", "PNG with alpha", "TIFF"],
)
def test_colours_come_through(db, media, make):
    picture = make_picture(file=upload(make(quadrants())))
    image = opened(media, picture.middle[2].removeprefix("/media/"))
    assert corners(image) == ["red", "lime", "white", "blue"]


def test_colours_of_another_profile_are_shown_as_they_were_meant(db, media):
    """The Lab profile of a printer or the wide one of a telephone is lost on the way to a page."""
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    swapped = bytearray(lab.tobytes())
    red, green = swapped.index(b"rXYZ"), swapped.index(b"gXYZ")
    swapped[red : red + 4], swapped[green : green + 4] = b"gXYZ", b"rXYZ"
    plain = Image.new("RGB", (300, 200), (255, 0, 0))
    content = encoded(plain, "PNG", icc_profile=bytes(swapped).replace(b"sRGB", b"swap"))
    picture = make_picture(file=upload(content))
    image = opened(media, picture.middle[2].removeprefix("/media/")).convert("RGB")
    r, g, b = image.getpixel((150, 100))
    assert g > 200 > 60 > r
    assert b < 60


def test_a_broken_profile_is_no_reason_to_refuse_a_picture(db, media):
    content = encoded(quadrants(), "PNG", icc_profile=b"nonsense")
    picture = make_picture(file=upload(content))
    image = opened(media, picture.middle[2].removeprefix("/media/"))
    assert corners(image) == ["red", "lime", "white", "blue"]


def test_what_is_transparent_becomes_white_and_not_black(db, media):
    clear = Image.new("RGBA", (300, 200), (0, 0, 0, 0))
    picture = make_picture(file=upload(encoded(clear, "PNG")))
    image = opened(media, picture.middle[2].removeprefix("/media/"))
    assert min(image.convert("RGB").getpixel((150, 100))) > 250


def test_sixteen_bits_keep_their_light(db, media):
    grey = Image.new("I;16", (300, 200), 32768)
    picture = make_picture(file=upload(encoded(grey, "PNG")))
    image = opened(media, picture.middle[2].removeprefix("/media/"))
    assert 100 < image.convert("L").getpixel((150, 100)) < 156


# Alternative text --------------------------------------------------------------------------------


def test_a_picture_says_what_it_shows_or_is_decorative_and_never_both(db, media):
    def wrong(**changes):
        picture = Picture(file=picture_file(), credit_en="Photo: A. Name", **changes)
        try:
            picture.full_clean()
        except ValidationError as error:
            return list(error.message_dict)
        return []

    assert wrong(alt_en="A depot.") == []
    assert wrong(alt_ru="Нефтебаза.") == []
    assert wrong(is_decorative=True) == []
    assert wrong() == ["alt_en"]
    assert wrong(is_decorative=True, alt_en="A depot.")
    assert wrong(is_decorative=True, alt_kk="Мұнай базасы.")


@pytest.mark.parametrize("focus", [{"focus_x": 101}, {"focus_y": 1000}])
def test_a_focus_outside_the_picture_is_refused_by_the_form(db, media, focus):
    picture = Picture(file=picture_file(), credit_en="x", alt_en="x", **focus)
    with pytest.raises(ValidationError) as refused:
        picture.full_clean()
    assert list(focus) == list(refused.value.message_dict)[:1]
