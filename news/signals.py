"""After the commit: the search row of a changed story. Nothing else."""

import threading

from django.db import transaction
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import receiver

from news.models import Article, Byline, SearchRow

_mine = threading.local()  # a transaction belongs to one thread


def index_later(article_id):
    """After the commit, once for each story, however many of its rows were written."""
    _mine.asked = asked = getattr(_mine, "asked", 0) + 1

    def index():
        done = _mine.__dict__.setdefault("done", {})
        if asked <= done.get(article_id, 0):
            return  # by an earlier call, which has seen all that this commit brought
        if len(done) > 1_000:
            done.clear()
        done[article_id] = _mine.asked
        article = Article.objects.filter(pk=article_id).first()
        if article is not None:
            SearchRow.objects.index(article)

    transaction.on_commit(index)


@receiver(post_save, sender=Article)
def story_saved(instance, raw=False, **kwargs):
    if not raw:
        index_later(instance.pk)


@receiver([post_save, post_delete], sender=Byline)
def byline_changed(instance, raw=False, **kwargs):
    if not raw:
        index_later(instance.article_id)


@receiver(m2m_changed, sender=Article.tags.through)
def tags_changed(instance, action, reverse, **kwargs):
    if action.startswith("post_") and not reverse:
        index_later(instance.pk)
