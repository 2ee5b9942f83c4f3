"""A field for a day and an hour to come, on the newsroom's clock."""

from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from news import hours


def read(text):
    """ "2026-11-23T15:30" as an instant. Raises ValidationError with the reason."""
    try:
        naive = datetime.fromisoformat(text.strip().replace(" ", "T")).replace(tzinfo=None)
    except ValueError:
        raise ValidationError(_("Write a day and an hour, such as 2026-11-23 15:30.")) from None
    return hours.from_wall(naive)


class HourField(forms.CharField):
    """An instant in cleaned_data, None when empty; what was typed is shown again as it was."""

    def __init__(self, **options):
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"})
        super().__init__(**{"required": False, "widget": widget, **options})

    def to_python(self, value):
        text = super().to_python(value)
        return read(text) if text else None

    def validate(self, value):
        super().validate(value)
        if value is not None and value <= timezone.now():
            raise ValidationError(_("That hour has passed."), code="past")
