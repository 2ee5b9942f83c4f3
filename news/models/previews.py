"""A link that shows one text of one story to somebody without an account."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from news import roles

from .history import Revision
from .refusals import MoveRefused

LIFE = timedelta(hours=72)
SALT = "news.preview"


def new_key():
    return secrets.token_urlsafe(18)


def in_three_days():
    return timezone.now() + LIFE


class Previews:
    """The part of Article that is shown before readers have it."""

    def share(self, *, by):
        """A PreviewLink to the text as it is worked on now."""
        with transaction.atomic():
            self._hold()
            if not roles.may(by, "share preview", self):
                raise MoveRefused([roles.words_of_refusal("share preview")])
            if self.is_public and not self.pending_changes:
                raise MoveRefused([_("Readers have this text already: send them its address.")])
            self._begin_history()
            revision = self.revisions.exclude(verb__in=Revision.ASIDE).first()
            if revision.content != self.working():
                revision = self._record(Revision.Verb.SAVED, by=by, now=timezone.now())
            link = PreviewLink.objects.create(article=self, revision=revision, made_by=by)
            words = _("Shared a preview of revision %(number)s.")
            self.log(by, words % {"number": revision.number})
            return link


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
        "news.Article",
        on_delete=models.CASCADE,
        related_name="previews",
        verbose_name=gettext_lazy("story"),
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
        verbose_name = gettext_lazy("preview link")
        verbose_name_plural = gettext_lazy("preview links")
        default_permissions = ()

    def __str__(self):
        return f"{self.article_id}, {self.made_at:%Y-%m-%d}"

    @property
    def token(self):
        return signing.Signer(salt=SALT).sign(self.key)

    def get_absolute_url(self):
        return reverse("preview", args=[self.token])
