import time
from collections import Counter

from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.utils import timezone

from news.models import Article, Reindexing, SearchRow, SearchWord
from news.search import tables, words

BATCH = 200
# How far it came is written, with the counts of words, after so many batches.
BATCHES_A_MARK = 10
SECONDS_A_LINE = 5


class Command(BaseCommand):
    help = (
        "Write the search index of every story again. Readers search the old rows meanwhile; "
        "a run that was stopped goes on where it stopped."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--afresh", action="store_true", help="Begin again, even after a run that was stopped."
        )

    def handle(self, *, afresh, verbosity, **options):
        tables.ensure(connection)
        tables.prepare(connection)
        run = self._run(afresh)
        left = Article.objects.filter(pk__gt=run.reached).count() if verbosity else 0
        count, begun = 0, time.monotonic()
        told = begun
        while done := self._batches(run):
            count += done
            if verbosity and time.monotonic() - told > SECONDS_A_LINE:
                told = time.monotonic()
                pace = count / (told - begun)
                self.stdout.write(
                    f"{count} of {left} stories, {pace:.0f} a second, "
                    f"{(left - count) / pace:.0f} s to go"
                )
        with transaction.atomic():
            SearchWord.objects.filter(stories=0).delete()
            run.finished_at = timezone.now()
            run.save()
            Reindexing.objects.exclude(pk=run.pk).delete()
        tables.settle(connection)
        if verbosity:
            self.stdout.write(f"{count} stories indexed.")

    def _run(self, afresh):
        """The run that was stopped, or a new one."""
        stopped = Reindexing.objects.filter(finished_at=None, recipe=words.RECIPE).last()
        if stopped and not afresh:
            self.stdout.write(f"Going on after story {stopped.reached}.")
            return stopped
        with transaction.atomic():
            Reindexing.objects.filter(finished_at=None).delete()
            SearchWord.objects.update(stories=0)
            return Reindexing.objects.create(recipe=words.RECIPE, begun_at=timezone.now())

    def _batches(self, run):
        """A few batches, each a transaction of its own, then the mark how far they came."""
        met, done = Counter(), 0
        for _number in range(BATCHES_A_MARK):
            done += (some := self._batch(run, met))
            if not some:
                break
        with transaction.atomic():
            SearchWord.objects.count_in(met)
            run.save()
        return done

    @transaction.atomic
    def _batch(self, run, met):
        stories = Article.objects.select_for_update(of=("self",)).order_by("pk")
        batch = list(stories.filter(pk__gt=run.reached)[:BATCH])
        if batch:
            SearchRow.objects.write(batch, met.update)
            run.reached = batch[-1].pk
        return len(batch)
