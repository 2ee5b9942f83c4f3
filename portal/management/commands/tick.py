"""What a timer calls each minute. Every part may be repeated, and one that fails stops no other."""

import logging

from django.core.management.base import BaseCommand, CommandError

from markets import fetching
from news import publishing
from news.models import SearchRow

log = logging.getLogger(__name__)
# What to call, and the name of what its return value counts.
PARTS = [
    (fetching.fetch_due, "sources asked"),
    (publishing.freeze_prices, "prices frozen"),
    (SearchRow.objects.freshen, "stories indexed"),
]


class Command(BaseCommand):
    help = "Do what is due: figures, prices in stories. For cron or a systemd timer, each minute."

    def handle(self, **options):
        broken = 0
        for part, name in PARTS:
            try:
                count = part()
            except Exception:
                log.exception("tick: %s broke", part.__name__)
                broken += 1
            else:
                if count:
                    self.stdout.write(f"{name}: {count}")
        if broken:
            raise CommandError(f"{broken} parts broke; the log tells how.")
