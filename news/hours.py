"""Hours as the newsroom says them: typed on its own clock, told with what is left until then."""

from datetime import UTC

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib import dates


def from_wall(naive):
    """The instant of an hour read from the newsroom's clock.

    Raises ValidationError, with both readings, for an hour that happens twice or never because the
    clocks are changed.
    """
    zone = timezone.get_default_timezone()
    first, second = (naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    readings = {
        "hour": f"{naive:%H:%M}",
        "first": _reading(first.astimezone(UTC)),
        "second": _reading(second.astimezone(UTC)),
    }
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == naive:
        words = _(
            "%(hour)s happens twice that night, as the clocks go back: %(first)s and %(second)s. "
            "Choose an hour before or after."
        )
        raise ValidationError(words % readings, code="twice")
    words = _(
        "%(hour)s does not exist that night, as the clocks go forward: it could mean %(second)s "
        "or %(first)s. Write the one you mean."
    )
    raise ValidationError(words % readings, code="never")


def _reading(instant):
    return _("%(hour)s (%(utc)s UTC)") % {
        "hour": dates.moment(instant),
        "utc": f"{instant:%H:%M}",
    }


def on_wall(instant):
    """An instant as a form shows it: the newsroom's clock, to the minute, without a zone."""
    return timezone.localtime(instant, timezone.get_default_timezone()).strftime("%Y-%m-%dT%H:%M")


def span(seconds):
    """A time in its two largest units: 3 d 4 h, 2 h 5 min, 1 min."""
    minutes = max(1, round(seconds / 60))
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    if days:
        text = _("%(days)s d %(hours)s h") if hours else _("%(days)s d")
    elif hours:
        text = _("%(hours)s h %(minutes)s min") if minutes else _("%(hours)s h")
    else:
        text = _("%(minutes)s min")
    return text % {"days": days, "hours": hours, "minutes": minutes}


def from_now(instant, now=None):
    """How far away an instant is: "in 2 h 5 min", "3 d 4 h ago"."""
    seconds = (instant - (now or timezone.now())).total_seconds()
    words = _("in %(span)s") if seconds > 0 else _("%(span)s ago")
    return words % {"span": span(abs(seconds))}
