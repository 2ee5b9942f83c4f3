from django.core.management.base import BaseCommand

from news.models import Article, SearchRow

BATCH = 200


class Command(BaseCommand):
    help = "Write the search text of every story again."

    def handle(self, **options):
        count = 0
        stories = Article.objects.order_by("pk")
        while batch := list(stories[:BATCH]):
            SearchRow.objects.index(*batch)
            count += len(batch)
            stories = stories.filter(pk__gt=batch[-1].pk)
        self.stdout.write(f"{count} stories indexed.")
