"""Pictures within the texts of stories: derived from the bodies, for "used in"."""

import re

from django.db import models
from django.utils.translation import gettext_lazy as _

from .pictures import Picture

_FIGURE = re.compile(r"""<figure\b[^>]*\bdata-picture=["']([0-9]{1,18})["']""")


class FigureManager(models.Manager):
    def read_off(self, text, pending=None):
        """Write down the pictures that stand in the body of a saved story or policy page.

        `pending`: the content of a story that waits to be published (body, picture); its pictures
        are needed as well.
        """
        named = _named(text.body)
        if pending:
            named |= _named(pending["body"]) | ({pending["picture"]} - {None})
        where = {text._meta.model_name: text}
        known = set(self.filter(**where).values_list("picture", flat=True))
        if known - named:
            self.filter(**where, picture__in=known - named).delete()
        if named - known:
            found = Picture.objects.filter(pk__in=named - known)
            rows = [self.model(**where, picture=picture) for picture in found.only("pk")]
            self.bulk_create(rows, ignore_conflicts=True)


class Figure(models.Model):
    """A picture stands in a text: read off the body at each save, for "used in"."""

    article = models.ForeignKey(
        "news.Article", on_delete=models.CASCADE, null=True, related_name="figures"
    )
    policy = models.ForeignKey(
        "news.Policy", on_delete=models.CASCADE, null=True, related_name="figures"
    )
    picture = models.ForeignKey(Picture, on_delete=models.PROTECT, related_name="figures")

    objects = FigureManager()

    class Meta:
        verbose_name = _("picture in the text")
        verbose_name_plural = _("pictures in the text")
        constraints = [
            models.UniqueConstraint(fields=["article", "picture"], name="figure_once"),
            models.UniqueConstraint(fields=["policy", "picture"], name="figure_once_in_policy"),
            models.CheckConstraint(
                condition=models.Q(article__isnull=True) ^ models.Q(policy__isnull=True),
                name="figure_in_one_text",
            ),
        ]

    def __str__(self):
        return str(self.text)

    @property
    def text(self):
        """The story or the policy page."""
        return self.article or self.policy


def _named(body):
    """The numbers of the pictures that figures in sanitised prose name."""
    return {int(number) for number in _FIGURE.findall(body)}
