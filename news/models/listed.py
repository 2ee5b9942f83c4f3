"""Lines that put a story on the list of an author or a tag, with what the list asks of the story.

A list of a million stories must be read from its newest end, and an index has the columns of one
table only. So each line carries the story's own words for its place and its visibility. The
database keeps them (news/lines.py): nobody else writes them (decision 0017).
"""

from django.db import models
from django.db.models import Count, Q
from django.utils import timezone

from portal.lib.fields import SecondField

from .status import Status, published_q


class ListedQuerySet(models.QuerySet):
    """Asked as ArticleQuerySet is, answered from an index of the lines alone."""

    def published(self, now=None):
        """Lines of what readers may see: the rule of Article.objects.published()."""
        return self.filter(published_q(now or timezone.now()))

    def in_language(self, code):
        return self.filter(language=code)

    def newest(self):
        """Keys of their stories, the newest first, each once: a person may have two roles in one.

        In groups by what they are ordered by, which the index has together: nothing is sorted.
        """
        groups = self.order_by().values("published_at", "article").annotate(roles=Count("pk"))
        return groups.order_by("-published_at", "-article").values_list("article", flat=True)


class Listed(models.Model):
    # Null in a line that came before its story, within a transaction.
    language = models.CharField(max_length=7, null=True, editable=False)  # noqa: DJ001
    status = models.CharField(max_length=12, choices=Status, null=True, editable=False)  # noqa: DJ001
    published_at = SecondField(null=True, editable=False)
    expires_at = SecondField(null=True, editable=False)

    objects = ListedQuerySet.as_manager()

    class Meta:
        abstract = True

    @staticmethod
    def index(owner, name):
        """Each list from its newest end, all that is asked of it included."""
        return models.Index(
            fields=[owner, "language", "-published_at", "-article", "status", "expires_at"],
            name=name,
            condition=Q(published_at__isnull=False),
        )
