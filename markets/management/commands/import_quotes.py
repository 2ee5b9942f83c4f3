"""Store the prices of a CSV file, all or none. Ends with 0, or 1 when the file has errors."""

from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from markets import importing
from markets.asking import UnknownSource


class Command(BaseCommand):
    help = "Store the prices of a CSV file (docs/markets.md); one line with an error stores none."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", default=importing.EDITORIAL, help="key of the source")
        parser.add_argument("--by", metavar="USER", help="whose figures they are")
        parser.add_argument("--dry-run", action="store_true", help="report, store nothing")

    def handle(self, *, file, source, by, dry_run, **options):
        user = None
        if by:
            user = get_user_model().objects.filter(username=by).first()
            if user is None:
                raise CommandError(f"There is no account {by}.", returncode=2)
        try:
            with open(file, "rb") as stream:  # no more than shows that it is too big
                body = stream.read(importing.files.MOST_BYTES + 1)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}", returncode=2) from None
        report = importing.read(body, source)
        if report.error:
            raise CommandError(report.error)
        for line in report.lines:
            value = "" if line.value is None else f"{line.value:f}"
            words = f"line {line.number:<5}{line.verdict:<9}{line.instrument} {line.as_of or ''} "
            text = f"{words}{value} {line.message}"
            (self.stderr if line.verdict == "error" else self.stdout).write(text.rstrip())
        if not report.is_clean:
            raise CommandError(f"Lines with errors: {report.count('error')}. Nothing was stored.")
        if dry_run:
            self.stdout.write(f"Lines in order: {len(report.lines)}. Nothing stored (dry run).")
            return
        try:
            run = importing.apply(report, user, source)
        except UnknownSource:
            raise CommandError(f"There is no source {source}.", returncode=2) from None
        self.stdout.write(f"Stored: {run.new} new, {run.revised} revised, {run.held} held.")
