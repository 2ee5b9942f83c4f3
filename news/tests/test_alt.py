"""A file name is not an alternative text."""

import pytest

from news.alt import looks_like_file_name

NAMES = (
    """
IMG_2034.jpg|DSC01234|dsc_0042 (1)|_DSC4411|P1010423|Screenshot 2026-11-01 at 12.30.11|image|фото
Снимок экрана 2026-11-02 в 14.22.01|photo1|WhatsApp Image 2026-11-01 at 10.11.12 (1)|2026-11-01
0013a4ff9be1|depot.webp|oil_depot_final|brent-oil-price-2026|IMG-20261101-WA0003|untitled|Image 4
a1b2c3d4-1111-2222-3333-444455556666|PXL_20261101_101112|shutterstock_1234567|123|“IMG_1.png”
photo_2026-11-01_10-11-12|Без имени-1|DJI_0042|map.PNG|oil-and-gas-depot| DSC01234 |Фото 3|---
""".strip()
    .replace("\n", "|")
    .split("|")
)
WORDS = (
    """
A depot at dusk.|Depot|Portrait of A. Serikova|Нефтебаза на закате|Almaty-2|Tank 12|Rig No. 5
Photo of the minister signing a treaty in 2026|Chart: Brent, 2020–2026|IMG logo on a tower|Карта
Фото: вышка у посёлка|Oil depot, tank 4|Kumkol|Снимок экрана торгового терминала с ценой нефти
well-known face|Abai Ave. 12|Photograph 51 is shown on a wall|Туннель|Мұнай базасы|Ту-154|A380
Image of a pipe, 3 km long|Boeing 737-800|Su-30|facade|decade|Файл Шеннона|P-40 over the field
Санкт-Петербург|A reader opens www.example.org/map.html|The film “Brent.png” is shown in a hall|
""".strip()
    .replace("\n", "|")
    .split("|")
)


@pytest.mark.parametrize("text", NAMES)
def test_the_name_of_a_file_is_known_for_what_it_is(text):
    assert looks_like_file_name(text)


@pytest.mark.parametrize("text", WORDS)
def test_words_of_a_person_are_not_taken_for_a_file_name(text):
    assert not looks_like_file_name(text)
