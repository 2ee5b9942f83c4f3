"""Model fields with a promise of their own."""

from django.db import models


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
