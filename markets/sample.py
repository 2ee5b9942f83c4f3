"""Made-up histories for a fresh installation, named as such on every page that shows them.

Nothing here is a market figure. Real series have a better priority, so the first real value of an
instrument takes the place of its sample.
"""

import math
from datetime import timedelta
from decimal import Decimal
from random import Random

from django.db import transaction

from markets.models import Calendar, Instrument, Kind, Observation, Reading, Series, Source
from portal.lib import numbers

SOURCE = {
    "name_en": "Sample data",
    "name_ru": "Демонстрационные данные",
    "name_kk": "Үлгі деректер",
    "attribution_en": "Values generated for demonstration; they are no market prices.",
    "attribution_ru": "Значения созданы для демонстрации и не являются рыночными ценами.",
    "attribution_kk": "Мәндер көрсету үшін жасалған және нарықтық баға емес.",
}
PRIORITY = 90
YEARS = 5
# code: last, the one before, value five years ago, swing of the slow wave, of a single step (%)
HISTORIES = {
    "usd-rub": ("64.3008", "64.1666", 58.9, 3.4, 0.28),
    "eur-rub": ("69.4191", "69.5065", 66.4, 3.8, 0.30),
    "cny-rub": ("9.0200", "8.9940", 8.4, 0.45, 0.26),
    "kzt-rub": ("13.5313", "13.5190", 13.6, 0.55, 0.26),  # for a hundred tenge
    "usd-kzt": ("475.20", "474.64", 433.0, 14.0, 0.24),
    "eur-kzt": ("513.03", "514.12", 488.0, 17.0, 0.26),
    "rub-kzt": ("7.39", "7.40", 7.3, 0.30, 0.26),
    "eur-usd": ("1.0796", "1.0832", 1.12, 0.03, 0.22),
    "brent": ("58.45", "57.72", 63.0, 5.5, 0.95),
    "fuel-ai92-ru": ("42.43", "42.41", 37.2, 0.35, 0.10),
    "fuel-ai95-ru": ("46.32", "46.32", 40.1, 0.35, 0.10),
    "fuel-ai98-ru": ("52.10", "52.14", 45.6, 0.45, 0.12),
    "fuel-diesel-ru": ("48.21", "48.10", 40.9, 0.60, 0.12),
    "fuel-ai92-kz": ("205", "205", 178.0, 2.2, 0.10),
    "fuel-ai95-kz": ("245", "244", 208.0, 2.4, 0.10),
    "fuel-diesel-kz": ("295", "295", 246.0, 3.0, 0.12),
}

NOMINALS = {"kzt-rub": 100}


def load(today):
    """Give each known instrument without observations five years of sample values up to `today`.

    today: the date in the newsroom's zone. Returns the number of values written; a second call
    writes none. The same day always brings the same values.
    """
    with transaction.atomic():
        source, _new = Source.objects.get_or_create(key="sample", defaults=SOURCE)
        empty = Instrument.objects.filter(
            code__in=HISTORIES, series__observations__isnull=True
        ).exclude(series__observations__isnull=False)
        written = 0
        for instrument in empty.distinct():
            series, _new = Series.objects.get_or_create(
                instrument=instrument,
                source=source,
                external_id="",
                defaults={"priority": PRIORITY, "calendar": calendar_of(instrument)},
            )
            readings = history(instrument, today)
            # Made up to be plausible: nobody is asked to look at them.
            written += len(Observation.objects.record(series, readings, guard=False))
    return written


def calendar_of(instrument):
    """The rhythm of the instrument's samples, so that their age is judged as the real ones' is."""
    if instrument.kind == Kind.FUEL:
        return Calendar.WEEKLY
    if instrument.kind == Kind.OIL:
        return Calendar.WORKDAYS
    real = instrument.series.filter(is_active=True).order_by("priority").first()
    return real.calendar if real else Calendar.WORKDAYS


def history(instrument, today):
    """Readings of one instrument, oldest first; the last two are those of HISTORIES."""
    last, before, start, swing, step = HISTORIES[instrument.code]
    days = mondays(today) if instrument.kind == Kind.FUEL else working_days(today)
    if today.weekday() > 4 and calendar_of(instrument) == Calendar.CBR:
        days.append(today - timedelta(days=today.weekday() - 5))  # it has a rate for Saturday
    chance = Random(instrument.code)  # noqa: S311  a drawing, not a secret
    end, count = float(before), len(days) - 1
    phase, walk, values = chance.uniform(0, 6), 0.0, []
    for number in range(count):
        share = number / (count - 1)
        walk = 0.97 * walk + chance.gauss(0, step / 100)
        wave = swing * (math.sin(phase + 23 * share) + 0.55 * math.sin(2 * phase + 61 * share))
        values.append((start + (end - start) * share + wave) * (1 + walk))
    # Bend the whole curve so that it ends at the value before the last.
    miss = end - values[-1]
    places = instrument.show_max
    figures = [
        numbers.rounded(Decimal(value + miss * (number / (count - 1)) ** 2), places)
        for number, value in enumerate(values)
    ]
    figures[-1:] = [Decimal(before), Decimal(last)]
    return [
        Reading(day, figure, NOMINALS.get(instrument.code, 1), numbers.plain(figure))
        for day, figure in zip(days, figures, strict=True)
    ]


def working_days(today):
    """Monday to Friday of the last five years, oldest first."""
    days = (today - timedelta(days=ago) for ago in range(YEARS * 365 + 7, -1, -1))
    return [day for day in days if day.weekday() < 5]


def mondays(today):
    """The days of a weekly survey, oldest first; the newest is at most six days old."""
    monday = today - timedelta(days=today.weekday())
    return [monday - timedelta(weeks=ago) for ago in range(YEARS * 52, -1, -1)]
