"""What an editor has placed on a front page. news.front turns it into what readers see."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

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
    until = SecondField(_("pinned until"), null=True, blank=True)

    class Meta:
        ordering = ["language", "zone", "position"]
        verbose_name = _("front slot")
        verbose_name_plural = _("front slots")
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
