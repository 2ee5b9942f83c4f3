"""People of the masthead. An author is a name readers know, not a login."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.lib import languages
from portal.lib.languages import DEFAULT, Translated, columns

from .bylines import Byline
from .redirects import Addressed
from .taxonomy import SlugManager


class Author(Addressed):
    name = Translated(models.CharField(_("name"), max_length=80))
    role = Translated(
        models.CharField(
            _("role"), max_length=120, blank=True, help_text=_("Energy correspondent, Almaty")
        )
    )
    bio = Translated(models.TextField(_("about the author"), max_length=1200, blank=True))
    slug = models.SlugField(_("address"), unique=True)
    photo = models.ForeignKey(
        "news.Picture",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("portrait"),
    )
    email = models.EmailField(_("public e-mail"), blank=True)
    contact_url = models.URLField(_("public contact page"), blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="author",
        verbose_name=_("account"),
        help_text=_("The login of this person, if there is one."),
    )

    searched = tuple(columns("name"))
    objects = SlugManager()

    class Meta:
        ordering = [f"name_{DEFAULT}"]
        verbose_name = _("author")
        verbose_name_plural = _("authors")

    def __str__(self):
        return self.name

    def natural_key(self):
        return (self.slug,)

    def get_absolute_url(self):
        return languages.address("news:author", self.slug)

    def of_stories(self, stories):
        return stories.by(self)

    @property
    def lines(self):
        """Their lines in stories, of any role: what lists are read from."""
        return Byline.objects.filter(author=self)

    @property
    def portrait(self):
        """The photograph while the rights to it last."""
        return self.photo if self.photo_id and self.photo.is_usable else None
