"""After the commit: the search rows of changed stories. Nothing else."""

from django.db import transaction
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from django.dispatch import receiver

from news.models import Article, Author, Byline, Mention, Picture, SearchRow, Source, Tag
from portal.lib.languages import columns

BATCH = 100
Instrument = Article._meta.get_field("instruments").related_model
# Whose words stories are found by: how a story refers to it, and which words those are.
NAMED = {
    Author: ("bylines__author", columns("name")),
    Tag: ("tags", columns("name")),
    Source: ("source", columns("name")),
    Picture: ("picture", columns("caption")),
    Instrument: ("instruments", columns("name")),
}


def index_later(article_id):
    """All that one transaction changed is indexed together, each story once.

    Should that fail, the change stands all the same, and `tick` finds the row out of date.
    """
    waiting = (run for _sids, run, _robust in transaction.get_connection().run_on_commit)
    batch = next((run.stories for run in waiting if hasattr(run, "stories")), set())
    batch.add(article_id)

    def index():
        ids = sorted(batch)
        batch.clear()
        for start in range(0, len(ids), BATCH):
            SearchRow.objects.index_newest(*ids[start : start + BATCH])

    index.stories = batch
    transaction.on_commit(index, robust=True)


@receiver(post_save, sender=Article)
def story_saved(instance, raw=False, **kwargs):
    if not raw:
        index_later(instance.pk)


@receiver([post_save, post_delete], sender=Byline)
@receiver([post_save, post_delete], sender=Mention)
def line_changed(instance, raw=False, **kwargs):
    if not raw:
        index_later(instance.article_id)


@receiver(m2m_changed, sender=Article.tags.through)
def tags_changed(instance, action, reverse, **kwargs):
    if action.startswith("post_") and not reverse:
        index_later(instance.pk)


def name_about_to_change(sender, instance, raw=False, **kwargs):
    """Whether it does: most saves change something else, and forgetting costs a row per story."""
    _of, names = NAMED[sender]
    known = None
    if not raw and instance.pk:
        known = sender._base_manager.filter(pk=instance.pk).values_list(*names).first()
    instance._is_renamed = known is not None and known != tuple(
        getattr(instance, name) for name in names
    )


def name_changed(sender, instance, **kwargs):
    """Stories that carry the name are indexed again by `tick`, a few hundred a minute."""
    if instance._is_renamed:
        of, _names = NAMED[sender]
        SearchRow.objects.forget(**{of: instance})


for model in NAMED:
    pre_save.connect(name_about_to_change, model)
    post_save.connect(name_changed, model)
