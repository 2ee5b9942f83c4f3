"""The picture library. A picture says who made it, what it shows and where its subject is."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from news import renditions, withheld
from portal.lib import languages
from portal.lib.languages import Translated


class PictureQuerySet(models.QuerySet):
    def usable(self, today=None):
        """Those readers may see on a day (the newsroom's); `is_usable` says it for one row."""
        today = today or timezone.localdate()
        return self.filter(Q(rights_until__isnull=True) | Q(rights_until__gte=today))

    def expired(self, today=None):
        """Those whose rights have ended: no page shows them."""
        return self.filter(rights_until__lt=today or timezone.localdate())

    def expiring(self, days, today=None):
        """Those whose last day is today or one of so many days to come; the nearest first."""
        today = today or timezone.localdate()
        last = today + timedelta(days=days)
        return self.filter(rights_until__range=(today, last)).order_by("rights_until", "pk")

    def used(self):
        """Those that a story, a portrait or anything else names."""
        return self.filter(self._any_use())

    def unused(self):
        return self.filter(~self._any_use())

    def _any_use(self):
        uses = Q()
        for relation in self.model.uses_of():
            naming = relation.related_model._base_manager.filter(
                **{relation.field.name: OuterRef("pk")}
            )
            uses |= Q(Exists(naming))
        return uses

    def without_alt(self, code):
        return self.filter(is_decorative=False, **{f"alt_{code}": ""})

    def of_file(self, digest):
        """Those uploaded with the same bytes; the oldest first.

        Rows of before this was kept know the beginning only, from the name of their file.
        """
        return self.filter(digest__in=[digest, digest[:16]]).order_by("pk")


class Picture(models.Model):
    file = withheld.LibraryFileField(_("file"), upload_to="pictures", max_length=120)
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
    title = models.CharField(
        _("title"), max_length=200, blank=True, help_text=_("For finding it; readers never see it.")
    )
    taken_on = models.DateField(_("taken on"), null=True, blank=True)
    rights_holder = models.CharField(
        _("rights holder"), max_length=160, blank=True, help_text=_("Whose it is: © Agency")
    )
    rights_until = models.DateField(
        _("rights until"),
        null=True,
        blank=True,
        help_text=_(
            "The last day readers may see it. The day after it is gone from every page by itself."
        ),
    )
    territory = models.CharField(
        _("territory"), max_length=120, blank=True, help_text=_("Where it may be shown.")
    )
    rights_note = models.TextField(_("notes on rights"), max_length=600, blank=True)
    focus_x = models.PositiveSmallIntegerField(
        _("focus, % from the left"), default=50, validators=[MaxValueValidator(100)]
    )
    focus_y = models.PositiveSmallIntegerField(
        _("focus, % from the top"), default=50, validators=[MaxValueValidator(100)]
    )
    # What renditions.make wrote; rebuilt by `manage.py make_renditions`.
    sizes = models.JSONField(default=dict, editable=False)
    # SHA-256 of the uploaded bytes.
    digest = models.CharField(max_length=64, default="", editable=False, db_index=True)
    # Names of the columns that say what the file said and that no person has looked at yet.
    prefilled = models.JSONField(default=list, editable=False)
    added_at = models.DateTimeField(_("added"), auto_now_add=True)

    objects = PictureQuerySet.as_manager()

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
        indexes = [
            models.Index(
                fields=["rights_until"],
                name="picture_rights_end",
                condition=Q(rights_until__isnull=False),
            )
        ]

    def __str__(self):
        return self.alt or self.caption or self.title or self.file.name.rpartition("/")[2]

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
        if self.file and self.file._committed and self.is_usable:
            self._give_file_back()
        if self.file and not self.file._committed:
            image = renditions.read(self.file)
            self.digest = renditions.fingerprint(self.file)
            name, content = renditions.original(self.file, image)
            storage = self.file.storage
            self.file = name if storage.exists(name) else storage.save(name, content)
            self._write_sizes(image)
        elif self.file and (
            self.sizes.get("focus") != list(self.focus)
            or self.sizes.get("mark", self.mark) != self.mark
        ):
            self.make_renditions()
        super().save(*args, **kwargs)

    def _give_file_back(self):
        """A picture with rights has its files at their public addresses, also when the clock took
        them away while a form was open. Entries that share the file follow it.
        """
        storage, name = self.file.storage, withheld.public(self.file.name)
        hidden = withheld.hidden(name)
        if self.file.name == name and (storage.exists(name) or not storage.exists(hidden)):
            return
        withheld.move(storage, hidden, withheld.public)
        Picture.objects.filter(file=hidden).update(file=name)
        self.file = name

    def make_renditions(self):
        """Write the sizes again from the original; the caller saves."""
        with self.file.open("rb") as file:
            self._write_sizes(renditions.read(file))

    def _write_sizes(self, image):
        self.width, self.height = image.size
        self.sizes = renditions.make(image, self.base, self.focus, self.file.storage, self.stamp)
        self.sizes["focus"] = list(self.focus)

    def twin(self):
        """Another row of the same file, not saved: it shares the file and its sizes."""
        names = ("file", "width", "height", "sizes", "digest")
        return Picture(**{name: getattr(self, name) for name in names})

    # Rights --------------------------------------------------------------------------------------

    @property
    def is_usable(self):
        """Whether readers may see it today. The clock decides; no job has to run."""
        return self.rights_until is None or self.rights_until >= timezone.localdate()

    @property
    def stamp(self):
        """What each size says of its maker and its owner."""
        credit = getattr(self, languages.columns("credit")[0])
        rights = ", ".join(filter(None, [self.rights_holder, self.licence]))
        return renditions.stamp(credit, rights)

    @property
    def mark(self):
        return renditions.mark(self.stamp)

    # Use -----------------------------------------------------------------------------------------

    @classmethod
    def uses_of(cls):
        """Every relation by which another row may name a picture."""
        fields = cls._meta.get_fields(include_hidden=True)
        return [field for field in fields if field.one_to_many and field.auto_created]

    # Addresses -----------------------------------------------------------------------------------

    @property
    def base(self):
        return self.file.name.rpartition(".")[0]

    @property
    def focus(self):
        return (self.focus_x, self.focus_y)

    @property
    def focus_class(self):
        """The class that keeps the focal point in view where a page crops; empty in the middle."""
        x, y = renditions.steps(self.focus)
        return "" if (x, y) == (50, 50) else f"fx-{x} fy-{y}"

    def address(self, size, format_):
        return self._address(self._root(), size, format_)

    def srcset(self, format_):
        root = self._root()
        return ", ".join(
            f"{self._address(root, size, format_)} {size}w" for size in self.sizes if size.isdigit()
        )

    def _root(self):
        """What the addresses of all sizes begin with."""
        base = self.base
        known, root = self.__dict__.get("_known_root", ("", ""))
        if known != base:
            root = self.file.storage.url(base)
            if withheld.is_withheld(base):
                root = self.file.url.rpartition(".")[0]
            self.__dict__["_known_root"] = base, root
        return root

    def _address(self, root, size, format_):
        name = renditions.square_name(self.focus) if size == "sq" else size
        ending = f"-{name}{self.sizes.get('mark', '')}.{format_}"
        if "?" in root:  # the storage signs each address for itself
            return self.file.storage.url(self.base + ending)
        return root + ending

    @property
    def thumbnail(self):
        """The address of the square."""
        return self.address("sq", "webp")

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
