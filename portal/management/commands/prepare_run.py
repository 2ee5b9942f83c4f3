"""Everything between a checkout and the first page, in one process: `make run` starts fast."""

import hashlib

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from news.models import Article, SearchRow
from portal.models import User
from portal.seeding import accounts_text, seed_demo


class Command(BaseCommand):
    help = "Migrate, collect static files where they changed, load the demo into an empty database."

    def add_arguments(self, parser):
        parser.add_argument("--address", default=settings.SITE_URL)

    def handle(self, *, address, **options):
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("Preparing the database …")
            call_command("migrate", verbosity=0)
        self._collect()
        if not Article.objects.exists() and not User.objects.exists() and not settings.PRODUCTION:
            self.stdout.write("Loading the demonstration …")
            seed_demo()
        elif SearchRow.objects.count() < Article.objects.count():
            self.stdout.write("Indexing the stories for the search …")
            call_command("reindex", verbosity=0)
        self.stdout.write(f"\n{accounts_text(address)}\n\nStop with Ctrl+C.")

    def _collect(self):
        """collectstatic, unless no file changed since: it reads and hashes every one of them."""
        state = hashlib.sha256()
        for finder in get_finders():
            for path, storage in finder.list([]):
                state.update(f"{path} {storage.get_modified_time(path)}\n".encode())
        stamp = settings.STATIC_ROOT.with_suffix(".stamp")
        if stamp.exists() and stamp.read_text() == state.hexdigest():
            return
        self.stdout.write("Collecting static files …")
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(state.hexdigest())
