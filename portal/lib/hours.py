"""Hours people type: read in the newsroom's zone, refused when they are none or two."""

from datetime import UTC, datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.lib import dates


def read(text):
    """ "2026-11-23T15:30" as an instant. Raises ValidationError with the reason."""
    try:
        wall = datetime.fromisoformat(text.strip().replace(" ", "T")).replace(tzinfo=None)
    except ValueError:
        raise ValidationError(_("Write a day and an hour, such as 2026-11-23 15:30.")) from None
    zone = timezone.get_current_timezone()
    first, second = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall:
        raise ValidationError(
            _("The clocks go forward that night: %s does not exist.") % wall.strftime("%H:%M")
        )
    raise ValidationError(
        _("The clocks go back that night: %(hour)s comes twice. Choose an hour before or after it.")
        % {"hour": wall.strftime("%H:%M")}
    )


def written(instant):
    """An instant as a datetime-local input takes it."""
    return timezone.localtime(instant).strftime("%Y-%m-%dT%H:%M")


def distance(at, now):
    """How far away an instant is: "in 2 h 5 min", "in 3 days"; "" when it has passed."""
    minutes = int((at - now).total_seconds() + 59) // 60
    if minutes <= 0:
        return ""
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return ngettext("in %d day", "in %d days", hours // 24) % (hours // 24)
    if not hours:
        return _("in %d min") % rest
    if not rest:
        return _("in %d h") % hours
    return _("in %(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}


class HourField(forms.CharField):
    """A day and an hour in the newsroom's zone; an instant in cleaned_data, None when empty."""

    default_error_messages = {"past": gettext_lazy("That hour has passed.")}

    def __init__(self, **options):
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"})
        super().__init__(**{"required": False, "widget": widget, **options})

    def to_python(self, value):
        text = super().to_python(value)
        return read(text) if text else None

    def validate(self, value):
        super().validate(value)
        if value is not None and value <= timezone.now():
            raise ValidationError(self.error_messages["past"], code="past")

    def prepare_value(self, value):
        return written(value) if isinstance(value, datetime) else value


def with_distance(at, now):
    """Day, hour, zone and how far: 23 Nov 2026, 18:00 MSK (in 2 h 5 min)."""
    far = distance(at, now)
    return f"{dates.moment(at)} ({far})" if far else dates.moment(at)
