"""What an editor has placed on a front page, and the log of it. news.front turns the slots into
what readers see, news.arranging writes both.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.lib.fields import LanguageField, SecondField


class FrontSlot(models.Model):
    class Zone(models.TextChoices):
        LEAD = "lead", _("lead story")
        SECOND = "second", _("secondary stories")

    language = LanguageField()
    zone = models.CharField(_("zone"), max_length=10, choices=Zone)
    position = models.PositiveSmallIntegerField(_("place"), default=1)
    article = models.ForeignKey(
        "news.Article",
        on_delete=models.CASCADE,
        related_name="front_slots",
        verbose_name=_("story"),
        help_text=_("A scheduled story may be placed: the newest stands in until its hour."),
    )
    headline = models.CharField(
        _("headline for the front"),
        max_length=200,
        blank=True,
        help_text=_("Empty: the story's own."),
    )
    picture = models.ForeignKey(
        "news.Picture",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="front_slots",
        verbose_name=_("picture for the front"),
        help_text=_("Empty: the picture of the story."),
    )
    until = SecondField(_("pinned until"), null=True, blank=True)

    class Meta:
        ordering = ["language", "zone", "position"]
        verbose_name = _("front slot")
        verbose_name_plural = _("front page")
        constraints = [
            models.UniqueConstraint(
                fields=["language", "zone", "position"], name="front_one_story_a_place"
            ),
            models.CheckConstraint(
                condition=Q(zone__in=["lead", "second"], position__gte=1), name="front_known_place"
            ),
        ]

    def __str__(self):
        return f"{self.language} {self.get_zone_display()} {self.position}"


class FrontLog(models.Model):
    """A front as somebody left it: whole, so that it can be returned to. Never changed."""

    class Verb(models.TextChoices):
        FOUND = "found", pgettext_lazy("front log", "As it stood")
        CHANGED = "changed", pgettext_lazy("front log", "Changed")
        RETURNED = "returned", pgettext_lazy("front log", "Returned to an earlier front")

    language = LanguageField()
    number = models.PositiveIntegerField(_("number"))
    verb = models.CharField(_("what"), max_length=10, choices=Verb, default=Verb.CHANGED)
    returned_to = models.PositiveIntegerField(null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("who"),
    )
    by_name = models.CharField(_("who"), max_length=150, blank=True)
    made_at = SecondField(_("when"), default=timezone.now, editable=False)
    # [{zone, position, article, title, headline, picture, until}]: see news.arranging.
    arrangement = models.JSONField(default=list)

    class Meta:
        ordering = ["-number"]
        verbose_name = _("earlier front")
        verbose_name_plural = _("earlier fronts")
        constraints = [
            models.UniqueConstraint(fields=["language", "number"], name="front_log_one_number")
        ]

    def __str__(self):
        return f"{self.language} {self.number}"
