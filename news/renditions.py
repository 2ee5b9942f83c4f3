"""Reading uploaded pictures safely and writing the sizes that pages use.

Everything readers get is encoded anew: nothing of the upload but its light. The only metadata in it
is the line of `stamp`: who made the picture and whose it is, as the library says.
"""

import hashlib
import io
import re
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from news import crops, jpeg, metadata
from portal.lib import numbers

WIDTHS = (480, 960, 1440)
SQUARE = 240
LONGEST_STAMP = 90  # bytes of each of its two lines
# Quality and effort found by eye and clock on the demo's pictures: see docs/decisions/0001.
FORMATS = {
    "avif": {"quality": 55, "speed": 8},
    "webp": {"quality": 78, "method": 4},
}
READABLE = {
    "JPEG": "jpg",
    "PNG": "png",
    "WEBP": "webp",
    "AVIF": "avif",
    "GIF": "gif",
    "TIFF": "tif",
}
# Told here, for a slim machine has no list of types and Python alone does not know them all.
TYPES = {"jpg": "image/jpeg", "tif": "image/tiff"} | {
    kind: f"image/{kind}" for kind in ("avif", "webp", "png", "gif")
}
GPS, ORIENTATION = 0x8825, 0x0112
# Ways a position is written outside EXIF: XMP, and what programs make of it.
PLACE = re.compile(rb"GPS ?(?:Latitude|Longitude|Position|Coordinates|Info)", re.I)
# Of the EXIF of a file that names a position only these lines are kept: what it shows, camera,
# day, who made it, whose it is.
ARTIST, COPYRIGHT = 0x013B, 0x8298
KEPT_EXIF = (0x010E, 0x010F, 0x0110, 0x0132, ARTIST, COPYRIGHT)
# read() has a lower limit, looks at it before it decodes, and says it in plain words.
Image.MAX_IMAGE_PIXELS = None


def read(file):
    """An uploaded file as a Pillow image, upright, in RGB. ValidationError says what is wrong.

    Refused: more bytes or pixels than settings allow (before decoding), vector files, anything
    Pillow does not know by its content, files that break off.
    """
    known = getattr(file, "portal_image", None)  # a form has read it before the model does
    if known is not None:
        return known
    limit = settings.PICTURE_MAX_BYTES
    if file.size > limit:
        raise ValidationError(
            _("The file has %(size)s MB; the limit is %(limit)s MB.")
            % {"size": mega(file.size), "limit": mega(limit)}
        )
    file.seek(0)
    head = file.read(1024).lstrip().lower()
    file.seek(0)
    if head.startswith((b"<svg", b"<?xml", b"<!doctype", b"<html")) or b"<svg" in head:
        raise ValidationError(
            _("SVG and other drawings made of text can carry scripts. Save it as PNG or JPEG.")
        )
    try:
        image = Image.open(file, formats=list(READABLE))
        if image.width * image.height > settings.PICTURE_MAX_PIXELS:
            raise ValidationError(
                _("The picture has %(mp)s megapixels; the limit is %(limit)s.")
                % {
                    "mp": mega(image.width * image.height),
                    "limit": mega(settings.PICTURE_MAX_PIXELS),
                }
            )
        image.load()
        upright = _upright(image, file)
    except ValidationError:
        raise
    except UnidentifiedImageError:
        raise ValidationError(
            _("This is not a picture we can read. Use JPEG, PNG, WebP, AVIF, GIF or TIFF.")
        ) from None
    except Exception:  # the decoders of six formats have no error in common
        raise ValidationError(_("The picture is damaged or incomplete. Upload it again.")) from None
    file.portal_image = upright
    return upright


def _upright(image, file):
    """The decoded image as it is to be seen, with what `original` asks: its format, the EXIF worth
    keeping and whether the file says where it was taken.
    """
    try:
        exif, upright = image.getexif(), ImageOps.exif_transpose(image)
    except Exception:  # some cameras write EXIF that only they can read
        exif, upright = {}, image.copy()
    file.seek(0)
    texts = [file.read(), *(str(text).encode() for text in image.info.values())]
    upright.names_place = (
        GPS in exif
        or (not exif and image.info.get("exif"))  # there is some, and nobody knows what it says
        or image.format == "MPO"  # pictures in one file, each with EXIF of its own
        or any(PLACE.search(text) for text in texts)
    )
    upright.kept_exif = {tag: exif[tag] for tag in KEPT_EXIF if isinstance(exif.get(tag), str)}
    upright.said = metadata.said(image)
    upright.is_plain_jpeg = image.format == "JPEG"
    upright.turned = exif.get(ORIENTATION, 1)
    upright = _in_srgb(upright)
    upright.format = "JPEG" if image.format == "MPO" else image.format
    return upright


