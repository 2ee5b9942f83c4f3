"""What the clock does to stories without anybody's hand: called each minute by `manage.py tick`."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from news import withheld
from news.models import Article, Mention, Picture, PreviewLink, Revision, Step
from news.models.history import KEPT, QUICK_SAVES_KEPT, STEPS_KEPT
from news.models.status import TIMED

# A price nobody had published when the story came out is waited for this long.
PATIENCE = timedelta(days=7)
# Each quick save is looked at while it is this much older than QUICK_SAVES_KEPT.
LOOKED_AT = timedelta(days=7)


def publish_due(now=None):
    """Label what the clock has made public, with a Revision; returns how many. Safe to repeat.

    Readers see a story from its hour on, whether or not this runs.
    """
    count = 0
    for story in Article.objects.due(now):
        with transaction.atomic():
            story._hold()
        count += story.status == Article.Status.PUBLISHED
    return count


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


def keep_files_in_place():
    """Withhold the files of pictures whose rights have ended, give back those of renewed ones.

    Returns how many rows changed. A file stays while one entry that shares it has rights. Pages do
    not wait for this; safe to repeat.
    """
    ended = Picture.objects.expired().exclude(file__startswith=withheld.FOLDER)
    renewed = Picture.objects.usable().filter(file__startswith=withheld.FOLDER)
    count = 0
    for pictures, place in ((ended, withheld.hidden), (renewed, withheld.public)):
        for picture in pictures.order_by("pk"):
            with transaction.atomic():
                sharing = Picture.objects.select_for_update().filter(file=picture.file.name)
                has_rights = any(one.is_usable for one in sharing)
                if has_rights is (place is withheld.public):
                    withheld.move(picture.file.storage, picture.file.name, place)
                    count += sharing.update(file=place(picture.file.name))
    return count


def prune_revisions(now=None):
    """Forget old quick saves beyond the newest KEPT of a story, old steps, old preview links.

    Never a move, never a text readers had. Returns how many rows went.
    """
    now = now or timezone.now()
    gone = Step.objects.filter(made_at__lt=now - STEPS_KEPT).delete()[0]
    gone += PreviewLink.objects.filter(expires_at__lt=now - STEPS_KEPT).delete()[0]
    before = now - QUICK_SAVES_KEPT
    old = Revision.objects.filter(verb__in=Revision.QUICK, is_public=False, made_at__lt=before)
    aging = old.filter(made_at__gte=before - LOOKED_AT, article__revisions__number__gt=KEPT)
    for article in aging.values_list("article", flat=True).order_by().distinct():
        newest = Revision.objects.filter(article=article).order_by("-number")
        bound = newest.values_list("number", flat=True)[KEPT : KEPT + 1].first()
        if bound is not None:
            gone += old.filter(article=article, number__lte=bound, previews=None).delete()[0]
    return gone
