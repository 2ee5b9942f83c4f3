from django.core.management.base import BaseCommand

from news.models import Article, SearchRow


class Command(BaseCommand):
    help = "Write the search text of every story again."

    def handle(self, **options):
        count = SearchRow.objects.index_all(Article.objects.all())
        self.stdout.write(f"{count} stories indexed.")
