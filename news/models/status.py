"""Where a story stands, and the rule that says when readers have it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy


class Status(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("status", "Draft")
    REVIEW = "review", pgettext_lazy("status", "In review")
    SCHEDULED = "scheduled", pgettext_lazy("status", "Scheduled")
    PUBLISHED = "published", pgettext_lazy("status", "Published")
    WITHDRAWN = "withdrawn", pgettext_lazy("status", "Withdrawn")


class Kind(models.TextChoices):
    NEWS = "news", pgettext_lazy("kind of story", "News")
    ANALYSIS = "analysis", pgettext_lazy("kind of story", "Analysis")
    OPINION = "opinion", pgettext_lazy("kind of story", "Opinion")
    EXPLAINER = "explainer", pgettext_lazy("kind of story", "Explainer")
    INTERVIEW = "interview", pgettext_lazy("kind of story", "Interview")
    SPONSORED = "sponsored", pgettext_lazy("kind of story", "Sponsored")


# Statuses that become public by the clock alone.
TIMED = (Status.SCHEDULED, Status.PUBLISHED)


def published_q(now):
    """The rule of visibility for query-sets; `Article.is_public` says it for one row."""
    return Q(status__in=TIMED, published_at__lte=now) & (
        Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    )
