"""What follows from a change at once: the pictures in a saved story, the files of a deleted one."""

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from news import withheld
from news.models import Article, Figure, Picture, Policy


@receiver(post_save, sender=Article)
@receiver(post_save, sender=Policy)
def text_saved(sender, instance, raw=False, **kwargs):
    if not raw:
        waits = sender is Article and instance.is_out and instance.pending_changes
        Figure.objects.read_off(instance, pending=waits.content if waits else None)


@receiver(post_delete, sender=Picture)
def picture_deleted(instance, **kwargs):
    """A picture taken out of the library is gone from the site: its files, where no twin has them.

    Refused before this for a picture that any story shows.
    """
    storage, name = instance.file.storage, instance.file.name

    def remove():
        if not name or Picture.objects.filter(file=name).exists():
            return
        for found in withheld.files(storage, name):
            storage.delete(found)

    transaction.on_commit(remove)
