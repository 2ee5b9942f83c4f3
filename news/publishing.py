"""What the clock makes public without anybody's hand: called each minute by `manage.py tick`."""

from datetime import timedelta

from django.utils import timezone

from news.models import Article, Mention
from news.models.article import TIMED

# A price nobody had published when the story came out is waited for this long.
PATIENCE = timedelta(days=7)


def freeze_prices(now=None):
    """Freeze the prices of stories whose hour has come; returns how many. Safe to repeat."""
    now = now or timezone.now()
    waiting = Mention.objects.filter(
        observation=None,
        article__status__in=TIMED,
        article__published_at__lte=now,
        article__published_at__gt=now - PATIENCE,
    )
    return sum(
        story.mentions.freeze(story.published_at)
        for story in Article.objects.filter(pk__in=waiting.values("article")).only("published_at")
    )
