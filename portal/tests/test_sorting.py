"""Names in the order in which readers of a language look for them."""

import pytest

from portal.lib import sorting


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("ru", ["АИ-95", "Ёлка", "Жезказган", "Йод", "Уголь", "Этан", "Ямал"]),
        ("kk", ["Алматы", "Әйтеке", "Газ", "Ғарыш", "Қазақстан", "Ңгуен", "Өзен", "Үкімет", "Іле"]),
        ("kk", ["Каспий", "Көмір", "Қала", "Құс"]),
        ("en", ["aktau", "Almaty", "Élan", "Energy", "Zinc"]),
        ("ru", ["3D", "brent", "Urals", "АИ-92", "аи-95"]),
    ],
)
def test_names_stand_in_the_order_of_the_alphabet(code, names):
    assert sorted(set(names), key=lambda name: sorting.key(name, code)) == names


def test_the_order_of_code_points_is_another_one():
    """The control: without the alphabet Kazakh letters stand behind all others."""
    assert sorted(["Әйтеке", "Газ"]) == ["Газ", "Әйтеке"]
    assert sorted(["Әйтеке", "Газ"], key=lambda name: sorting.key(name, "kk"))[0] == "Әйтеке"
