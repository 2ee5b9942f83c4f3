"""The tokens of each story, for finding it: derived, rebuilt by `manage.py reindex`."""

from collections import Counter, defaultdict
from itertools import islice

from django.db import connection, models, transaction
from django.db.models import F, Q, prefetch_related_objects
from django.utils import timezone

from news.models.bylines import Byline, Mention, Tagging
from news.search import words
from news.search.columns import WordsField
from portal.lib.fields import LanguageField
from portal.lib.languages import columns
from portal.lib.text import fold, plain_text
from portal.lib.tokens import quick

_PK_BITS = 28
# A tsvector holds a megabyte; more text than this no reader searches, or reads.
LONGEST_TEXT = 100_000


class SearchRowManager(models.Manager):
    def index(self, *stories):
        """Write the rows of stories: a few queries for any number of them.

        Every status is indexed; the query decides who sees it.
        """
        self.write(stories, SearchWord.objects.meet)

    @transaction.atomic
    def index_newest(self, *ids):
        """The same for numbers of stories, as they are now; whoever saves them waits meanwhile."""
        from .article import Article

        locked = Article.objects.select_for_update(of=("self",)).order_by("pk")
        locked = locked.select_related("picture", "source")
        self.index(*locked.filter(pk__in=ids))

    def write(self, stories, learn):
        """Rows of stories; their words are told to `learn`, as {(language, word): stories}."""
        if not stories:
            return
        prefetch_related_objects(stories, "picture", "source")
        named, met = _named(stories), defaultdict(Counter)
        self.bulk_create(
            [self._row(story, *named[story.pk], met) for story in stories],
            update_conflicts=True,
            unique_fields=["article"],
            update_fields=["title", "place", "recipe", "written_at", "head", "words"],
        )
        learn({(code, word): n for code, every in met.items() for word, n in every.items()})

    def index_all(self, stories, most=None):
        """Rows of a query-set of stories, the newest `most` of them (all, if None)."""
        ids = list(stories.order_by("-pk").values_list("pk", flat=True)[:most])
        for start in range(0, len(ids), 100):
            self.index_newest(*ids[start : start + 100])

    def stale(self, limit):
        """Numbers of stories whose row is missing, older than the story or of an older recipe."""
        from .article import Article

        other = Q(recipe__lt=words.RECIPE) | Q(recipe__gt=words.RECIPE)
        ids = list(self.filter(other).values_list("pk", flat=True)[:limit])
        recent = Article.objects.order_by("-modified_at", "-pk")[:100]
        late = Q(search_row=None) | Q(search_row__written_at__lt=F("modified_at"))
        ids += Article.objects.filter(late, pk__in=recent.values("pk")).values_list("pk", flat=True)
        if len(ids) < limit and self.count() < Article.objects.count():
            missing = Article.objects.filter(search_row=None).order_by("-pk")
            ids += missing.values_list("pk", flat=True)[: limit - len(ids)]
        return sorted(set(ids))

    def freshen(self, limit=300):
        """Rewrite stale rows, a few at a time: called by `tick`. Returns how many."""
        ids = self.stale(limit)
        for start in range(0, len(ids), 50):
            self.index_newest(*ids[start : start + 50])
        return len(ids)

    def forget(self, **of_articles):
        """The rows of these stories are stale: a name they carry has changed."""
        from .article import Article

        self.filter(article__in=Article.objects.filter(**of_articles)).update(recipe=0)

    def _row(self, story, authors, others, met):
        """authors, others: {number: names in all languages} of who wrote it, [names] of the rest
        that goes with it.
        """
        by = [name for names in authors.values() for name in names]
        title = [story.headline, story.kicker, *by]
        of_source = _in_all_languages(story.source) if story.source else ()
        names = [story.dateline, *by, *others, *of_source]
        texts = {
            "title": f"{story.headline} | {story.listing_headline}",
            "lead": f"{story.lead} | {story.kicker}",
            "names": " | ".join(names),
            "body": " | ".join([*_captions(story), plain_text(story.body)[:LONGEST_TEXT]]),
        }
        made = {name: words.Text(text, story.language) for name, text in texts.items()}
        met[story.language].update(set().union(*(text.spelt for text in made.values())))
        marks = words.scope([story.language], story.section_id, story.kind, authors)
        lines = [made["title"].stream, made["lead"].stream, made["names"].stream]
        head = "\n".join([*lines, made["body"].often])
        body = f"{made['body'].stream}{' '.join(sorted(sum(marks, ())))} "
        if connection.vendor == "postgresql":
            body = f"{head}\x01{body}"
        return self.model(
            article=story,
            title=fold(" ".join(title)),
            place=place_of(story),
            recipe=words.RECIPE,
            written_at=timezone.now(),
            head=head,
            words=body,
        )


