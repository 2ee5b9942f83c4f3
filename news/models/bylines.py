"""What a story carries beside its text: who made it, its tags, which instruments it names."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .listed import Listed


class Byline(Listed):
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
        indexes = [Listed.index("author", "byline_newest")]

    def __str__(self):
        return f"{self.get_role_display()}: {self.author}"


class Tagging(Listed):
    """A tag of a story."""

    article = models.ForeignKey("news.Article", on_delete=models.CASCADE, related_name="+")
    tag = models.ForeignKey("news.Tag", on_delete=models.CASCADE, related_name="+")

    class Meta:
        db_table = "news_article_tags"
        default_permissions = ()
        unique_together = [("article", "tag")]
        indexes = [Listed.index("tag", "tagging_newest")]

    def __str__(self):
        return str(self.tag)


class MentionQuerySet(models.QuerySet):
    def freeze(self, moment):
        """Give each of these that has none the value in force at `moment`: once and for ever.

        Returns how many were given one. A value nobody had published yet may still come.
        """
        given = 0
        for mention in self.filter(observation=None).select_related("instrument"):
            found = mention.instrument.at(moment)
            if found is not None:
                # Somebody else may have been quicker: the first value stands.
                given += self.filter(pk=mention.pk, observation=None).update(observation=found)
        return given

    def add_named(self, article, codes):
        """Mentions for the instruments that chips in the text name, where they are missing."""
        if not codes:
            return
        instruments = self.model.instrument.field.related_model.objects.filter(code__in=codes)
        known = self.filter(article=article).values("instrument")
        for instrument in instruments.exclude(pk__in=known):
            self.create(article=article, instrument=instrument, position=100)


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

    objects = MentionQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("instrument in the story")
        verbose_name_plural = _("instruments in the story")
        constraints = [
            models.UniqueConstraint(fields=["article", "instrument"], name="mention_once")
        ]

    def __str__(self):
        return str(self.instrument)

    def save(self, *args, force_insert=False, **kwargs):
        """A form may name what a chip of the same text has just named: that mention is kept.

        A story that is out already gets the value it would have had from the beginning.
        """
        if self._state.adding and not force_insert:
            known = Mention.objects.filter(article=self.article, instrument=self.instrument).first()
            if known:
                self.pk, self.observation_id = known.pk, known.observation_id
                self._state.adding = False
        if self.observation_id and self.observation.series.instrument_id != self.instrument_id:
            self.observation = None  # the line names another instrument now
        super().save(*args, force_insert=force_insert, **kwargs)
        if self.observation_id is None and self.article.is_out:
            Mention.objects.filter(pk=self.pk).freeze(self.article.published_at)
            self.refresh_from_db(fields=["observation"])
