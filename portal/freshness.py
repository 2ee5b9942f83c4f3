"""What makes the frame of every page stale, and all that the rooms say of theirs."""

from django.utils import timezone

from markets import freshness as of_markets
from news import freshness as of_news
from portal.lib import topics
from portal.lib.triggers import Watch
from portal.models import Banner

TABLES = [
    Watch("portal_notice", ("frame",)),
    Watch("portal_banner", ("banner",)),
]
PRIVATE = {
    "portal_topic",
    "portal_user",
    "portal_user_groups",
    "portal_user_user_permissions",
} | of_news.PRIVATE | of_markets.PRIVATE  # fmt: skip


def next_midnight(now):
    """The masthead says the day; rights of pictures and policies go by days, too."""
    return topics.midnight_after(now, timezone.get_default_timezone())


def next_banner(now):
    """When a banner comes or goes. One query."""
    rows = Banner.objects.filter(ends_at__gt=now).values_list("starts_at", "ends_at")
    hours = [
        at
        for begins, ends in rows
        for at in (begins, min(ends, begins + Banner.LONGEST))
        if at > now
    ]
    return min(hours, default=None)


def register():
    topics.register(
        tables=[*TABLES, *of_news.TABLES, *of_markets.TABLES],
        boundaries=[
            ("frame", next_midnight),
            ("banner", next_banner),
            ("news", of_news.next_hour),
            ("markets", of_markets.next_hour),
        ],
    )