def _named(stories):
    """{story: ({author: names}, [names of its tags and instruments])}. Three queries, whose rows
    are left as they come: a story has a dozen names, and objects of them cost more than the index.
    """
    numbers, names = [story.pk for story in stories], columns("name")
    found = {number: ({}, []) for number in numbers}
    for through, name in ((Byline, "author"), (Tagging, "tag"), (Mention, "instrument")):
        lines = through.objects.filter(article__in=numbers)
        told = lines.values_list("article", name, *(f"{name}__{column}" for column in names))
        for article, number, *known in told:
            authors, others = found[article]
            if through is Byline:
                authors[number] = known
            else:
                others += known
    return found


def _in_all_languages(named):
    return [getattr(named, column) for column in columns("name")]


def _captions(story):
    if story.picture_caption:
        return [story.picture_caption]
    if story.picture is None:
        return []
    return [type(story.picture).caption.in_language(story.picture, story.language)]


def place_of(story):
    """A number that orders stories as `newest()` does: the second of publication, then the key."""
    second = int(story.published_at.timestamp()) if story.published_at else 0
    return place_at(second) + story.pk % (1 << _PK_BITS)


def place_at(second):
    """The first place of a second."""
    return int(second) << _PK_BITS


def second_of(place):
    """The second of publication in a place."""
    return place >> _PK_BITS


class SearchRow(models.Model):
    article = models.OneToOneField(
        "news.Article", on_delete=models.CASCADE, primary_key=True, related_name="search_row"
    )
    # For the admin's list, which asks by parts of words. Before the long columns: SQLite reads it
    # without following the overflow pages.
    title = models.TextField(default="")
    place = models.BigIntegerField(unique=True)
    recipe = models.PositiveSmallIntegerField(default=0, db_index=True)
    written_at = models.DateTimeField()
    # Tokens of headline, lead, names, and of what the text keeps saying: one line each, for ranks.
    head = models.TextField(default="")
    # SQLite: tokens of the body. PostgreSQL: head (weight A) and body as one tsvector.
    words = WordsField(default="")

    objects = SearchRowManager()

    def __str__(self):
        return self.title


class SearchWordManager(models.Manager):
    def meet(self, met):
        """Words of a story that was saved: those never met before."""
        known = "DO NOTHING"
        self._write(((language, word, 1) for language, word in sorted(met)), known)

    def count_in(self, met):
        """Add numbers of stories, {(language, word): stories}."""
        known = "DO UPDATE SET stories = news_searchword.stories + excluded.stories"
        self._write(((*key, count) for key, count in sorted(met.items())), known)

    def _write(self, counted, known):
        with connection.cursor() as cursor:
            while some := list(islice(counted, 150)):
                values = ", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(some))
                sql = (
                    "INSERT INTO news_searchword"  # noqa: S608
                    f" (language, word, front, back, length, stories) VALUES {values}"
                    f" ON CONFLICT (language, word) {known}"
                )
                cursor.execute(sql, [part for one in some for part in _word(*one)])


def _word(language, word, stories):
    easy = quick(word)
    return language, word, easy[:2], easy[-2:], len(easy), stories


class SearchWord(models.Model):
    """A word of our own stories, for "did you mean": only offered where a public story has it."""

    language = LanguageField()
    word = models.CharField(max_length=30)
    # One slip of the finger leaves the beginning or the end of a word as it was.
    front = models.CharField(max_length=2)
    back = models.CharField(max_length=2)
    length = models.PositiveSmallIntegerField()
    stories = models.PositiveIntegerField()

    objects = SearchWordManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["language", "word"], name="search_word")]
        indexes = [
            models.Index(fields=["language", "front", "length"], name="search_word_front"),
            models.Index(fields=["language", "back", "length"], name="search_word_back"),
        ]

    def __str__(self):
        return self.word


class Reindexing(models.Model):
    """A run of `manage.py reindex`: how far it came, so that the next one goes on from there."""

    recipe = models.PositiveSmallIntegerField()
    begun_at = models.DateTimeField()
    reached = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    def __str__(self):
        return f"{self.begun_at:%Y-%m-%d %H:%M}: {self.reached}"
