"""When a story last changed for its readers: published, updated in substance or corrected."""

from datetime import UTC, datetime

from django.db.models import DateTimeField, F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, Greatest

from news.models import Article, Correction


def changed():
    """The expression for query-sets of stories; `changed_at` says it for one row."""
    notes = Correction.objects.filter(article=OuterRef("pk")).order_by("-noted_at", "-pk")
    return Greatest(
        "published_at",
        Coalesce("updated_at", "published_at"),
        Coalesce(Subquery(notes.values("noted_at")[:1]), "published_at"),
    )


def changed_at(story, notes):
    """notes: the story's corrections."""
    moments = [story.published_at, story.updated_at, *(note.noted_at for note in notes)]
    return max(moment for moment in moments if moment)


def left_at(code, now):
    """The expression for the last moment a story of a language stopped being public, or null.

    A list that lost a story has changed, though no story in it has.
    """
    once = Article.objects.in_language(code).filter(published_at__lte=now)
    withdrawn = once.filter(
        status=Article.Status.WITHDRAWN, withdrawn_at__gte=F("published_at")
    ).order_by("-withdrawn_at")
    ended = once.filter(expires_at__lte=now).order_by("-expires_at")
    return _newest(
        Subquery(withdrawn.values("withdrawn_at")[:1]), Subquery(ended.values("expires_at")[:1])
    )


def _newest(one, other):
    long_ago = Value(datetime(2000, 1, 1, tzinfo=UTC), output_field=DateTimeField())
    return Greatest(Coalesce(one, long_ago), Coalesce(other, long_ago))
