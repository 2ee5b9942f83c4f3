"""The folded text of each story, for finding it: derived, rebuilt by `manage.py reindex`."""

from django.db import models

from portal.lib.languages import columns
from portal.lib.text import fold, plain_text


class SearchRowManager(models.Manager):
    def index(self, article):
        """Write the row of one story. Every status is indexed; the query decides who sees it."""
        title = [article.headline, article.kicker]
        for byline in article.bylines.select_related("author"):
            title += [getattr(byline.author, column) for column in columns("name")]
        text = [*title, article.lead, plain_text(article.body)]
        for tag in article.tags.all():
            text += [getattr(tag, column) for column in columns("name")]
        self.update_or_create(
            article=article, defaults={"title": fold(" ".join(title)), "text": fold(" ".join(text))}
        )


class SearchRow(models.Model):
    article = models.OneToOneField(
        "news.Article", on_delete=models.CASCADE, primary_key=True, related_name="search_row"
    )
    # Before the long column: SQLite reads it without following the overflow pages.
    title = models.TextField(default="")
    text = models.TextField(default="")

    objects = SearchRowManager()

    def __str__(self):
        return self.title
