"""What was asked of the sources, and what a market editor said instead."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from markets.models.instruments import Instrument, Source
from portal.lib.fields import SecondField


class FetchRun(models.Model):
    """One attempt to read a source. Purged after 180 days, save the last of each day."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("waiting for its turn")
        RUNNING = "running", _("running")
        OK = "ok", _("new values")
        UNCHANGED = "unchanged", _("nothing new")
        PARTIAL = "partial", _("some values refused")
        FAILED = "failed", _("failed")
        SKIPPED = "skipped", _("skipped")

    class Trigger(models.TextChoices):
        TICK = "tick", _("by the clock")
        COMMAND = "command", _("by command")
        PERSON = "person", _("by a person")
        IMPORT = "import", _("from a file")

    source = models.ForeignKey(
        Source, models.PROTECT, related_name="runs", verbose_name=_("source")
    )
    trigger = models.CharField(_("started"), max_length=8, choices=Trigger, default=Trigger.TICK)
    status = models.CharField(_("outcome"), max_length=10, choices=Status, default=Status.RUNNING)
    started_at = models.DateTimeField(_("begun"), default=timezone.now)
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True)
    first_day = models.DateField(_("from"), null=True, blank=True)
    last_day = models.DateField(_("to"), null=True, blank=True)
    error_kind = models.CharField(_("kind of failure"), max_length=20, blank=True)
    error = models.CharField(_("what went wrong"), max_length=300, blank=True)
    http_status = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    content_type = models.CharField(_("content type"), max_length=80, blank=True)
    bytes = models.PositiveIntegerField(_("bytes"), default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    url = models.CharField(_("address, without keys"), max_length=500, blank=True)
    parser_version = models.CharField(max_length=12, blank=True)
    seen = models.PositiveIntegerField(_("values seen"), default=0)
    new = models.PositiveIntegerField(_("new"), default=0)
    revised = models.PositiveIntegerField(_("revised"), default=0)
    held = models.PositiveIntegerField(_("held"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-started_at", "-pk"]
        default_permissions = ("add", "view")  # "add" is the button "fetch now"
        verbose_name = _("fetch")
        verbose_name_plural = _("fetch log")
        indexes = [models.Index(fields=["source", "-started_at"], name="run_newest_of_source")]

    def __str__(self):
        return f"{self.source} · {self.started_at:%Y-%m-%d %H:%M}"


class Override(models.Model):
    """A value a person has set in place of the sources', until a named hour, labelled as such."""

    instrument = models.ForeignKey(
        Instrument, models.PROTECT, related_name="overrides", verbose_name=_("instrument")
    )
    value = models.DecimalField(_("value"), max_digits=20, decimal_places=8)
    as_of = models.DateField(_("date"))
    reason = models.CharField(
        _("reason told to readers"), max_length=200, help_text=_("Readers see it beside the value.")
    )
    starts_at = SecondField(_("from"), default=timezone.now)
    expires_at = SecondField(_("until"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("manual value")
        verbose_name_plural = _("manual values")
        constraints = [
            models.CheckConstraint(condition=Q(value__gt=0), name="override_above_zero"),
            models.CheckConstraint(condition=~Q(reason=""), name="override_says_why"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("starts_at")), name="override_ends"
            ),
        ]
        indexes = [models.Index(fields=["instrument", "-expires_at"], name="override_in_force")]

    def __str__(self):
        return f"{self.instrument.code} {self.value}"
