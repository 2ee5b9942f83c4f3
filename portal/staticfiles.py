"""Static files of production: hashed for ever; style sheets and the scripts of every page as one
request each.

static/css/site.css is a list of @import lines, static/js/site.js one of imports. A browser follows
them as they stand (`make dev`); collectstatic writes the files into one in their place, so there is
no build step.
"""

import re

from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

_IMPORT = re.compile(r'@?import "(?:\./)?([^"]+)";\n?')
_COMMENT = {"css": re.compile(r"/\*.*?\*/", re.S), "js": re.compile(r"^ *//.*$", re.M)}
_INDENT = re.compile(r"\n\s+")
BUNDLES = ("css/site.css", "js/site.js")


def bundle(name):
    """The file with its imports in place, without comments and indentation.

    Modules of a bundle import and export nothing: each runs in a block of its own.
    """
    folder, suffix = name.rpartition("/")[0], name.rpartition(".")[2]

    def part(match):
        path = finders.find(f"{folder}/{match[1]}")
        if path is None:
            raise FileNotFoundError(f"{name} imports {match[1]}, which does not exist")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if suffix == "js":
            return f"{{\n{text}}}\n"
        # Sheets of a sub-folder name files relative to themselves.
        depth = match[1].count("/")
        return text.replace("url(" + "../" * depth, "url(") if depth else text

    with open(finders.find(name), encoding="utf-8") as file:
        text = _IMPORT.sub(part, file.read())
    return _INDENT.sub("\n", _COMMENT[suffix].sub("", text)).replace("\n\n", "\n")


class PortalStaticFilesStorage(CompressedManifestStaticFilesStorage):
    # Modules name one another: their imports follow the hashed names.
    support_js_module_import_aggregation = True

    def post_process(self, paths, dry_run=False, **options):
        if not dry_run:
            for name in BUNDLES:
                if name in paths:
                    self.delete(name)
                    self._save(name, ContentFile(bundle(name).encode()))
                    paths[name] = (self, name)
        yield from super().post_process(paths, dry_run=dry_run, **options)

    def stored_name(self, name):
        # Before collectstatic has run (tests, make dev) files answer by their own names.
        return super().stored_name(name) if self.hash_key(name) in self.hashed_files else name
