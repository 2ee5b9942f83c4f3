"""What makes figures look different: which tables, and which hours."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from markets import calendars
from markets.models import Override
from markets.models.instruments import ZONES
from portal.lib.topics import midnight_after
from portal.lib.triggers import Watch

TABLES = [
    Watch("markets_observation", ("markets",)),
    Watch("markets_instrument", ("markets",)),
    Watch("markets_series", ("markets",)),
    Watch("markets_region", ("markets",)),
    Watch("markets_tickerslot", ("markets",)),
    Watch("markets_override", ("markets",)),
    Watch("markets_holiday", ("markets",)),
    # What the fetching notes there after each call is shown on the page on our data alone, which
    # is never kept.
    Watch(
        "markets_source",
        ("markets",),
        columns=(
            *("key", "name_en", "name_ru", "name_kk", "homepage", "terms_url", "licence"),
            *("attribution_en", "attribution_ru", "attribution_kk", "is_enabled"),
        ),
    ),
]
PRIVATE = {"markets_fetchrun"}


def next_hour(now):
    """When a value next comes into force, turns late, or a manual one begins or ends. One query.

    A value's age goes by midnight of the instrument's zone, its lateness by the hour at which its
    source should have published. On a holiday nothing changes then, and nothing is lost either.
    """
    found = [midnight_after(now, ZoneInfo(zone)) for zone in ZONES]
    for calendar, hour in calendars.DUE_HOURS.items():
        zone = ZoneInfo(calendars.ZONES[calendar])
        today = now.astimezone(zone).date()
        due = (calendars.at(today + timedelta(days=days), hour, zone) for days in (0, 1))
        found += [at for at in due if at > now]
    for begins, ends in Override.objects.filter(expires_at__gt=now).values_list(
        "starts_at", "expires_at"
    ):
        found.append(begins if begins > now else ends)
    return min(found)
