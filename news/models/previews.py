"""A link that shows one text of one story to somebody without an account."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LIFE = timedelta(hours=72)
SALT = "news.preview"


def new_key():
    return secrets.token_urlsafe(18)


def in_three_days():
    return timezone.now() + LIFE


class PreviewLinkQuerySet(models.QuerySet):
    def open(self):
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())

    def by_token(self, token):
        """The link that a token names, or None for a forged, a revoked or an old one."""
        try:
            key = signing.Signer(salt=SALT).unsign(token)
        except signing.BadSignature:
            return None
        return self.open().select_related("article__section", "revision").filter(key=key).first()


class PreviewLink(models.Model):
    article = models.ForeignKey(
        "news.Article", on_delete=models.CASCADE, related_name="previews", verbose_name=_("story")
    )
    revision = models.ForeignKey("news.Revision", on_delete=models.CASCADE, related_name="previews")
    key = models.CharField(max_length=40, unique=True, default=new_key, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(default=in_three_days)
    revoked_at = models.DateTimeField(null=True)

    objects = PreviewLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("preview link")
        verbose_name_plural = _("preview links")
        default_permissions = ()

    def __str__(self):
        return f"{self.article_id}, {self.made_at:%Y-%m-%d}"

    @property
    def token(self):
        return signing.Signer(salt=SALT).sign(self.key)

    def get_absolute_url(self):
        return reverse("preview", args=[self.token])