def _in_srgb(image):
    """Colours of another profile (a telephone's, a printer's) as a page without profiles shows
    them.
    """
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in {"RGB", "CMYK"} or b"sRGB" in profile:
        return image
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        shown = ImageCms.profileToProfile(
            image, own, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (OSError, ImageCms.PyCMSError):  # a broken profile is no reason to refuse a picture
        return image
    for name in ("names_place", "kept_exif", "said", "is_plain_jpeg", "turned"):
        setattr(shown, name, getattr(image, name))
    return shown


def type_of(path):
    return TYPES.get(path.rpartition(".")[2], "application/octet-stream")


def mega(count):
    """Millions, as readers of the language write them: 15, 17.3."""
    return numbers.written(Decimal(count) / 1_000_000, 0, 1)


def original(file, image):
    """(name, content) under which the upload is kept: as it came, unless it says where it was
    taken. Then a JPEG loses the blocks that may say so, and any other file is encoded anew.
    """
    file.seek(0)
    content = file.read()
    if image.names_place:
        exif = Image.Exif()
        exif.update(image.kept_exif)
        content = _without_place(content, image, exif) or _encoded_anew(image, exif)
    digest = hashlib.sha256(content).hexdigest()[:16]
    return f"pictures/{digest}.{READABLE[image.format]}", ContentFile(content)


def _without_place(content, image, exif):
    """A JPEG with its light untouched; None where that cannot be done for certain."""
    if not image.is_plain_jpeg:
        return None
    if image.turned != 1:
        exif[ORIENTATION] = image.turned
    try:
        plain = jpeg.without(content, PLACE.search, exif.tobytes() if len(exif) else b"")
    except jpeg.NotWhole:
        return None
    return None if PLACE.search(plain) else plain


def _encoded_anew(image, exif):
    exif.pop(ORIENTATION, None)  # it stands upright
    plain = _flat(image, image.format).copy()
    plain.info = {}
    out = io.BytesIO()
    how = {"quality": 95} if image.format in {"JPEG", "WEBP", "AVIF"} else {}
    plain.save(out, image.format, exif=exif, **how)
    return out.getvalue()


def fingerprint(file):
    """SHA-256 of an upload's bytes, by which the same file is known again."""
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return digest


def make(image, base, focus, storage, stamp=b""):
    """Write every size; returns what the row keeps: {"480": [480, 320], …, "sq": [240, 240]}.

    base: the name all sizes share. focus: (x, y) in per cent, kept inside the square crop.
    stamp: the EXIF each size carries.
    """
    made = {"mark": mark(stamp)}
    picture = _flat(image, "WEBP")
    width, height = picture.size
    widths = [w for w in WIDTHS if w < width] or []
    if not widths or widths[-1] < min(width, WIDTHS[-1]):
        widths.append(min(width, WIDTHS[-1]))
    for w in widths:
        size = (w, max(1, round(height * w / width)))
        small = picture.resize(size, Image.LANCZOS, reducing_gap=2)
        _write(small, f"{base}-{w}{made['mark']}", storage, stamp)
        made[str(w)] = list(size)
    box = crops.crop_box(width, height, 1, focus)
    edge = min(SQUARE, width, height)
    square = picture.resize((edge, edge), Image.LANCZOS, box=box, reducing_gap=2)
    _write(square, f"{base}-{square_name(focus)}{made['mark']}", storage, stamp)
    made["sq"] = [edge, edge]
    return made | crops.write(picture, base, focus, storage, made["mark"], stamp)


def steps(focus):
    """The focal point in the tens that style sheets know, rounded away from the middle: rounded
    towards it, a point near an edge could fall out of a narrow crop.
    """
    return tuple(value // 10 * 10 if value < 50 else -(-value // 10) * 10 for value in focus)


def stamp(credit, rights):
    """EXIF of at most 230 bytes that says who made a picture and whose it is; empty without both.

    Text beyond ASCII is UTF-8, as every reader of EXIF expects by now.
    """
    exif = Image.Exif()
    for tag, text in ((ARTIST, credit), (COPYRIGHT, rights)):
        text = text.encode()[:LONGEST_STAMP].decode(errors="ignore").strip()
        if text:
            exif[tag] = text.encode()
    return exif.tobytes() if len(exif) else b""


def mark(stamp):
    """What names carry of a stamp, so that another credit makes another address."""
    return f"-{hashlib.sha256(stamp).hexdigest()[:6]}" if stamp else ""


def square_name(focus):
    """The crop's name carries the focal point, so that moving it changes the address."""
    return f"sq{focus[0]}x{focus[1]}"


def _write(image, name, storage, stamp):
    for format_, how in FORMATS.items():
        path = f"{name}.{format_}"
        if storage.exists(path):
            continue
        out = io.BytesIO()
        image.save(out, format_.upper(), exif=stamp, **how)
        storage.save(path, ContentFile(out.getvalue()))


def _flat(image, format_):
    """RGB; transparency becomes white where the format or a page would show black."""
    if image.mode.startswith("I"):  # sixteen bits of grey
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in {"RGBA", "LA", "P", "PA"}:
        image = image.convert("RGBA")
        if format_ == "PNG":
            return image
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        return ground
    return image if image.mode in {"RGB", "L"} else image.convert("RGB")
