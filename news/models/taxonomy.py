"""Where a story stands (section), what it is about (tag), what it relies on (source)."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.lib import languages
from portal.lib.languages import CODES, DEFAULT, Translated, columns

from .bylines import Tagging
from .redirects import Addressed

# First steps of addresses that belong to other rooms: no section may carry one of them.
RESERVED = frozenset(
    "about admin api archive author authors corrections feed feeds front healthz live markets "
    "media metrics page preview readyz robots search section sections sitemap source sources "
    "static tag tags".split()
) | frozenset(CODES)


class SlugManager(models.Manager):
    """Fixtures name these rows by their slug, never by a number."""

    def get_by_natural_key(self, slug):
        return self.get(slug=slug)


class Section(Addressed):
    name = Translated(models.CharField(_("name"), max_length=60))
    description = Translated(models.CharField(_("description"), max_length=250, blank=True))
    slug = models.SlugField(
        _("address"), unique=True, help_text=_("One word in Latin letters: /fuel/")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = SlugManager()

    class Meta:
        ordering = ["position", "slug"]
        verbose_name = _("section")
        verbose_name_plural = _("sections")

    def __str__(self):
        return self.name

    def natural_key(self):
        return (self.slug,)

    def get_absolute_url(self):
        return languages.address("news:section", self.slug)

    def of_stories(self, stories):
        return stories.in_section(self)

    def clean(self):
        if self.slug in RESERVED:
            raise ValidationError(
                {"slug": _("“%(slug)s” is an address of the site itself.") % {"slug": self.slug}}
            )


class Tag(Addressed):
    name = Translated(models.CharField(_("name"), max_length=60))
    slug = models.SlugField(_("address"), unique=True)

    searched = tuple(columns("name"))
    objects = SlugManager()

    class Meta:
        ordering = ["slug"]
        verbose_name = _("tag")
        verbose_name_plural = _("tags")

    def __str__(self):
        return self.name

    def natural_key(self):
        return (self.slug,)

    def get_absolute_url(self):
        return languages.address("news:tag", self.slug)

    def of_stories(self, stories):
        return stories.tagged(self)

    @property
    def lines(self):
        """Its lines in stories: what lists are read from."""
        return Tagging.objects.filter(tag=self)


class Source(Addressed):
    """Who published what a story relies on: an agency, a register, a document."""

    name = Translated(models.CharField(_("name"), max_length=120))
    slug = models.SlugField(_("address"), unique=True)
    url = models.URLField(_("web address"), blank=True)
    licence_note = models.CharField(
        _("licence note"),
        max_length=250,
        blank=True,
        help_text=_("What we may use and how we must say so."),
    )

    objects = SlugManager()

    class Meta:
        ordering = [f"name_{DEFAULT}"]
        verbose_name = _("source")
        verbose_name_plural = _("sources")

    def __str__(self):
        return self.name

    def natural_key(self):
        return (self.slug,)

    def get_absolute_url(self):
        return languages.address("news:source", self.slug)

    def of_stories(self, stories):
        return stories.from_source(self)
