from django.core.management.base import BaseCommand

from portal.seeding import seed_base


class Command(BaseCommand):
    help = "Roles, sections and instruments; no stories, no quotes. Adds only what is missing."

    def handle(self, **options):
        added = seed_base()
        self.stdout.write(f"{added} records added." if added else "Nothing was missing.")
