"""Markets: currency, oil and fuel."""

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext_lazy as _


class MarketsConfig(AppConfig):
    name = "markets"
    verbose_name = _("Markets")

    def ready(self):
        from markets import answers

        for signal in (post_save, post_delete):
            signal.connect(answers.forget, sender="markets.Instrument")
