"""What belongs to the whole site: accounts, the notice and the banner above every page."""

from datetime import timedelta

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.fields import SecondField
from portal.lib.languages import Translated, columns


class User(AbstractUser):
    """An account of the newsroom. Empty on purpose: changing the user model later is misery."""


class Topic(models.Model):
    """How often something under a topic has changed; written by the database's own triggers.

    The sum over all writers is the topic's token (portal.lib.topics).
    """

    name = models.CharField(max_length=20)
    writer = models.BigIntegerField()
    token = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["name", "writer"], name="topic_by_writer")]

    def __str__(self):
        return f"{self.name} {self.token}"


class Notice(models.Model):
    """A quiet line under the masthead of every page, such as "This is a demonstration"."""

    text = Translated(models.CharField(_("text"), max_length=200))
    is_active = models.BooleanField(_("shown to readers"), default=True)

    class Meta:
        verbose_name = _("site notice")
        verbose_name_plural = _("site notices")

    def __str__(self):
        return self.text


class BannerQuerySet(models.QuerySet):
    def shown(self, now=None):
        """What stands above every page at `now`. Whatever a row says, no banner outlives a day."""
        now = now or timezone.now()
        return self.filter(starts_at__lte=now, starts_at__gt=now - Banner.LONGEST, ends_at__gt=now)


class Banner(models.Model):
    """Breaking news above every page, until its hour. In a language without words it is absent."""

    LONGEST = timedelta(hours=24)

    text = Translated(
        models.CharField(
            _("text"),
            max_length=140,
            blank=True,
            help_text=_("Empty: this edition has no banner."),
        )
    )
    article = models.ForeignKey(
        "news.Article",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("story"),
        help_text=_("The banner leads to it, in each language to its translation."),
    )
    starts_at = SecondField(_("shown from"), default=timezone.now)
    ends_at = SecondField(_("shown until"), help_text=_("At most 24 hours after it begins."))

    objects = BannerQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        verbose_name = _("breaking banner")
        verbose_name_plural = _("breaking banners")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="banner_ends_after_it_begins",
                violation_error_message=_("The banner must end after it begins."),
            )
        ]

    def __str__(self):
        return self.text or next(filter(None, (getattr(self, c) for c in columns("text"))), "")

    def clean(self):
        if not any(getattr(self, column) for column in columns("text")):
            raise ValidationError(
                {columns("text")[0]: _("Write the banner in one language or more.")}
            )
        if self.ends_at and self.starts_at and self.ends_at - self.starts_at > self.LONGEST:
            raise ValidationError({"ends_at": _("A banner ends at most 24 hours after it begins.")})

    def end(self, now=None):
        """Take it down at once."""
        now = (now or timezone.now()).replace(microsecond=0)
        # A banner that has not begun never will.
        self.starts_at = min(self.starts_at, now - timedelta(seconds=1))
        self.ends_at = min(self.ends_at, now)
        self.save(update_fields=["starts_at", "ends_at"])
