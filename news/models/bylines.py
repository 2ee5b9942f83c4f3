"""What a story carries beside its text: who made it and which instruments it names."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Byline(models.Model):
    class Role(models.TextChoices):
        AUTHOR = "author", pgettext_lazy("byline", "Author")
        PHOTO = "photo", pgettext_lazy("byline", "Photo")
        DATA = "data", pgettext_lazy("byline", "Data")
        TRANSLATION = "translation", pgettext_lazy("byline", "Translation")
        EDITING = "editing", pgettext_lazy("byline", "Editing")

    article = models.ForeignKey("news.Article", on_delete=models.CASCADE, related_name="bylines")
    author = models.ForeignKey(
        "news.Author", on_delete=models.PROTECT, related_name="+", verbose_name=_("author")
    )
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.AUTHOR)
    position = models.PositiveSmallIntegerField(_("order"), default=1)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("byline")
        verbose_name_plural = _("bylines")
        constraints = [
            models.UniqueConstraint(
                fields=["article", "author", "role"],
                name="byline_once_a_role",
                violation_error_message=_("This person already has that role in the byline."),
            )
        ]

    def __str__(self):
        return f"{self.get_role_display()}: {self.author}"


class Mention(models.Model):
    """A story names an instrument. `observation` is its value at first publication, frozen."""

    article = models.ForeignKey("news.Article", on_delete=models.CASCADE, related_name="mentions")
    instrument = models.ForeignKey(
        "markets.Instrument",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("instrument"),
    )
    observation = models.ForeignKey(
        "markets.Observation",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    position = models.PositiveSmallIntegerField(_("order"), default=1)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("instrument in the story")
        verbose_name_plural = _("instruments in the story")
        constraints = [
            models.UniqueConstraint(fields=["article", "instrument"], name="mention_once")
        ]

    def __str__(self):
        return str(self.instrument)
