"""About and policy pages: dated records. A change is a new record; the older ones stay readable."""

from django.db import models
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from news import prose
from portal.lib.fields import LanguageField


class PolicyQuerySet(models.QuerySet):
    def in_force(self, language, on=None):
        """One record per address: the latest that has come into effect (newsroom's day)."""
        on = on or timezone.localdate()
        dated = self.filter(language=language, effective_on__lte=on)
        newer = Policy.objects.filter(
            slug=OuterRef("slug"),
            language=language,
            effective_on__gt=OuterRef("effective_on"),
            effective_on__lte=on,
        )
        return dated.filter(~Exists(newer))

    def get_by_natural_key(self, slug, language, effective_on):
        return self.get(slug=slug, language=language, effective_on=effective_on)


class Policy(models.Model):
    slug = models.SlugField(_("address"), help_text=_("about stands at /about/, all others below."))
    language = LanguageField()
    title = models.CharField(_("title"), max_length=120)
    summary = models.CharField(_("summary"), max_length=250, blank=True)
    body = models.TextField(_("text"))
    effective_on = models.DateField(_("in force from"), default=timezone.localdate)
    position = models.PositiveSmallIntegerField(_("order in the footer"), default=0)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        ordering = ["language", "position", "slug", "-effective_on"]
        verbose_name = _("policy page")
        verbose_name_plural = _("policy pages")
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "language", "effective_on"], name="policy_one_version_a_day"
            )
        ]

    def __str__(self):
        return f"{self.title} ({self.language}, {self.effective_on})"

    def natural_key(self):
        return (self.slug, self.language, str(self.effective_on))

    def get_absolute_url(self):
        return reverse("news:policy", args=[] if self.slug == "about" else [self.slug])

    def save(self, *args, **kwargs):
        self.body = prose.clean(self.body)
        super().save(*args, **kwargs)
