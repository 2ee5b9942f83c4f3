"""Addresses that were: a renamed or merged section, tag, author or source is still found."""

from django.apps import apps
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from .search import SearchRow


class OldAddressManager(models.Manager):
    def target(self, model, slug):
        """The row that an old slug of `model` leads to now, or None."""
        known = self.filter(kind=model._meta.model_name, slug=slug).values("target")
        return model._default_manager.filter(pk__in=known).first()

    def moved(self, row, old_slug):
        """Remember that `row` once stood at `old_slug`; a slug in use belongs to its new owner."""
        self.taken(row)
        self.update_or_create(kind=row._meta.model_name, slug=old_slug, defaults={"target": row.pk})

    def taken(self, row):
        """The slug of `row` is an address in use again: nothing old leads away from it."""
        self.filter(kind=row._meta.model_name, slug=row.slug).delete()

    def heirs(self, model, numbers):
        """{number of a merged row: number of the row that took its place}, for those merged."""
        known = Merged.objects.filter(kind=model._meta.model_name, number__in=numbers)
        return dict(known.values_list("number", "target"))

    def inherit(self, row, other):
        """`other` is about to be merged into `row`: its addresses and heirs become those of row.

        Targets are numbers and never addresses, so a chain cannot grow and a loop cannot close.
        """
        kind = row._meta.model_name
        self.filter(kind=kind, target=other.pk).update(target=row.pk)
        Merged.objects.filter(kind=kind, target=other.pk).update(target=row.pk)
        Merged.objects.create(kind=kind, number=other.pk, target=row.pk)


class OldAddress(models.Model):
    kind = models.CharField(_("kind"), max_length=10)  # the model's name
    slug = models.SlugField(_("address"))
    target = models.PositiveBigIntegerField(_("leads to"))
    made_at = models.DateTimeField(_("added"), auto_now_add=True)

    objects = OldAddressManager()

    class Meta:
        verbose_name = _("old address")
        verbose_name_plural = _("old addresses")
        constraints = [
            models.UniqueConstraint(fields=["kind", "slug"], name="old_address_leads_to_one")
        ]
        indexes = [models.Index(fields=["kind", "target"], name="old_address_of")]

    def __str__(self):
        return f"{self.kind}: {self.slug}"


class Merged(models.Model):
    """A row that was merged away and the one in its place: for texts that still say its number."""

    kind = models.CharField(max_length=10)
    number = models.PositiveBigIntegerField()
    target = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "number"], name="merged_once")]
        indexes = [models.Index(fields=["kind", "target"], name="merged_into")]

    def __str__(self):
        return f"{self.kind} {self.number} → {self.target}"


class Addressed(models.Model):
    """A row that readers know by its slug: whoever renames it, the old address leads to the new."""

    # Columns whose words stand in the search rows of the stories that `stories()` returns.
    searched: tuple = ()

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        with transaction.atomic():
            known = type(self)._base_manager.filter(pk=self.pk) if self.pk else None
            before = known and known.values_list("slug", *self.searched).first()
            super().save(*args, **kwargs)
            if not before:
                OldAddress.objects.taken(self)
                return
            if before[0] != self.slug:
                OldAddress.objects.moved(self, before[0])
            if list(before[1:]) != [getattr(self, name) for name in self.searched]:
                # The newest at once; `tick` writes the rest.
                transaction.on_commit(lambda: SearchRow.objects.index_all(self.stories(), 300))

    def stories(self):
        """The stories that carry this row, of every status."""
        return self.of_stories(apps.get_model("news.Article").objects)

    def of_stories(self, stories):
        raise NotImplementedError
