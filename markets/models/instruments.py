"""What is measured (Instrument), who publishes it (Source), and where it is shown."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from markets.models.observations import Observation
from portal.lib import languages, numbers
from portal.lib.languages import Translated

# A closed list: the day in force is decided in the database, one WHEN for each zone.
ZONES = (
    "Europe/Moscow",
    "Asia/Almaty",
    "Asia/Tashkent",
    "Europe/Berlin",
    "America/New_York",
    "UTC",
)
# Addresses under /markets/ that are no instrument's.
RESERVED = frozenset({"all", "converter", "fuel", "status", "ticker"})
# A value dated further ahead than this is a slip of the pen, not tomorrow's rate.
DAYS_AHEAD = 2


def today_in(zone):
    """The calendar date it is now in a zone named by IANA."""
    return timezone.now().astimezone(ZoneInfo(zone)).date()


class Kind(models.TextChoices):
    CURRENCY = "currency", _("Currencies")
    OIL = "oil", _("Crude oil")
    FUEL = "fuel", _("Retail fuel")


class SourceManager(models.Manager):
    def get_by_natural_key(self, key):
        return self.get(key=key)


class RegionManager(models.Manager):
    def get_by_natural_key(self, code):
        return self.get(code=code)


class Source(models.Model):
    """Who publishes figures. Addresses that machines fetch from live in settings, never here."""

    key = models.SlugField(_("key"), unique=True)
    name = Translated(models.CharField(_("name"), max_length=80))
    homepage = models.URLField(_("homepage"), blank=True)
    terms_url = models.URLField(_("terms of use"), blank=True)
    licence = models.CharField(_("licence"), max_length=80, blank=True)
    attribution = Translated(models.CharField(_("attribution"), max_length=200, blank=True))

    # How fetching goes; markets.fetching alone writes these.
    is_enabled = models.BooleanField(
        _("fetched by machine"), default=True, help_text=_("Off: nothing is asked of this source.")
    )
    failures = models.PositiveSmallIntegerField(
        _("failed runs in a row"), default=0, editable=False
    )
    open_until = models.DateTimeField(
        _("left alone until"), null=True, blank=True, editable=False
    )  # the breaker
    last_attempt_at = models.DateTimeField(_("last asked"), null=True, blank=True, editable=False)
    last_success_at = models.DateTimeField(
        _("last answered well"), null=True, blank=True, editable=False
    )
    etag = models.CharField(max_length=200, blank=True, editable=False)
    last_modified = models.CharField(max_length=60, blank=True, editable=False)
    body_sha256 = models.CharField(max_length=64, blank=True, editable=False)

    objects = SourceManager()

    class Meta:
        ordering = ["key"]
        verbose_name = _("source of figures")
        verbose_name_plural = _("sources of figures")

    def __str__(self):
        return self.name

    def natural_key(self):
        return (self.key,)


class Region(models.Model):
    """Where a retail price is paid: a country or a city, with the currency people pay in."""

    code = models.SlugField(_("code"), unique=True, help_text=_("In addresses: kz, almaty."))
    name = Translated(models.CharField(_("name"), max_length=60))
    currency = models.CharField(_("currency"), max_length=3)
    position = models.PositiveSmallIntegerField(_("order"), default=100)

    objects = RegionManager()

    class Meta:
        ordering = ["position", "code"]
        verbose_name = _("region")
        verbose_name_plural = _("regions")

    def __str__(self):
        return self.name

    def natural_key(self):
        return (self.code,)


class InstrumentQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)

    def of_kind(self, kind):
        return self.filter(kind=kind)

    def get_by_natural_key(self, code):
        return self.get(code=code)


class Instrument(models.Model):
    """A price readers follow, with its unit, its zone and how its figures are written.

    Values are stored as published (value of `nominal` units) with at most `store_scale` decimals
    and shown with `show_min` to `show_max`. `tz` decides on which day a dated value is in force.
    Stale limits are calendar days; warn and hold are changes in per cent that a person looks at.
    """

    code = models.SlugField(_("code"), unique=True, help_text=_("In addresses: usd-rub."))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    base = models.CharField(_("what is priced"), max_length=12)
    quote = models.CharField(_("currency of the price"), max_length=3)
    label = Translated(models.CharField(_("label in the ticker"), max_length=12))
    name = Translated(models.CharField(_("name"), max_length=80))
    unit = Translated(models.CharField(_("unit"), max_length=60))
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="instruments",
        verbose_name=_("region"),
        help_text=_("Where a retail price is paid; empty for currencies and oil."),
    )
    store_scale = models.PositiveSmallIntegerField(_("decimals kept"), default=4)
    show_min = models.PositiveSmallIntegerField(_("fewest decimals shown"), default=2)
    show_max = models.PositiveSmallIntegerField(_("most decimals shown"), default=4)
    tz = models.CharField(
        _("time zone"), max_length=40, default=ZONES[0], choices=[(zone, zone) for zone in ZONES]
    )
    soft_stale_days = models.PositiveSmallIntegerField(_("old after, days"), default=5)
    hard_stale_days = models.PositiveSmallIntegerField(_("outdated after, days"), default=12)
    warn_pct = models.DecimalField(_("warn at, %"), max_digits=6, decimal_places=2, default=4)
    hold_pct = models.DecimalField(_("hold at, %"), max_digits=6, decimal_places=2, default=10)
    min_value = models.DecimalField(_("lowest plausible"), max_digits=20, decimal_places=8)
    max_value = models.DecimalField(_("highest plausible"), max_digits=20, decimal_places=8)
    position = models.PositiveSmallIntegerField(_("order"), default=100)
    is_active = models.BooleanField(_("shown to readers"), default=True)

    objects = InstrumentQuerySet.as_manager()

    class Meta:
        ordering = ["position", "code"]
        verbose_name = _("instrument")
        verbose_name_plural = _("instruments")
        constraints = [
            models.CheckConstraint(
                condition=Q(show_min__lte=F("show_max"), show_max__lte=F("store_scale"))
                & Q(store_scale__lte=8),
                name="instrument_scales_in_order",
                violation_error_message=_("Decimals: fewest ≤ most shown ≤ kept ≤ 8."),
            ),
            models.CheckConstraint(
                condition=Q(warn_pct__gt=0, warn_pct__lte=F("hold_pct")),
                name="instrument_thresholds_in_order",
                violation_error_message=_("Per cent: 0 < warn ≤ hold."),
            ),
            models.CheckConstraint(
                condition=Q(min_value__gt=0, min_value__lt=F("max_value")),
                name="instrument_bounds_in_order",
                violation_error_message=_("Plausible values: 0 < lowest < highest."),
            ),
            models.CheckConstraint(
                condition=Q(soft_stale_days__gt=0, soft_stale_days__lte=F("hard_stale_days")),
                name="instrument_staleness_in_order",
                violation_error_message=_("Days: 0 < old ≤ outdated."),
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="instrument_kind_known"),
        ]

    def __str__(self):
        return self.name

    def natural_key(self):
        return (self.code,)

    def get_absolute_url(self):
        return languages.address("markets:instrument", self.code)

    def today(self):
        """The date that decides which of the instrument's values is in force."""
        return today_in(self.tz)

    def latest(self):
        """The newest Observation in force, or None; never a value set by hand. Two queries."""
        from markets import quotes  # it stands above the models and chooses among the sources

        quote = quotes.of([self])[self.code]
        return Observation.objects.filter(pk=quote.observation_id).first()

    def at(self, moment):
        """The Observation that readers saw at an aware instant, or None. A few queries."""
        from markets import mentions

        return mentions.in_force_at(self, moment)

    def clean(self):
        if self.code in RESERVED:
            raise ValidationError({"code": _("This word is the address of another page.")})

    def refuse(self, reading):
        """ValidationError by field when a reading cannot be true of this instrument."""
        errors = {}
        places = max(0, -reading.value.normalize().as_tuple().exponent)
        if places > self.store_scale:
            errors["value"] = _("This instrument keeps %(n)s decimals.") % {"n": self.store_scale}
        elif not self.min_value <= reading.value / reading.nominal <= self.max_value:
            errors["value"] = _("Not plausible: %(name)s lies between %(low)s and %(high)s.") % {
                "name": self.name,
                "low": numbers.written(self.min_value, 0, 8),
                "high": numbers.written(self.max_value, 0, 8),
            }
        if reading.as_of > self.today() + timedelta(days=DAYS_AHEAD):
            errors["as_of"] = _("More than %(n)s days ahead.") % {"n": DAYS_AHEAD}
        if errors:
            raise ValidationError(errors)


class TickerSlotManager(models.Manager):
    def get_by_natural_key(self, language, position):
        return self.get(language=language, position=position)


class TickerSlot(models.Model):
    """A place in the strip above every page; without a language, in every language."""

    language = models.CharField(
        _("language"),
        max_length=5,
        blank=True,
        choices=settings.LANGUAGES,
        help_text=_("Empty: every language."),
    )
    position = models.PositiveSmallIntegerField(_("order"))
    instrument = models.ForeignKey(
        Instrument, models.CASCADE, related_name="slots", verbose_name=_("instrument")
    )

    objects = TickerSlotManager()

    class Meta:
        ordering = ["position", "language"]
        verbose_name = _("place in the ticker")
        verbose_name_plural = _("ticker")
        constraints = [
            models.UniqueConstraint(
                fields=["language", "position"],
                name="ticker_one_a_place",
                violation_error_message=_("This place is taken."),
            ),
            models.UniqueConstraint(
                fields=["language", "instrument"],
                name="ticker_once_a_language",
                violation_error_message=_("This instrument already has a place."),
            ),
        ]

    def __str__(self):
        return f"{self.position}. {self.instrument}"

    def natural_key(self):
        return (self.language, self.position)

    natural_key.dependencies = ["markets.instrument"]
