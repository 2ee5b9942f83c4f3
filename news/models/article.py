"""A story: one text in one language, and the one rule that says who may see it."""

import uuid
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from news import prose
from portal.lib import sorting, text
from portal.lib.fields import LanguageField, SecondField

from .bylines import Byline, Mention
from .content import Content, LookAlikeIsNotSaved
from .editing import Editing
from .previews import Previews
from .queries import ArticleQuerySet
from .status import TIMED, Kind, Status
from .translations import Translations
from .workflow import Workflow


class Article(Content, Editing, Workflow, Translations, Previews, models.Model):
    language = LanguageField()
    story = models.UUIDField(
        _("story group"),
        default=uuid.uuid4,
        help_text=_("Translations of one story share this mark."),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.NEWS)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.DRAFT)
    section = models.ForeignKey(
        "news.Section", on_delete=models.PROTECT, related_name="+", verbose_name=_("section")
    )
    kicker = models.CharField(_("kicker"), max_length=60, blank=True)
    headline = models.CharField(_("headline"), max_length=200)
    lead = models.TextField(
        _("lead"), max_length=600, blank=True, help_text=_("The standfirst under the headline.")
    )
    dateline = models.CharField(
        _("dateline"), max_length=60, blank=True, help_text=_("The place reported from: AKTAU")
    )
    body = models.TextField(_("text"), blank=True)
    picture = models.ForeignKey(
        "news.Picture",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="articles",
        verbose_name=_("picture"),
    )
    picture_caption = models.CharField(
        _("caption in this story"),
        max_length=400,
        blank=True,
        help_text=_("Empty: the picture's own."),
    )
    source = models.ForeignKey(
        "news.Source",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("source"),
    )
    source_url = models.URLField(_("address of the original"), max_length=500, blank=True)
    is_reprint = models.BooleanField(
        _("reprint"),
        default=False,
        help_text=_(
            "The text stands word for word at the address of the original: search engines are "
            "sent there. Not for stories that only rely on a source."
        ),
    )
    authors = models.ManyToManyField("news.Author", through="news.Byline", related_name="articles")
    tags = models.ManyToManyField(
        "news.Tag", through="news.Tagging", blank=True, related_name="+", verbose_name=_("tags")
    )
    instruments = models.ManyToManyField(
        "markets.Instrument",
        through="news.Mention",
        related_name="+",
        verbose_name=_("instruments"),
    )
    slug = models.SlugField(
        _("words in the address"),
        max_length=100,
        blank=True,
        help_text=_("Empty: from the headline."),
    )
    published_at = SecondField(_("published"), null=True, blank=True)
    updated_at = SecondField(
        _("updated"),
        null=True,
        blank=True,
        help_text=_("When the story last changed in substance; readers see it."),
    )
    expires_at = SecondField(_("public until"), null=True, blank=True)
    withdrawn_at = SecondField(_("withdrawn"), null=True, blank=True)
    withdrawal_reason = models.CharField(_("reason told to readers"), max_length=400, blank=True)
    listing_headline = models.CharField(
        _("headline in lists"), max_length=120, blank=True, help_text=_("Empty: the headline.")
    )
    listing_lead = models.CharField(
        _("lead in lists"), max_length=250, blank=True, help_text=_("Empty: the lead.")
    )
    seo_title = models.CharField(
        _("title for search engines"),
        max_length=120,
        blank=True,
        help_text=_("Empty: the headline."),
    )
    seo_description = models.CharField(
        _("description for search engines"),
        max_length=250,
        blank=True,
        help_text=_("Empty: the lead."),
    )
    no_byline_reason = models.CharField(
        _("why there is no byline"),
        max_length=200,
        blank=True,
        help_text=_("Said when a story goes out without a name."),
    )
    # +1 for each change of the working text by a person; nothing else moves it.
    version = models.PositiveIntegerField(default=1, editable=False)
    # The version whose substance readers have; 0: none yet.
    public_version = models.PositiveIntegerField(default=0, editable=False)
    translation_of = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="translations",
        verbose_name=_("translation of"),
    )
    translated_version = models.PositiveIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("begun by"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    modified_at = models.DateTimeField(_("last saved"), auto_now=True)

    Status = Status
    Kind = Kind
    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("story")
        verbose_name_plural = _("stories")
        permissions = [
            ("publish_article", _("Can publish stories")),
            ("edit_others_article", _("Can edit the stories of others")),
            ("override_checklist", _("Can publish in spite of the checklist")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["story", "language"],
                name="article_one_translation",
                violation_error_message=_("This story already has a text in that language."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in Status]), name="article_status"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in Kind]), name="article_kind"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[status.value for status in TIMED])
                | (Q(published_at__isnull=False) & ~Q(headline="") & ~Q(slug="")),
                name="article_public_is_complete",
                violation_error_message=_(
                    "A scheduled or published story needs a headline and an hour of publication."
                ),
            ),
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("published_at")),
                name="article_expires_after_publication",
                violation_error_message=_("A story cannot end before it is published."),
            ),
            models.CheckConstraint(
                condition=Q(is_reprint=False) | ~Q(source_url=""), name="article_reprint_of_what"
            ),
            models.CheckConstraint(
                condition=~Q(status="withdrawn") | Q(withdrawn_at__isnull=False),
                name="article_withdrawn_has_hour",
            ),
        ]
        # Each listing reads one of these from its newest end, without touching the rows it skips.
        # "Has an hour" is the condition that SQLite and PostgreSQL see in `published_at <= now`;
        # one upon the status would not be recognised with bound values.
        indexes = [
            models.Index(
                fields=[*fields, "-published_at", "-id", "status", "expires_at"],
                name=name,
                condition=Q(published_at__isnull=False),
            )
            for fields, name in (
                (["language"], "article_newest"),
                (["section", "language"], "article_newest_in_section"),
                (["source", "language"], "article_newest_from_source"),
            )
        ] + [
            models.Index(fields=["status", "-modified_at"], name="article_desk"),
            models.Index(fields=["-modified_at", "-id"], name="article_last_saved"),
            models.Index(
                fields=["expires_at"], name="article_ends", condition=Q(expires_at__isnull=False)
            ),
            models.Index(
                fields=["-modified_at"],
                name="article_translations",
                condition=Q(translation_of__isnull=False),
            ),
            # The next story to come out.
            models.Index(
                fields=["published_at"],
                name="article_hour",
                condition=Q(published_at__isnull=False),
            ),
            # When a list last lost a story: few rows have either.
            models.Index(
                fields=["language", "-withdrawn_at"],
                name="article_last_withdrawn",
                condition=Q(withdrawn_at__isnull=False),
            ),
            models.Index(
                fields=["language", "-expires_at"],
                name="article_last_ended",
                condition=Q(expires_at__isnull=False),
            ),
        ]

    def __str__(self):
        return self.headline

    def save(self, *args, **kwargs):
        """Every way in passes here: prose is sanitised, texts lose controls, the slug is made."""
        if self.is_look_alike:
            raise LookAlikeIsNotSaved
        for name in ("headline", "kicker", "lead", "dateline", "picture_caption"):
            setattr(self, name, text.one_line(getattr(self, name)))
        self.body = prose.clean(self.body)
        self.make_slug()
        if self.status != Status.WITHDRAWN:
            self.withdrawn_at = None  # released again: the next withdrawal has its own hour
        elif self.withdrawn_at is None:
            self.withdrawn_at = timezone.now()
        with transaction.atomic(savepoint=not self.is_held):
            if not self.is_held:
                known = Article.objects.filter(pk=self.pk) if self.pk else Article.objects.none()
                before = known.only("status", "published_at", "source_url").first()
                self._freeze_prices(before)
                self._look_at_source(before)
            super().save(*args, **kwargs)
            Mention.objects.add_named(self, prose.instruments(self.body))
            self._freeze_prices(self)

    @staticmethod
    def _freeze_prices(story):
        """Prices stay those of the first publication: also before its hour is changed."""
        if story is not None and story.is_out:
            story.mentions.freeze(story.published_at)

    def make_slug(self):
        if not self.slug:
            self.slug = text.address_words(self.headline, 80) or "story"

    def clean(self):
        self.make_slug()  # before the constraints are looked at
        if self.status in TIMED and self.published_at is None:
            if self.status == Status.PUBLISHED:
                self.published_at = timezone.now().replace(microsecond=0)
            else:
                raise ValidationError(
                    {"published_at": _("Say when the story goes out, or keep it a draft.")}
                )
        self.clean_reprint()
        if self.expires_at and self.published_at and self.expires_at <= self.published_at:
            raise ValidationError({"expires_at": _("A story cannot end before it is published.")})

    def clean_reprint(self):
        if self.is_reprint and not self.source_url:
            raise ValidationError({"source_url": _("Give the address of what is reprinted here.")})

    # What readers may see ------------------------------------------------------------------------

    @property
    def is_public(self):
        return self.is_public_at(timezone.now())

    def is_public_at(self, now):
        return (
            self.status in TIMED
            and self.published_at is not None
            and self.published_at <= now
            and (self.expires_at is None or self.expires_at > now)
        )

    @property
    def is_out(self):
        """Its hour has come, whether or not it has ended since: the prices of then are told."""
        return (
            self.status in TIMED
            and self.published_at is not None
            and self.published_at <= timezone.now()
        )

    def was_public_before(self, now):
        """Readers once had it and no longer do: withdrawn after it went out (be it in its first
        second), or expired.
        """
        if self.published_at is None or self.published_at > now:
            return False
        if self.status == Status.WITHDRAWN:
            return self.withdrawn_at >= self.published_at
        return self.status in TIMED and self.expires_at is not None and self.expires_at <= now

    def get_absolute_url(self):
        return _address(self.language) % (self.section.slug, self.pk, self.slug)

    # What pages say ------------------------------------------------------------------------------

    @property
    def card_headline(self):
        return self.listing_headline or self.headline

    @property
    def card_lead(self):
        return self.listing_lead or self.lead

    @property
    def page_title(self):
        return self.seo_title or self.headline

    @property
    def description(self):
        return self.seo_description or self.lead

    @property
    def shown_picture(self):
        """Its picture while the rights to it last; None otherwise. What readers' pages ask."""
        return self.picture if self.picture_id and self.picture.is_usable else None

    @property
    def writers(self):
        """Authors of the text, in the order of the byline."""
        return [line.author for line in self._lines if line.role == Byline.Role.AUTHOR]

    @property
    def helpers(self):
        """Bylines of the others: pictures, data, translation, editing."""
        return [line for line in self._lines if line.role != Byline.Role.AUTHOR]

    @cached_property
    def topics(self):
        """Its tags in the order of the page's alphabet."""
        tags = self.__dict__.get("page_tags")  # as news.loading has loaded them
        tags = self.tags.all() if tags is None else tags
        return sorted(tags, key=lambda tag: sorting.key(tag.name))

    @property
    def _lines(self):
        """The byline: as news.loading or for_cards has loaded it, or from the row."""
        lines = self.__dict__.get("card_lines")
        return self.bylines.all() if lines is None else lines

    @cached_property
    def prose(self):
        """The body for display: the place in front, no first paragraph that repeats the lead."""
        return self.prose_with({})

    def prose_with(self, chips, figure=None):
        """The same with chips, {instrument's code: markup}, where the text names instruments, and
        with pictures where figure(number, caption) gives their markup.
        """
        return prose.display(self._shown_body, chips, figure)

    @property
    def word_count(self):
        """Words of the body as readers have it; captions are not counted."""
        return text.word_count(prose.without_figures(self._shown_body))

    @cached_property
    def _shown_body(self):
        body = prose.without_repeated_lead(self.body, self.lead)
        return prose.with_dateline(body, self.dateline)

    @property
    def shown_updated_at(self):
        """When it changed in substance, if readers have had an earlier text."""
        if self.updated_at and self.updated_at > self.published_at:
            return self.updated_at
        return None


@lru_cache
def _address(language):
    """The address of a story in a language, with places for the section, the number, the words.

    A page has dozens of stories: Django's reverse() would cost as much as the rest of a card.
    """
    with translation.override(language):
        found = reverse("news:article", args=["section", "123456789", "words"])
    return found.replace("section", "%s").replace("123456789", "%s").replace("words", "%s")
