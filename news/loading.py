"""Stories as the pages of readers load them: the words of ArticleQuerySet, as questions that are
written once (portal.lib.prepared).
"""

from datetime import timedelta
from itertools import pairwise

from django.db.models import Exists, Q
from django.db.models.base import ModelState
from django.utils import timezone

from news.models import Article, Author, FrontSlot, Section, Source, Tag
from news.models.queries import lines_of_cards, lines_of_pages
from portal.lib import dates, languages, prepared
from portal.lib.listing import SIZE, page
from portal.lib.shared import shared

# Rights to pictures end at midnight, which the frame knows.
TOPICS = ("news", "frame")
MOST_CARDS = 800  # stories, some 4 KB each


def story(pk):
    """A story with what its page shows, whatever its status; None where there is none."""
    found = prepared.objects("story", lambda pk: Article.objects.for_page().filter(pk=pk), pk=pk)
    if not found:
        return None
    article = found[0]
    article.card_lines = prepared.objects("byline", lambda pk: lines_of_pages(article=pk), pk=pk)
    rows = Article.tags.through.objects.order_by("tag__slug").select_related("tag")
    named = prepared.objects("tags", lambda pk: rows.filter(article=pk), pk=pk)
    article.page_tags = [row.tag for row in named]
    return article


def siblings(article, now):
    """The public translations of a story, newest first."""
    if not getattr(article, "has_siblings", True):
        return []
    return prepared.objects(
        "siblings",
        lambda story, language, now: (
            Article.objects.published(now)
            .filter(story=story)
            .exclude(language=language)
            .newest()
            .select_related("section")
            .only(*_SIBLING)
        ),
        story=article.story,
        language=article.language,
        now=now.replace(microsecond=0),
    )


_SIBLING = (
    "language", "slug", "story", "section", "published_at", "is_reprint", "translation_of"
)  # fmt: skip


def cards(pks):
    """{number: story} with what a card shows, of those there are.

    The stories belong to all pages that show them in this state of the topics (portal.lib.shared),
    with what was made of them (`markup`, portal.templatetags.cards): who wants to change one takes
    `mine` of it. At most two queries, for those that no page has asked for yet.
    """
    pool = shared("cards", TOPICS, dict)
    known = {pk: card for pk in pks if (card := pool.get(pk))}
    if missing := [pk for pk in pks if pk not in known]:
        loaded = _cards(missing)
        if len(pool) + len(loaded) > MOST_CARDS:
            pool.clear()
        pool.update(loaded)
        known |= loaded
    return known


def mine(card):
    """A copy of a story that is shared, for one page alone: made anew, not from what is kept."""
    own = _copied(card)
    own.markup = None
    return own


def _copied(card):
    """As copy() would, which goes the long way by pickling."""
    own = Article.__new__(Article)
    own.__dict__.update(card.__dict__)
    own._state = ModelState()
    own._state.adding, own._state.db = False, card._state.db
    own._state.fields_cache = dict(card._state.fields_cache)
    return own


def to_share(stories):
    """The rows of a query-set as stories that pages may share."""
    found = list(stories)
    for one in found:
        one.markup = {}
    return found


def without_repeated_pictures(stories, seen=()):
    """The same stories; copies, where the page shows their picture already, hide it."""
    seen, found = set(seen), []
    for story in stories:
        if story.picture_id in seen and story.picture_id is not None:
            story = _copied(story)
            story.hides_picture = True  # a part of the key of its markup
        seen.add(story.picture_id)
        found.append(story)
    return found


def _cards(pks):
    found = prepared.objects(
        ("cards", len(pks)),
        lambda **pks: Article.objects.filter(pk__in=pks.values()).for_cards(),
        **prepared.named("pk", pks),
    )
    known = {one.pk: one for one in to_share(found)}
    for one in found:
        one.card_lines = []
    if not known:  # all were deleted this very moment
        return known
    for line in prepared.objects(
        ("lines", len(known)),
        lambda **pks: lines_of_cards().filter(article__in=pks.values()),
        **prepared.named("pk", known),
    ):
        known[line.article_id].card_lines.append(line)
    return known


def listed(request, narrow, of=Article, **values):
    """A Page of the stories that readers may see in the page's language, newest first.

    of: what the list is read from: stories, or lines that repeat what it asks of them (Listed).
    narrow: a function of a query-set and of `values`, found in a module: its name is the list's.
    One query for their numbers, and a count that all pages of the list share; the stories are
    shared too: see cards().
    """
    language, name = languages.current(), f"{narrow.__module__}.{narrow.__name__}"

    def rows(now, language, **values):
        published = of.objects.published(now).in_language(language)
        found = narrow(published, **values).newest()
        return found.values_list("pk") if of is Article else found

    def asked(ask, start, end):
        def cut(**values):
            return rows(**values)[start:end]

        now = timezone.now().replace(microsecond=0)
        return ask(("list", name, start, end), cut, now=now, language=language, **values)

    def load(start, end):
        found = asked(prepared.rows, start, end)
        numbers = [pk for (pk,) in found]
        known = cards(numbers)
        return [known[pk] for pk in numbers if pk in known]

    def count(limit):
        key = "count", name, language, *values.values()
        return shared(key, TOPICS, lambda: asked(prepared.count, 0, limit))

    return page(request, count, load, size=SIZE)


def days_with_stories(language, days):
    """Those of consecutive days, of the newsroom's clock, on which readers may see a story.

    One query that looks into the index once for each day, however many stories it has.
    """

    def seen(now, language, **moments):
        public = Article.objects.published(now).in_language(language).order_by()
        edges = pairwise(moments.values())
        found = [Exists(public.between(start, end)) for start, end in edges]
        return Section.objects.order_by().values_list(*found)[:1]

    moments = [dates.midnight(day) for day in (*days, days[-1] + timedelta(days=1))]
    asked = {f"from_{number}": moment for number, moment in enumerate(moments)}
    now = timezone.now().replace(microsecond=0)
    key = "days", len(days)
    for answers in prepared.rows(key, seen, now=now, language=language, **asked):
        return [day for day, is_seen in zip(days, answers, strict=True) if is_seen]
    return []  # not even a section


def sections():
    """Every section, in the order of the navigation."""
    return prepared.objects("sections", Section.objects.all)


def slots(language, now):
    """The places of a front that an editor filled and that have not ended, with their pictures."""
    return prepared.objects(
        "slots",
        lambda language, now: FrontSlot.objects.filter(
            Q(until__isnull=True) | Q(until__gt=now), language=language
        ).select_related("picture"),
        language=language,
        now=now.replace(microsecond=0),
    )


def at(model, slug):
    """The section, tag, author or source of an address, or None."""
    found = prepared.objects(("at", model), _AT[model], slug=slug)
    return found[0] if found else None


_AT = {
    Author: lambda slug: Author.objects.select_related("photo").filter(slug=slug),
    Section: lambda slug: Section.objects.filter(slug=slug),
    Source: lambda slug: Source.objects.filter(slug=slug),
    Tag: lambda slug: Tag.objects.filter(slug=slug),
}
