"""Languages of the site: which exist, how addresses name them, and names kept in each of them."""

import copy
from functools import lru_cache

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import get_language, override

CODES = tuple(code for code, _name in settings.LANGUAGES)
DEFAULT = settings.LANGUAGE_CODE
# What the language switch shows; a language without a line here shows its code in capitals.
SHORT = {"en": "EN", "ru": "РУ", "kk": "ҚАЗ"}


def current():
    """The code of the language being rendered: always one of CODES."""
    code = (get_language() or DEFAULT).split("-")[0]
    return code if code in CODES else DEFAULT


def site_name():
    """The portal's name in the language being rendered."""
    return settings.SITE_NAMES.get(current()) or settings.SITE_NAMES[DEFAULT]


def language_of_path(path):
    """The language an address is in: its first step when that is a language code, else DEFAULT."""
    first = path.lstrip("/").split("/", 1)[0]
    return first if first in CODES and first != DEFAULT else DEFAULT


def path_in(path, code):
    """The same address in another language: path_in("/ru/fuel/", "en") == "/fuel/"."""
    was = language_of_path(path)
    bare = path[len(was) + 1 :] if was != DEFAULT else path
    bare = bare or "/"
    return bare if code == DEFAULT else f"/{code}{bare}"


def address(name, *args):
    """The path of a page in the current language, as Django's reverse() writes it.

    Remembered: a page names a dozen of them, and each costs as much as a card.
    """
    return _address(name, args, current())


@lru_cache(maxsize=4096)
def _address(name, args, code):
    with override(code):
        return reverse(name, args=args)


class Translated:
    """A short text kept in every language, as the columns `<name>_<code>`.

    name = Translated(models.CharField(max_length=80)) gives name_en, name_ru, name_kk and the
    property `name`: the text in the current language, or in the default language where that is
    empty. Only the default language's column is required. For names and labels only: a story is
    one text in one language.
    """

    def __init__(self, field):
        self.field = field
        # Django orders and compares fields by this counter: one for each column, taken here so that
        # the columns stand where the model names them.
        self.counter = models.Field.creation_counter
        models.Field.creation_counter += len(CODES)

    def contribute_to_class(self, model, name):
        self.name = name
        for number, code in enumerate(CODES):
            field = copy.deepcopy(self.field)
            field.creation_counter = self.counter + number
            if self.field.verbose_name:
                field.verbose_name = format_lazy("{} ({})", self.field.verbose_name, code)
            if code != DEFAULT:
                field.blank = True
                if not field.has_default():
                    field.default = ""
            field.contribute_to_class(model, f"{name}_{code}")
        setattr(model, name, self)

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        return self.in_language(instance, current())

    def in_language(self, instance, code):
        return getattr(instance, f"{self.name}_{code}") or getattr(
            instance, f"{self.name}_{DEFAULT}"
        )

    def language_in_use(self, instance, code):
        """The code whose text `in_language` returns: for an honest lang attribute."""
        return code if getattr(instance, f"{self.name}_{code}") else DEFAULT

    def __set__(self, instance, value):
        raise AttributeError(f"set {self.name}_{DEFAULT} (or another language), not {self.name}")


def columns(name):
    """The column names of a Translated field, default language first."""
    return [f"{name}_{code}" for code in sorted(CODES, key=lambda code: code != DEFAULT)]
