"""Where the files of a picture lie once its rights have ended: in a folder nobody serves.

Pages ask the clock and need none of this (Picture.is_usable); it is for addresses that somebody has
kept. The row names its file by the place where it lies, so all addresses follow. Knows no model:
publishing.keep_files_in_place() moves by the clock, Picture.save() when rights are given again.
"""

from django.db.models.fields.files import FieldFile, FileField
from django.urls import reverse

FOLDER = "withheld/"  # closed by portal.views.media and deploy/nginx/server.conf


def is_withheld(name):
    return name.startswith(FOLDER)


def public(name):
    return name.removeprefix(FOLDER)


def hidden(name):
    return name if is_withheld(name) else FOLDER + name


def files(storage, name):
    """The upload of that name and every size that was ever made of it, where they lie."""
    folder, _slash, stem = name.rpartition(".")[0].rpartition("/")
    try:
        found = storage.listdir(folder)[1]
    except FileNotFoundError:  # nothing was ever put there
        return []
    return [f"{folder}/{file}" for file in found if file.startswith((f"{stem}.", f"{stem}-"))]


def move(storage, name, to):
    """Every file of a picture, to or from the folder. What breaks off is whole when repeated."""
    for source in files(storage, name):
        goal = to(source)
        if storage.exists(goal) and storage.size(goal) != storage.size(source):
            storage.delete(goal)
        if not storage.exists(goal):
            with storage.open(source) as file:
                storage.save(goal, file)
        storage.delete(source)


class LibraryFile(FieldFile):
    """A file whose address is one of the newsroom while it is withheld."""

    @property
    def url(self):
        if self.name and is_withheld(self.name):
            return reverse("admin:news_picture_withheld", args=[public(self.name)])
        return super().url


class LibraryFileField(FileField):
    attr_class = LibraryFile

    def deconstruct(self):
        """To migrations a plain FileField: the column is the same."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.FileField", args, kwargs
