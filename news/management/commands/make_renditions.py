from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand

from news.models import Picture


class Command(BaseCommand):
    help = "Write every size of every picture again, from the originals."

    def handle(self, **options):
        count = failed = 0
        for picture in Picture.objects.iterator():
            try:
                picture.make_renditions()
            except (OSError, ValidationError) as error:
                failed += 1
                self.stderr.write(f"{picture.pk} {picture.file.name}: {error}")
                continue
            picture.save()
            count += 1
        self.stdout.write(f"{count} pictures written, {failed} without a sound original.")
