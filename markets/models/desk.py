"""Two ways to look at observations that have a page of their own on the market editor's desk."""

from django.utils.translation import gettext_lazy as _

from markets.models.observations import Observation


class HeldQuote(Observation):
    """An observation that waits for a person to accept or to reject it."""

    class Meta:
        proxy = True
        ordering = ["-seen_at", "-pk"]
        # "change" is the right to decide; nothing of the row itself is ever edited.
        default_permissions = ("view", "change")
        verbose_name = _("held quote")
        verbose_name_plural = _("held quotes")


class FuelPrice(Observation):
    """A price of the day's sheet. Rights are those of Observation: this is its quickest form."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("fuel price")
        verbose_name_plural = _("fuel prices of a day")
