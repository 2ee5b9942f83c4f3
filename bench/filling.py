"""Fills one portal with the demonstration and many stories; `make bench` starts it as a process.

    VAR_DIR=folder python -m bench.filling 10000 [--no-index] [--no-demo]
    VAR_DIR=folder python -m bench.filling 0  # only what newer code needs: migrations, static files

Rows go in by bulk, past everything that saving one story does: no revisions and no steps of the
workflow; the search index is written afterwards, by `manage.py reindex`.
"""

import argparse
import os
import sys
import time
from bisect import bisect_right
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice

import django

from bench.corpus import Corpus

BATCH, BATCHES = 1_000, 10  # rows of a statement, statements of a transaction
# Of a hundred stories so many have a picture, name an instrument, carry a correction.
PICTURED, MENTIONING, CORRECTED = 60, 20, 2


def fill(count, with_index, with_demo):
    from django.core.management import call_command

    from portal.management.commands.prepare_run import Command
    from portal.seeding import seed_base, seed_demo

    call_command("migrate", verbosity=0)
    if with_demo:
        Command(stdout=sys.stdout)._collect()
    if not count:
        return
    if with_demo:
        tell("the demonstration, its pictures and five years of sample figures …")
        seed_demo()
    else:
        seed_base()
    with hasty():
        Filling(count).run()
    if with_index:
        tell(f"the search index of {count:,} stories …")
        call_command("reindex", afresh=True)
    analyse()


def tell(text):
    print(text, flush=True)


@contextmanager
def hasty():
    """The database takes rows as they come, and tells nobody: what breaks off is thrown away."""
    from django.db import connection

    from news import lines
    from portal.lib import topics, triggers

    triggers.install([], "default")
    with connection.cursor() as cursor:
        lines.remove(cursor, connection.vendor)
        if connection.vendor == "sqlite":
            for line in ("journal_mode=MEMORY", "synchronous=OFF", "cache_size=-400000"):
                cursor.execute(f"PRAGMA {line}")
        else:
            cursor.execute("SET synchronous_commit = off")
            cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            if cursor.fetchone()[0]:  # foreign keys are not looked at
                cursor.execute("SET session_replication_role = replica")
    yield
    tell("what bylines and tags repeat of their stories …")
    lines.ensure(connection)
    connection.close()  # and with it all that was set
    triggers.install(topics.watches, "default")


def analyse():
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


class Filling:
    def __init__(self, count):
        from django.utils import timezone

        from news.models import Author, Picture, Section, Source, Tag

        self.count, self.now = count, timezone.now().replace(microsecond=0)
        self.sections = list(Section.objects.all())
        self.corpus = Corpus(sections=len(self.sections))
        self.pictures = list(Picture.objects.values_list("pk", flat=True))
        names = self.corpus
        self.authors = self._named(Author, "author", names.authors, role_en="Correspondent")
        self.sources = self._named(Source, "house", names.sources)
        self.tags = self._named(Tag, "topic", names.tags)
        self.prices = self._prices()

    def _named(self, model, word, names, **more):
        rows = [
            model(slug=f"{word}-{number}", name_en=name, **more)
            for number, name in enumerate(names, 1)
        ]
        return [row.pk for row in model.objects.bulk_create(rows)]

    def _prices(self):
        """[(instrument, days, observations)]: what a story named an instrument at."""
        from markets.models import Instrument, Observation

        found = []
        for instrument in Instrument.objects.values_list("pk", flat=True):
            rows = Observation.objects.accepted().filter(series__instrument=instrument)
            rows = list(rows.order_by("as_of").values_list("as_of", "pk"))
            if rows:
                found.append((instrument, *map(list, zip(*rows, strict=True))))
        return found

    def run(self):
        from django.db import transaction

        begun = told = time.monotonic()
        stories, done = self.corpus.stories(self.count), 0
        while done < self.count:
            # Long ones: a page of an index that is written to all over goes to disk once for each.
            with transaction.atomic():
                for _ in range(BATCHES):
                    batch = list(islice(stories, BATCH))
                    self.write(batch)
                    done += len(batch)
            if time.monotonic() - told > 5 or done == self.count:
                told = time.monotonic()
                pace = done / (told - begun)
                tell(f"{done:,} of {self.count:,} stories, {pace:,.0f} a second")

    def write(self, batch):
        from news.models import Article, Byline, Correction, Mention

        made = Article.objects.bulk_create([self.article(story) for story in batch])
        pairs = list(zip(made, batch, strict=True))
        Byline.objects.bulk_create(
            Byline(article=article, author_id=self.authors[story.author])
            for article, story in pairs
        )
        tagging = Article.tags.through
        tagging.objects.bulk_create(
            tagging(article_id=article.pk, tag_id=self.tags[tag])
            for article, story in pairs
            for tag in story.tags
        )
        Mention.objects.bulk_create(
            self.mention(article, story)
            for article, story in pairs
            if self.prices and share(story, 7) < MENTIONING
        )
        Correction.objects.bulk_create(
            Correction(article=article, text=story.lead[:300], noted_at=article.published_at)
            for article, story in pairs
            if share(story, 31) < CORRECTED
        )

    def article(self, story):
        from news.models import Article

        section = self.sections[story.section]
        kinds = Article.Kind
        return Article(
            language="en",
            kind=kinds.ANALYSIS if section.slug == "analysis" else kinds.NEWS,
            status=Article.Status.PUBLISHED,
            section=section,
            headline=story.headline[:200],
            lead=story.lead[:600],
            body="".join(f"<p>{text}</p>" for text in story.paragraphs),
            slug=story.slug,
            picture_id=(
                self.pictures[story.number % len(self.pictures)]
                if self.pictures and share(story, 1) < PICTURED
                else None
            ),
            source_id=self.sources[story.source],
            published_at=(self.now - story.ago).replace(microsecond=0),
            public_version=1,
        )

    def mention(self, article, story):
        from news.models import Mention

        instrument, days, observations = self.prices[story.number % len(self.prices)]
        place = bisect_right(days, article.published_at.date() - timedelta(days=1))
        return Mention(
            article=article,
            instrument_id=instrument,
            observation_id=observations[max(0, place - 1)],
        )


def share(story, salt):
    """A number from 0 to 99 that belongs to the story, as good as drawn."""
    return (story.number * 2_654_435_761 * salt >> 7) % 100


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("count", type=int)
    parser.add_argument("--no-index", action="store_true")
    parser.add_argument("--no-demo", action="store_true")
    wanted = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    fill(wanted.count, not wanted.no_index, not wanted.no_demo)


if __name__ == "__main__":
    main()
