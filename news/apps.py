from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class NewsConfig(AppConfig):
    name = "news"
    verbose_name = _("News")

    def ready(self):
        from news import following, lines, signals  # noqa: F401  connects them
        from news.search import tables

        post_migrate.connect(lines.after_migrate, sender=self)
        post_migrate.connect(tables.after_migrate, sender=self)
