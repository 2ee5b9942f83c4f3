"""Pictures within the texts of stories: derived from the bodies, for "used in"."""

import re

from django.db import models
from django.utils.translation import gettext_lazy as _

from .pictures import Picture

_FIGURE = re.compile(r"""<figure\b[^>]*\bdata-picture=["']([0-9]{1,18})["']""")


class FigureManager(models.Manager):
    def read_off(self, article, pending=None):
        """Write down the pictures that stand in the body of a saved story.

        `pending`: the content that waits to be published (body, picture); its pictures are needed
        as well.
        """
        named = _named(article.body)
        if pending:
            named |= _named(pending["body"]) | ({pending["picture"]} - {None})
        known = set(self.filter(article=article).values_list("picture", flat=True))
        if known - named:
            self.filter(article=article, picture__in=known - named).delete()
        if named - known:
            found = Picture.objects.filter(pk__in=named - known).values_list("pk", flat=True)
            self.bulk_create(
                [self.model(article=article, picture_id=pk) for pk in found], ignore_conflicts=True
            )


class Figure(models.Model):
    """A picture stands in the text of a story: read off the body at each save, for "used in"."""

    article = models.ForeignKey("news.Article", on_delete=models.CASCADE, related_name="figures")
    picture = models.ForeignKey(Picture, on_delete=models.PROTECT, related_name="figures")

    objects = FigureManager()

    class Meta:
        verbose_name = _("picture in the text")
        verbose_name_plural = _("pictures in the text")
        constraints = [models.UniqueConstraint(fields=["article", "picture"], name="figure_once")]

    def __str__(self):
        return f"{self.article_id}: {self.picture_id}"


def _named(body):
    """The numbers of the pictures that figures in sanitised prose name."""
    return {int(number) for number in _FIGURE.findall(body)}
