"""Model fields with a promise of their own."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext_lazy as _


class SecondField(models.DateTimeField):
    """An instant in whole seconds (UTC in the database).

    Publication is decided by comparing instants; fractions would let a story that "goes out at
    12:00:00" appear in one query and not in the next. Every way in (save, update, bulk) cuts them.
    """

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return value.replace(microsecond=0) if hasattr(value, "microsecond") else value

    def pre_save(self, instance, add):
        value = super().pre_save(instance, add)
        if hasattr(value, "microsecond") and value.microsecond:
            value = value.replace(microsecond=0)
            setattr(instance, self.attname, value)
        return value


def told(column, code):
    """The expression for a translated column in a language: in the default one where it is empty.

    column: without its language, perhaps through relations: "author__name".
    """
    own = NullIf(f"{column}_{code}", models.Value(""))
    return Coalesce(own, f"{column}_{settings.LANGUAGE_CODE}")


class Joined(models.Aggregate):
    """Joined(text, between): the texts of a group as one, in no order."""

    function = "GROUP_CONCAT"

    def as_postgresql(self, compiler, connection, **extra):
        return self.as_sql(compiler, connection, function="STRING_AGG", **extra)


class LanguageField(models.CharField):
    """The code of one of the site's languages.

    Which they are is a setting, not a column's shape: a further language makes no migration.
    """

    def __init__(self, verbose_name=None, **options):
        options.setdefault("max_length", 7)
        options.setdefault("default", settings.LANGUAGE_CODE)
        options.setdefault("choices", settings.LANGUAGES)
        super().__init__(verbose_name or _("language"), **options)

    def deconstruct(self):
        name, path, args, options = super().deconstruct()
        options.pop("choices", None)
        options.pop("default", None)
        return name, path, args, options
