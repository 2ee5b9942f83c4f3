"""The shapes in which other sites show a picture: cards of social networks and search engines.

Each is cut around the focal point, and its name carries the point: a moved one is a new address.
"""

import io
from dataclasses import dataclass

from django.core.files.base import ContentFile
from PIL import Image

# Name: width, height, format. A card is JPEG, the one format that every messenger shows.
SHAPES = {
    "og": (1200, 630, "jpg"),
    "1x1": (1200, 1200, "webp"),
    "4x3": (1200, 900, "webp"),
    "16x9": (1200, 675, "webp"),
}
FORMATS = {
    "jpg": ("JPEG", {"quality": 80, "progressive": True, "optimize": True}),
    "webp": ("WEBP", {"quality": 75, "method": 2}),
}
TYPES = {"jpg": "image/jpeg", "webp": "image/webp"}


@dataclass(frozen=True, slots=True)
class Crop:
    url: str  # as the storage gives it: a path, or a whole address
    type: str
    width: int
    height: int
    length: int  # bytes


def write(image, base, focus, storage, mark="", exif=b""):
    """Write every shape of a flat image; returns what the row keeps: {"og": [1200, 630, bytes], …}.

    base, mark: beginning and end of every name. A small picture is cut but never enlarged.
    """
    made = {}
    for shape, (width, height, ending) in SHAPES.items():
        box = crop_box(*image.size, width / height, focus)
        size = (min(width, box[2] - box[0]), min(height, box[3] - box[1]))
        path = f"{base}-{name(shape, focus)}{mark}.{ending}"
        if not storage.exists(path):
            out = io.BytesIO()
            format_, how = FORMATS[ending]
            small = image.resize(size, Image.LANCZOS, box=box, reducing_gap=2)
            small.info = {}  # JPEG would keep the comments of the upload
            small.save(out, format_, exif=exif, **how)
            storage.save(path, ContentFile(out.getvalue()))
        made[shape] = [*size, storage.size(path)]
    return made


def crop_box(width, height, ratio, focus):
    """(left, top, right, bottom) of the largest crop of that ratio (width / height).

    The focal point, in per cent, stands in the crop where it stands in the picture, as with the
    pages' object-position.
    """
    across, down = min(width, round(height * ratio)), min(height, round(width / ratio))
    across, down = max(1, across), max(1, down)
    left = round((width - across) * focus[0] / 100)
    top = round((height - down) * focus[1] / 100)
    return (left, top, left + across, top + down)


def name(shape, focus):
    return f"{shape}-{focus[0]}x{focus[1]}"


def of(picture, shape):
    """The Crop of a picture; None where it has not been written (`manage.py make_renditions`)."""
    if picture is None or shape not in picture.sizes:
        return None
    ending = SHAPES[shape][2]
    url = picture.address(name(shape, picture.focus), ending)
    return Crop(url, TYPES[ending], *picture.sizes[shape])


def card(picture):
    """The one that links to a story are shown with."""
    return of(picture, "og")


def shapes(picture):
    """Those that search engines choose from."""
    found = (of(picture, shape) for shape in ("16x9", "4x3", "1x1"))
    return [crop for crop in found if crop]
