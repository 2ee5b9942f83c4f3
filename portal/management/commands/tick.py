"""What a timer calls each minute. Every part may be repeated, and one that fails stops no other."""

import logging

from django.core.management.base import BaseCommand, CommandError

from markets import fetching
from news import publishing
from news.models import SearchRow
from news.models.drafts import prune_drafts
from portal.lib import topics

log = logging.getLogger(__name__)
# What to call, and the name of what its return value counts.
PARTS = [
    (publishing.publish_due, "stories out"),
    (fetching.fetch_due, "sources asked"),
    (publishing.freeze_prices, "prices frozen"),
    (publishing.keep_files_in_place, "files of pictures withheld or given back"),
    (publishing.prune_revisions, "old saves gone"),
    (prune_drafts, "copies of forms forgotten"),
    (SearchRow.objects.freshen, "stories indexed"),
    (topics.fold, "notes of connections folded"),
]


class Command(BaseCommand):
    help = "Do what is due: stories, figures, tidying. For cron or a systemd timer, each minute."

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
