"""What search engines are told about stories: all of them by parts, those of two days, and lists.

A part holds the stories of five thousand numbers, whatever becomes of them: no story ever moves to
another part.
"""

from collections import defaultdict
from datetime import timedelta

from django.db.models import F, IntegerField, Max, OuterRef, Subquery
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone

from news import changes, crops
from news.models import (
    Article,
    Author,
    Byline,
    Correction,
    Policy,
    Section,
    Source,
    Tag,
    Tagging,
)
from portal.lib import languages
from portal.lib.sitemaps import News, Place, site_name

SIZE = 5_000
AT_ONCE = 250  # rows in memory: a whole part of them would never be given back
MOST_NEWS = 1_000
FRESH = timedelta(hours=48)
MOST_LISTED = 20_000  # tags, authors, sources each: a sitemap may hold 50,000 addresses


def listed(now=None):
    """Stories whose own page is the one to be found: public, and no reprint of another's page."""
    return Article.objects.published(now).filter(is_reprint=False)


def parts():
    """{(language, number): when the part last changed}, of every part that is not empty.

    Withdrawals and ends change a part as well as what is published, updated and corrected.
    """
    number = Cast((F("pk") - 1) / SIZE + 1, IntegerField())
    found = {}
    rows = listed().order_by().annotate(part=number).values_list("language", "part")
    for code, part, *moments in rows.annotate(Max("published_at"), Max("updated_at")):
        found[code, part] = max(moment for moment in moments if moment)
    gone = Article.objects.filter(published_at__lt=F("withdrawn_at"), status="withdrawn")
    ended = Article.objects.filter(expires_at__lte=timezone.now())
    notes = Correction.objects.order_by().annotate(
        language=F("article__language"), part=Cast((F("article") - 1) / SIZE + 1, IntegerField())
    )
    for later in (
        notes.values_list("language", "part").annotate(Max("noted_at")),
        *(
            rows.order_by()
            .annotate(part=number)
            .values_list("language", "part")
            .annotate(Max(column))
            for rows, column in ((gone, "withdrawn_at"), (ended, "expires_at"))
        ),
    ):
        for code, part, moment in later:
            if (code, part) in found:
                found[code, part] = max(found[code, part], moment)
    return found


def stories(code, part):
    """Places of a part's stories in a language, by number, one after the other. Two queries."""
    first = (part - 1) * SIZE
    whole = Article.objects.filter(pk__gt=first, pk__lte=first + SIZE)
    mine = listed().in_language(code).filter(pk__gt=first, pk__lte=first + SIZE)
    # A range is asked more cheaply than a list of thousands.
    editions = _editions(whole.in_language(code), code)
    for story in _shown(mine).order_by("pk").iterator(chunk_size=AT_ONCE):
        yield _place(story, code, editions)


def news(code):
    """Places of the stories of two days, newest first, advertising left out. Two queries."""
    now = timezone.now()
    fresh = listed(now).in_language(code).filter(published_at__gt=now - FRESH)
    fresh = list(_shown(fresh.exclude(kind=Article.Kind.SPONSORED)).newest()[:MOST_NEWS])
    known = Article.objects.filter(pk__in=[story.pk for story in fresh])
    editions, name = _editions(known, code), site_name(code)
    for story in fresh:
        told = News(name, code, story.published_at, story.headline)
        yield _place(story, code, editions, told)


def _shown(stories):
    columns = ("slug", "language", "story", "headline", "published_at", "section__slug", "picture")
    rows = stories.select_related("section", "picture").only(*columns)
    return rows.annotate(changed_at=changes.changed())


def _place(story, code, editions, news=None):
    path, card = story.get_absolute_url(), crops.card(story.shown_picture)
    pictures = (card.url,) if card else ()
    return Place(
        path, story.changed_at, pictures, editions.get(story.story, {}) | {code: path}, news
    )


def _editions(stories, code):
    """{story: {language: path}} of the public translations of these, in `code`. One query."""
    found = defaultdict(dict)
    others = listed().exclude(language=code).filter(story__in=stories.values("story"))
    columns = ("slug", "language", "story", "section__slug")
    for story in others.select_related("section").only(*columns).iterator(chunk_size=AT_ONCE):
        found[story.story][story.language] = story.get_absolute_url()
    return found


def pages(code):
    """Places of everything of the newsroom that is no story, in a language. Five queries.

    A list is told only where it has stories; its date is that of its newest one.
    """
    public = listed().in_language(code)
    sections = list(_dated(Section, public.filter(section=OuterRef("pk"))))
    moments = [section.newest_at for section in sections if section.newest_at]
    yield _everywhere(languages.path_in("/", code), max(moments, default=None))
    for section in sections:
        yield _everywhere(section.get_absolute_url(), section.newest_at)
    tagged = Tagging.objects.published().in_language(code).filter(tag=OuterRef("pk"))
    written = Byline.objects.published().in_language(code).filter(author=OuterRef("pk"))
    relying = public.filter(source=OuterRef("pk"))
    for model, stories in ((Tag, tagged), (Author, written), (Source, relying)):
        found = _dated(model, stories).filter(newest_at__isnull=False).order_by("pk")
        for here in found[:MOST_LISTED]:
            yield _everywhere(here.get_absolute_url(), here.newest_at)
    for policy in Policy.objects.in_force(code):
        yield Place(policy.get_absolute_url(), policy.effective_on)
    for name in ("corrections", "archive", "feeds"):
        yield _everywhere(reverse(f"news:{name}"))


def _dated(model, stories):
    """Rows with the hour of the newest of their stories: each looks at the end of an index."""
    newest = stories.order_by("-published_at").values("published_at")[:1]
    return model.objects.annotate(newest_at=Subquery(newest))


def _everywhere(path, changed=None):
    """A page that stands at the same address in every language."""
    return Place(
        path, changed, (), {code: languages.path_in(path, code) for code in languages.CODES}
    )
