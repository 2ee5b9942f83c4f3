"""The folded text of each story, for finding it: derived, rebuilt by `manage.py reindex`."""

from django.db import models
from django.db.models import Prefetch, prefetch_related_objects

from news.models.bylines import Byline
from portal.lib.languages import columns
from portal.lib.text import fold, plain_text


class SearchRowManager(models.Manager):
    def index(self, *stories):
        """Write the rows of stories: three queries for any number of them.

        Every status is indexed; the query decides who sees it.
        """
        lines = Prefetch("bylines", Byline.objects.select_related("author"))
        prefetch_related_objects(stories, "tags", lines)
        self.bulk_create(
            [self._row(story) for story in stories],
            update_conflicts=True,
            unique_fields=["article"],
            update_fields=["title", "text"],
        )

    def index_all(self, stories, batch=200):
        """Write the rows of a query-set of stories, so many at a time; returns how many."""
        count = 0
        stories = stories.order_by("pk")
        while found := list(stories[:batch]):
            self.index(*found)
            count += len(found)
            stories = stories.filter(pk__gt=found[-1].pk)
        return count

    def _row(self, story):
        title = [story.headline, story.kicker]
        for byline in story.bylines.all():
            title += [getattr(byline.author, column) for column in columns("name")]
        text = [*title, story.lead, plain_text(story.body)]
        for tag in story.tags.all():
            text += [getattr(tag, column) for column in columns("name")]
        return self.model(article=story, title=fold(" ".join(title)), text=fold(" ".join(text)))


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
