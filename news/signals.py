"""After the commit: the search row of a changed story. Nothing else."""

from django.db import transaction
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import receiver

from news.models import Article, Byline, SearchRow


def _index(article_id):
    article = Article.objects.filter(pk=article_id).first()
    if article is not None:
        SearchRow.objects.index(article)


def index_later(article_id):
    transaction.on_commit(lambda: _index(article_id))


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
