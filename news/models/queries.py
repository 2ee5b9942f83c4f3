"""Questions about many stories. `published()` is the only door for readers."""

from datetime import UTC, datetime

from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from news.search.query import Query, read
from portal.lib.languages import columns, current

from . import editing
from .bylines import Byline, Mention
from .history import PendingChanges
from .status import Status, published_q

MARKETS_AMONG, LONG_AGO = 400, datetime(1, 1, 2, tzinfo=UTC)
# What a card shows, and of a picture: what its place on a page needs.
_CARD = (
    *("language", "kind", "slug", "published_at", "section", "kicker", "headline", "lead"),
    *("listing_headline", "listing_lead", "picture"),
)
_PICTURE = ("file", "sizes", "focus_x", "focus_y", "rights_until")


class ArticleQuerySet(models.QuerySet):
    def published(self, now=None):
        """What readers may see at `now` (aware; default: this moment). The only door for them."""
        return self.filter(published_q(now or timezone.now()))

    def drafts(self):
        return self.filter(status=Status.DRAFT)

    def in_review(self):
        return self.filter(status=Status.REVIEW)

    def scheduled(self):
        return self.filter(status=Status.SCHEDULED)

    def due(self, now=None):
        """Their hour has come, and their label has not yet followed."""
        return self.scheduled().filter(published_at__lte=now or timezone.now())

    def with_pending(self):
        """Out, with changes that wait to be published."""
        # By their numbers: a join would begin at the story's end and look at every one.
        return self.filter(pk__in=PendingChanges.objects.values("article"))

    def out_of_date(self):
        """Translations whose original has changed in substance since."""
        return self.exclude(status=Status.WITHDRAWN).filter(
            translation_of__public_version__gt=F("translated_version")
        )

    def of(self, user):
        """A person's own: begun by them, or with them in the byline."""
        lines = Byline.objects.filter(article=OuterRef("pk"), author__user=user)
        return self.filter(Q(created_by=user) | Exists(lines))

    def write(self, content, *, by, **fields):
        """A new draft; see news.models.content.blank() for a content to begin with."""
        return editing.write(self.model, content, by=by, **fields)

    def in_language(self, code):
        return self.filter(language=code)

    def in_section(self, section):
        return self.filter(section=section)

    def by(self, author):
        return self.filter(pk__in=Byline.objects.filter(author=author).values("article"))

    def tagged(self, tag):
        return self.filter(tags=tag)

    def about(self, instrument):
        return self.filter(instruments=instrument)

    def about_markets(self):
        """Those that name an instrument, among the newest: however many there are, and however few
        of them do, the database looks at no more.
        """
        naming = Exists(Mention.objects.filter(article=OuterRef("pk")))
        last = self.newest().values("published_at")[MARKETS_AMONG - 1 : MARKETS_AMONG]
        return self.filter(naming, published_at__gte=Coalesce(Subquery(last), Value(LONG_AGO)))

    def from_source(self, source):
        return self.filter(source=source)

    def newest(self):
        return self.order_by("-published_at", "-pk")

    def between(self, start, end):
        """Published from `start` up to, not including, `end` (aware instants).

        These bounds stand before all others: SQLite reads an index from the first one it meets,
        and from "not later than now" a day of two years ago would be a million stories away.
        """
        return self.model.objects.filter(published_at__gte=start, published_at__lt=end) & self

    def matching(self, words, language=None):
        """Stories that answer what a reader typed (news.search.query), unordered.

        language: whose words they are, by default the page's. `news.search.finding` ranks.
        """
        query = words if isinstance(words, Query) else read(words, [language or current()])
        return self.filter(search_row__words__matches=query) if query else self.none()

    def for_cards(self):
        """With what a card shows (headline, lead, section, picture, byline): two queries."""
        # As a plain list: Django would make a query-set for each story to keep them in.
        lines = Prefetch("bylines", lines_of_cards(), to_attr="card_lines")
        return (
            self.select_related("section", "picture")
            .only(*_CARD, *(f"picture__{name}" for name in _PICTURE))
            .prefetch_related(lines)
        )

    def for_lines(self):
        """With what a line of a list shows (headline, section, hour): one query."""
        return self.select_related("section").only(
            "headline", "listing_headline", "slug", "language", "kind", "published_at", "section"
        )

    def for_page(self):
        """With what the story's own page shows, but for its bylines and tags (news.loading.story);
        few have corrections or stand in other languages, not all name prices.
        """
        notes = self.model.corrections.rel.related_model.objects
        others = self.model.objects.filter(story=OuterRef("story")).exclude(pk=OuterRef("pk"))
        return self.select_related("section", "picture", "source").annotate(
            has_corrections=Exists(notes.filter(article=OuterRef("pk"))),
            has_siblings=Exists(others),
            has_prices=Exists(Mention.objects.filter(article=OuterRef("pk"))),
        )


def lines_of_cards():
    """Bylines in their order, each with its author's names and portrait."""
    lines = Byline.objects.order_by("position", "pk").select_related("author__photo")
    names = [f"author__{name}" for name in columns("name")]
    names += ["author__photo", *(f"author__photo__{name}" for name in _PICTURE)]
    return lines.only("article", "role", *names)


def lines_of_pages(**of):
    """Bylines in their order, each with its author and portrait; never the life stories."""
    lines = Byline.objects.filter(**of).order_by("position", "pk")
    lines = lines.select_related("author", "author__photo")
    return lines.defer(*(f"author__{name}" for name in columns("bio")))
