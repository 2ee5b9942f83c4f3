"""How days and hours are written for readers: one form per language, always with the zone."""

from datetime import datetime
from functools import lru_cache

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.lib import languages

# Django's date letters. English puts the month's name as it is; the others decline it (E).
FORMS = {
    "en": {"day": "j M Y", "short": "j M", "long": "j F Y", "week": "l, j F Y", "month": "F Y"},
    "": {"day": "j E Y", "short": "j b", "long": "j E Y", "week": "l, j E Y", "month": "F Y"},
}
# Django has no three-letter Kazakh months.
SHORT_MONTHS = {
    "kk": ["қаң", "ақп", "нау", "сәу", "мам", "мау", "шіл", "там", "қыр", "қаз", "қар", "жел"],
    "ru": ["янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"],
}


def written(value, form):
    """A date (or an instant, in the newsroom's zone) in the form day, short, long, week, month.

    >>> written(date(2026, 11, 23), "day")
    '23 Nov 2026'
    """
    if isinstance(value, datetime):
        value = local(value).date()
    return _written(value, form, languages.current())


def local(instant):
    """The instant on the newsroom's clock, the only one that pages show."""
    return instant.astimezone(timezone.get_default_timezone())


def midnight(day):
    """The instant at which a day begins on the newsroom's clock."""
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


@lru_cache(maxsize=4096)
def _written(value, form, code):
    if form == "short" and code in SHORT_MONTHS:
        return f"{value.day} {SHORT_MONTHS[code][value.month - 1]}"
    with translation.override(code):
        text = date_format(value, FORMS.get(code, FORMS[""])[form])
    if code not in FORMS:  # months and weekdays are lower case, but for the first letter of a line
        text = text.lower()
        text = text[:1].upper() + text[1:] if form in ("week", "month") else text
    return text


def zone(instant):
    """The newsroom's zone for people: MSK, мск, UTC+5."""
    name = local(instant).tzname()
    if name == "MSK":
        return _("MSK")
    if name[:1] in "+-":
        hours = name[:3].replace("+0", "+").replace("-0", "-").replace("-", "−")
        return f"UTC{hours}{name[3:] and ':' + name[3:]}"
    return name


def hour(instant):
    """The hour in the newsroom's zone: 11:20."""
    at = local(instant)
    return f"{at.hour:02}:{at.minute:02}"


def brief(instant):
    """Day and hour where the zone is understood, as in the newsroom's lists: 23 Nov, 11:20."""
    return f"{written(instant, 'short')}, {hour(instant)}"


def moment(instant):
    """Day, hour and zone: 23 Nov 2026, 11:20 MSK."""
    return f"{written(instant, 'day')}, {hour(instant)} {zone(instant)}"


WEEKDAYS = {
    "en": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    "ru": ["пн", "вт", "ср", "чт", "пт", "сб", "вс"],
    "kk": ["дс", "сс", "ср", "бс", "жм", "сб", "жс"],
}


def weekday(value):
    """The weekday in short, for a line with little room: Fri, пт, жм."""
    code = languages.current()
    if code not in WEEKDAYS:
        return date_format(value, "D")
    return WEEKDAYS[code][value.weekday()]


def month(value):
    """The month in short, for the axis of a chart: Nov, ноя, қар."""
    code = languages.current()
    if code in SHORT_MONTHS:
        return SHORT_MONTHS[code][value.month - 1]
    return date_format(value, "M" if code in FORMS else "b")
