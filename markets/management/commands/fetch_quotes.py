"""Fetch figures now, or fill a history.

Ends with 0 when every source answered, 1 when one failed, 3 when one was not asked: another run was
at work, or the source is switched off.
"""

import time
from datetime import date

from django.core.management.base import BaseCommand, CommandError

from markets import asking, fetching, providers
from markets.models import FetchRun
from portal.lib import http

FAILED, SKIPPED = 1, 3


class Command(BaseCommand):
    help = (
        "Fetch figures from the sources. Without days: what is missing up to now. A history is "
        "fetched in parts; when it is cut short, the same command goes on where it stopped."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--source",
            action="append",
            choices=sorted(providers.ALL),
            help="only this source (may be repeated); default: all that are switched on",
        )
        parser.add_argument("--from", dest="first", type=day, metavar="YYYY-MM-DD")
        parser.add_argument("--to", dest="last", type=day, metavar="YYYY-MM-DD")
        parser.add_argument("--dry-run", action="store_true", help="ask and judge, store nothing")
        parser.add_argument(
            "--queued", action="store_true", help="only what people have asked for in the admin"
        )
        parser.add_argument(
            "--list", action="store_true", help="the currencies of the Bank of Russia, with names"
        )

    def handle(self, *, source, first, last, dry_run, queued, **options):
        if options["list"]:
            return self._directory()
        if queued:
            self.stdout.write(f"Done: {fetching.run_queued()} requested.")
            return None
        if (first is None) != (last is None) or (first and first > last):
            raise CommandError("Give both --from and --to, the earlier day first.", returncode=2)
        worst = 0
        for key in source or sorted(self._switched_on()):
            worst = max(
                worst, self._fetch(key, first, last, dry_run), key=[0, SKIPPED, FAILED].index
            )
        if worst:
            told = {FAILED: "Not every source answered.", SKIPPED: "Not every source was asked."}
            raise CommandError(told[worst], returncode=worst)
        return None

    def _switched_on(self):
        from markets.models import Source

        rows = Source.objects.filter(key__in=providers.ALL, is_enabled=True)
        return rows.values_list("key", flat=True)

    def _fetch(self, key, first, last, dry_run):
        days = (first, last) if first else asking.span(key)
        begun = time.monotonic()
        run = fetching.fetch(
            key,
            first=days[0],
            last=days[1],
            trigger=FetchRun.Trigger.COMMAND,
            dry_run=dry_run,
            progress=self._progress if self.stdout.isatty() or first else None,
        )
        took = time.monotonic() - begun
        self.stdout.write(
            f"{key:<5} {run.get_status_display()}: {run.seen} seen, {run.new} new, "
            f"{run.revised} revised, {run.held} held, {run.rejected} refused; {took:.1f} s"
            f"{' (dry run, nothing stored)' if dry_run else ''}"
        )
        Status = FetchRun.Status
        if run.status in (Status.FAILED, Status.PARTIAL):
            self.stderr.write(f"{key:<5} {fetching.say(run)} [{run.error_kind}] {run.error}")
        elif run.status == Status.SKIPPED:
            self.stderr.write(f"{key:<5} {fetching.say(run)}")
        return {Status.FAILED: FAILED, Status.SKIPPED: SKIPPED}.get(run.status, 0)

    def _progress(self, done, of, run):
        if of > 1:
            self.stdout.write(f"{run.source.key:<5} part {done} of {of}: {run.seen} seen")

    def _directory(self):
        bank = providers.ALL["cbr"]
        call = bank.plan_directory()
        try:
            answer = asking.client_for(bank).get(
                providers.base_url(bank.key) + call.path, call.params, media=call.media
            )
            found = bank.parse_directory(answer.body)
        except (http.HttpError, providers.ProviderError) as error:
            raise CommandError(f"{error.kind}: {error}", returncode=FAILED) from None
        for one in found:
            self.stdout.write(f"{one.external_id:<9}{one.code:<5}{one.nominal:>8}  {one.name}")


def day(text):
    """A day as an argument writes it; argparse turns ValueError into a usage message."""
    return date.fromisoformat(text)
