"""The picture library. A picture says who made it, what it shows and where its subject is."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from news import renditions
from portal.lib import languages
from portal.lib.languages import Translated


class Picture(models.Model):
    file = models.FileField(_("file"), upload_to="pictures", max_length=120)
    width = models.PositiveIntegerField(_("width"), editable=False, default=0)
    height = models.PositiveIntegerField(_("height"), editable=False, default=0)
    is_decorative = models.BooleanField(
        _("decorative"),
        default=False,
        help_text=_("It says nothing that the text does not say: readers who cannot see skip it."),
    )
    alt = Translated(
        models.CharField(
            _("alternative text"),
            max_length=250,
            blank=True,
            help_text=_("What the picture shows, for readers who cannot see it."),
        )
    )
    caption = Translated(models.CharField(_("caption"), max_length=400, blank=True))
    credit = Translated(
        models.CharField(_("credit"), max_length=120, help_text=_("Who made it: Photo: A. Name"))
    )
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    focus_x = models.PositiveSmallIntegerField(
        _("focus, % from the left"), default=50, validators=[MaxValueValidator(100)]
    )
    focus_y = models.PositiveSmallIntegerField(
        _("focus, % from the top"), default=50, validators=[MaxValueValidator(100)]
    )
    # What renditions.make wrote; rebuilt by `manage.py make_renditions`.
    sizes = models.JSONField(default=dict, editable=False)
    added_at = models.DateTimeField(_("added"), auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_decorative=False) | Q(**dict.fromkeys(languages.columns("alt"), "")),
                name="picture_alt_or_decorative",
                violation_error_message=_("A decorative picture has no alternative text."),
            ),
            models.CheckConstraint(
                condition=Q(focus_x__lte=100, focus_y__lte=100), name="picture_focus_inside"
            ),
        ]

    def __str__(self):
        return self.alt or self.caption or self.file.name.rpartition("/")[2]

    def clean(self):
        if not self.is_decorative and not any(
            getattr(self, column) for column in languages.columns("alt")
        ):
            raise ValidationError(
                {
                    languages.columns("alt")[0]: _(
                        "Say what the picture shows, or mark it as decorative."
                    )
                }
            )

    def save(self, *args, **kwargs):
        """Keep a new file under a name of our own and write its renditions before the row.

        Raises ValidationError for a file `renditions.read` refuses (forms have asked before).
        """
        if self.file and not self.file._committed:
            image = renditions.read(self.file)
            name, content = renditions.original(self.file, image)
            storage = self.file.storage
            self.file = name if storage.exists(name) else storage.save(name, content)
            self.width, self.height = image.size
            self.sizes = renditions.make(image, self.base, self.focus, storage)
        elif self.file and self.sizes.get("focus") != list(self.focus):
            self.make_renditions()
        self.sizes["focus"] = list(self.focus)
        super().save(*args, **kwargs)

    def make_renditions(self):
        """Write the sizes again from the original; the caller saves."""
        with self.file.open("rb") as file:
            image = renditions.read(file)
            self.width, self.height = image.size
            self.sizes = renditions.make(image, self.base, self.focus, self.file.storage)
            self.sizes["focus"] = list(self.focus)

    @property
    def base(self):
        return self.file.name.rpartition(".")[0]

    @property
    def focus(self):
        return (self.focus_x, self.focus_y)

    @property
    def focus_class(self):
        """The class that keeps the focal point in view where a page crops; empty in the middle."""
        steps = [5 * round(value / 25) * 5 for value in self.focus]
        return "" if steps == [50, 50] else f"fx-{steps[0]} fy-{steps[1]}"

    def address(self, size, format_):
        name = renditions.square_name(self.focus) if size == "sq" else size
        return self.file.storage.url(f"{self.base}-{name}.{format_}")

    def srcset(self, format_):
        return ", ".join(
            f"{self.address(size, format_)} {size}w" for size in self.sizes if size.isdigit()
        )

    @property
    def largest(self):
        """(width, height, address) of the largest rendition."""
        size = max((size for size in self.sizes if size.isdigit()), key=int)
        return (*self.sizes[size], self.address(size, "webp"))

    @property
    def middle(self):
        """(width, height, address) of the rendition that stands in src: 960 where it exists."""
        size = "960" if "960" in self.sizes else str(self.largest[0])
        return (*self.sizes[size], self.address(size, "webp"))
