"""What belongs to the whole site: accounts and the notice above every page."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.lib.languages import Translated


class User(AbstractUser):
    """An account of the newsroom. Empty on purpose: changing the user model later is misery."""


class Notice(models.Model):
    """A quiet line under the masthead of every page, such as "This is a demonstration"."""

    text = Translated(models.CharField(_("text"), max_length=200))
    is_active = models.BooleanField(_("shown to readers"), default=True)

    class Meta:
        verbose_name = _("site notice")
        verbose_name_plural = _("site notices")

    def __str__(self):
        return self.text
