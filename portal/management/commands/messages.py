from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Collect the texts to translate into portal/locale/ and compile the translations."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "--check",
            action="store_true",
            help="write nothing; fail when a text has no good translation or a catalog is stale",
        )

    def handle(self, *, check, **options):
        try:
            from portal import messages
        except ModuleNotFoundError as error:
            if not str(error.name).startswith("babel"):
                raise
            raise CommandError(
                "This command needs Babel: pip install -r requirements-dev.txt"
            ) from None
        texts = messages.collect()
        wrong = []
        for code in messages.languages():
            translations = messages.Translations(code)
            if not check:
                translations.update(texts)
                translations.write()
            wrong += messages.problems(texts, translations)
        summary = f"{len(texts)} texts, {len(wrong)} to translate or mend"
        if not wrong:
            self.stdout.write(f"{len(texts)} texts, all translated.")
        elif check:
            raise CommandError("\n".join([*wrong, f"{summary}."]))
        else:
            self.stdout.write("\n".join([*wrong, f"{summary}."]))
