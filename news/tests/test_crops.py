"""Pictures in the shapes of other sites: what matters stays in them."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from news import crops
from news.tests.factories import make_picture, picture_file

SIDE = st.integers(1, 5000)
PERCENT = st.integers(0, 100)


@given(SIDE, SIDE, st.sampled_from(list(crops.SHAPES)), PERCENT, PERCENT)
def test_a_crop_lies_within_the_picture_and_holds_the_focal_point(width, height, shape, x, y):
    across, down, _ending = crops.SHAPES[shape]
    left, top, right, bottom = crops.crop_box(width, height, across / down, (x, y))
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    # To the pixel: edges are whole ones.
    assert left - 1 <= width * x / 100 <= right + 1
    assert top - 1 <= height * y / 100 <= bottom + 1


@pytest.mark.parametrize("shape", crops.SHAPES)
def test_the_bright_spot_under_the_focal_point_is_in_every_shape(db, shape):
    picture = make_picture(focus_x=81, focus_y=37)
    crop = crops.of(picture, shape)
    name = crop.url.rpartition("/media/")[2]
    with picture.file.storage.open(name) as file:
        data = file.read()
    assert len(data) == crop.length
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (crop.width, crop.height)
        spot = image.convert("RGB").getpixel((round(crop.width * 0.81), round(crop.height * 0.37)))
    assert spot[0] > 200
    assert spot[2] < 180


def test_a_moved_focal_point_makes_another_address(db):
    picture = make_picture()
    before = crops.card(picture).url
    picture.focus_x = 10
    picture.save()
    assert crops.card(picture).url != before


def test_a_small_picture_is_not_enlarged(db):
    picture = make_picture(file=picture_file(300, 300))
    crop = crops.card(picture)
    assert (crop.width, crop.height) == (300, 158)


def test_a_picture_whose_shapes_were_never_written_has_none(db):
    picture = make_picture()
    picture.sizes = {"960": [960, 600]}
    assert crops.card(picture) is None
    assert crops.shapes(picture) == []
    assert crops.card(None) is None
