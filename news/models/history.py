"""What a story said before, who changed it and what for. Nothing here is ever written over but
quick saves, and those keep each text as a Step.
"""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Saves of one person within this time are one revision.
FOLDED_WITHIN = timedelta(minutes=10)
# Quick saves older than this go, beyond the newest KEPT of a story.
QUICK_SAVES_KEPT = timedelta(days=90)
KEPT = 50
# Texts of folded saves: long enough for any form that is still open.
STEPS_KEPT = timedelta(days=30)


class Revision(models.Model):
    """The content of a story after one act of a person or of the clock."""

    class Verb(models.TextChoices):
        SAVED = "saved", pgettext_lazy("act upon a story", "saved")
        SUBMITTED = "submitted", pgettext_lazy("act upon a story", "submitted")
        SENT_BACK = "sent back", pgettext_lazy("act upon a story", "sent back")
        SCHEDULED = "scheduled", pgettext_lazy("act upon a story", "scheduled")
        PUBLISHED = "published", pgettext_lazy("act upon a story", "published")
        CHANGES_SAVED = "changes saved", pgettext_lazy("act upon a story", "changes saved")
        CHANGES_PUBLISHED = (
            "changes published",
            pgettext_lazy("act upon a story", "changes published"),
        )
        WITHDRAWN = "withdrawn", pgettext_lazy("act upon a story", "withdrawn")
        REOPENED = "reopened", pgettext_lazy("act upon a story", "reopened")
        RESTORED = "restored", pgettext_lazy("act upon a story", "restored")
        CORRECTED = "corrected", pgettext_lazy("act upon a story", "corrected")
        DISCARDED = "discarded", pgettext_lazy("act upon a story", "discarded")
        SET_ASIDE = "set aside", pgettext_lazy("act upon a story", "set aside")

    QUICK = (Verb.SAVED, Verb.CHANGES_SAVED)
    # The text of these is not what the story said then, but what was taken out of its way.
    ASIDE = (Verb.DISCARDED, Verb.SET_ASIDE)

    article = models.ForeignKey(
        "news.Article", on_delete=models.CASCADE, related_name="revisions", verbose_name=_("story")
    )
    number = models.PositiveIntegerField(_("number"))
    version = models.PositiveIntegerField(_("version of the text"))
    verb = models.CharField(_("what was done"), max_length=20, choices=Verb)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    # Outlives the account; empty: the clock, or a command.
    by_name = models.CharField(_("name"), max_length=160, blank=True)
    note = models.TextField(_("note"), blank=True)
    content = models.JSONField(_("text"))
    began_at = models.DateTimeField(default=timezone.now, editable=False)
    made_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    is_public = models.BooleanField(_("readers had it"), default=False)

    class Meta:
        ordering = ["-number"]
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        # Who has which right to a story decides; nobody edits history by itself.
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="revision_number_once")
        ]
        indexes = [models.Index(fields=["made_at"], name="revision_made")]

    def __str__(self):
        return f"{self.number}: {self.get_verb_display()}"

    @property
    def is_quick(self):
        return self.verb in self.QUICK and not self.is_public

    @property
    def is_aside(self):
        return self.verb in self.ASIDE

    def takes(self, verb, by, now):
        """A save of this person now belongs to this revision."""
        return (
            self.verb == verb
            and self.is_quick
            and by is not None
            and self.by_id == by.pk
            and now - self.began_at < FOLDED_WITHIN
            and not self.note
            and not self.previews.exists()  # somebody was promised this very text
        )


class Step(models.Model):
    """A text that a later save within the same revision has replaced."""

    article = models.ForeignKey("news.Article", on_delete=models.CASCADE, related_name="steps")
    version = models.PositiveIntegerField()
    content = models.JSONField()
    made_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["article", "version"], name="step_of_version")]

    def __str__(self):
        return f"{self.article_id}, {self.version}"


class PendingChanges(models.Model):
    """The text that a story which is out shall have once its changes are published."""

    article = models.OneToOneField(
        "news.Article", on_delete=models.CASCADE, related_name="pending", verbose_name=_("story")
    )
    content = models.JSONField(_("text"))
    # What readers had when the changes were begun.
    base = models.JSONField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    by_name = models.CharField(max_length=160, blank=True)
    began_at = models.DateTimeField(_("begun"), default=timezone.now)
    made_at = models.DateTimeField(_("last saved"), default=timezone.now)

    class Meta:
        verbose_name = _("pending changes")
        verbose_name_plural = _("pending changes")
        default_permissions = ()

    def __str__(self):
        return self.content["headline"]
