"""What search engines are told about stories: all of them by parts, those of two days, and lists.

A part holds the stories of five thousand numbers, whatever becomes of them: no story ever moves to
another part.
"""

from collections import defaultdict
from datetime import timedelta

from django.db.models import F, IntegerField, Max
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone

from news import changes, crops
from news.models import Article, Byline, Correction, Policy, Section
from portal.lib import languages
from portal.lib.sitemaps import News, Place, site_name

SIZE = 5_000
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
    """Places of a part's stories in a language, by number. Two queries."""
    first = (part - 1) * SIZE
    mine = listed().in_language(code).filter(pk__gt=first, pk__lte=first + SIZE)
    return list(_places(mine.order_by("pk"), code))


def news(code):
    """Places of the stories of two days, newest first, advertising left out. Two queries."""
    now = timezone.now()
    fresh = listed(now).in_language(code).filter(published_at__gt=now - FRESH)
    fresh = fresh.exclude(kind=Article.Kind.SPONSORED).newest()[:MOST_NEWS]
    return list(_places(fresh, code, name=site_name(code)))


def _places(stories, code, name=""):
    rows = (
        stories.select_related("section", "picture")
        .only("slug", "language", "story", "headline", "published_at", "section__slug", "picture")
        .annotate(changed_at=changes.changed())
    )
    rows = list(rows)
    editions = _editions(rows, code)
    for story in rows:
        path = story.get_absolute_url()
        card = crops.card(story.shown_picture)
        yield Place(
            path,
            story.changed_at,
            (card.url,) if card else (),
            editions.get(story.story, {}) | {code: path},
            News(name, code, story.published_at, story.headline) if name else None,
        )


def _editions(rows, code):
    """{story: {language: path}} of the public translations of these stories. One query."""
    found = defaultdict(dict)
    if rows:
        first, last = min(row.pk for row in rows), max(row.pk for row in rows)
        known = Article.objects.in_language(code).filter(pk__gte=first, pk__lte=last)
        others = listed().exclude(language=code).filter(story__in=known.values("story"))
        fields = ("slug", "language", "story", "section__slug")
        for story in others.select_related("section").only(*fields):
            found[story.story][story.language] = story.get_absolute_url()
    return found


def pages(code):
    """Places of everything of the newsroom that is no story, in a language. Five queries.

    A list is told only where it has stories; its date is that of its newest one.
    """
    public = listed().in_language(code).order_by()
    newest = dict(public.values_list("section").annotate(Max("published_at")))
    home = max(newest.values(), default=None)
    yield _everywhere(languages.path_in("/", code), home)
    for section in Section.objects.all():
        yield _everywhere(section.get_absolute_url(), newest.get(section.pk))
    tagged = Article.tags.through.objects.filter(article__in=public.values("pk"))
    written = Byline.objects.filter(article__in=public.values("pk"))
    for name, rows, row, slug in (
        ("tag", tagged, "tag", "tag__slug"),
        ("author", written, "author", "author__slug"),
        ("source", public.filter(source__isnull=False), "source", "source__slug"),
    ):
        moment = "published_at" if name == "source" else "article__published_at"
        found = rows.order_by().values_list(row, slug).annotate(Max(moment)).order_by(row)
        for _number, word, newest_at in found[:MOST_LISTED]:
            yield _everywhere(reverse(f"news:{name}", args=[word]), newest_at)
    for policy in Policy.objects.in_force(code):
        yield Place(policy.get_absolute_url(), policy.effective_on)
    for name in ("corrections", "archive", "feeds"):
        yield _everywhere(reverse(f"news:{name}"))


def _everywhere(path, changed=None):
    """A page that stands at the same address in every language."""
    return Place(
        path, changed, (), {code: languages.path_in(path, code) for code in languages.CODES}
    )
