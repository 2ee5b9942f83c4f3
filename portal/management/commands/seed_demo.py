from django.core.management.base import BaseCommand, CommandError

from news.models import Article
from portal.seeding import UnsafeHere, seed_demo


class Command(BaseCommand):
    help = "The demonstration: stories, people, pictures, sample quotes. Adds only what is missing."

    def add_arguments(self, parser):
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing when there is any story"
        )

    def handle(self, *, if_empty, **options):
        if if_empty and Article.objects.exists():
            self.stdout.write("There are stories already: the demo was not loaded.")
            return
        try:
            added = seed_demo()
        except UnsafeHere:
            raise CommandError(
                "The demo has accounts with known passwords and is not for ENVIRONMENT=production. "
                "Use seed_base and createsuperuser."
            ) from None
        self.stdout.write(f"{added} stories added.")
