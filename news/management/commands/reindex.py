from django.core.management.base import BaseCommand

from news.models import Article, SearchRow


class Command(BaseCommand):
    help = "Write the search text of every story again."

    def handle(self, **options):
        count = 0
        for article in Article.objects.prefetch_related("tags").iterator(chunk_size=500):
            SearchRow.objects.index(article)
            count += 1
        self.stdout.write(f"{count} stories indexed.")
