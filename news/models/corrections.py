"""Corrections: dated by the clock, append-only, visible for ever."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.lib.fields import SecondField


class CorrectionIsPermanent(Exception):
    """A correction was about to be changed or deleted. Add another one instead."""


class CorrectionQuerySet(models.QuerySet):
    def delete(self):
        raise CorrectionIsPermanent

    def update(self, **changes):
        raise CorrectionIsPermanent


class Correction(models.Model):
    class Kind(models.TextChoices):
        CORRECTION = "correction", pgettext_lazy("kind of note", "Correction")
        CLARIFICATION = "clarification", pgettext_lazy("kind of note", "Clarification")
        UPDATE = "update", pgettext_lazy("kind of note", "Update")

    article = models.ForeignKey(
        "news.Article",
        on_delete=models.PROTECT,
        related_name="corrections",
        verbose_name=_("story"),
    )
    kind = models.CharField(_("kind"), max_length=15, choices=Kind, default=Kind.CORRECTION)
    is_grave = models.BooleanField(
        _("grave"), default=False, help_text=_("A grave correction stands above the story.")
    )
    text = models.TextField(
        _("text"), max_length=1000, help_text=_("What was wrong, what is right.")
    )
    noted_at = SecondField(_("noted"), default=timezone.now, editable=False)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        ordering = ["-noted_at", "-pk"]
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        indexes = [models.Index(fields=["-noted_at", "-id"], name="correction_newest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["correction", "clarification", "update"]),
                name="correction_kind",
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.text[:60]}"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise CorrectionIsPermanent
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise CorrectionIsPermanent
