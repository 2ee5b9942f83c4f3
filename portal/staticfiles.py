"""Static files of production: hashed for ever, and the style sheets as one request.

static/css/site.css is a list of @import lines. A browser follows them as they stand (`make dev`);
collectstatic writes the sheets into one file in their place, so there is no build step.
"""

import re

from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

_IMPORT = re.compile(r'@import "([^"]+)";\n?')
_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_INDENT = re.compile(r"\n\s+")
BUNDLES = ("css/site.css",)


def bundle(name):
    """The style sheet with its imports in place, without comments and indentation."""
    folder = name.rpartition("/")[0]

    def sheet(match):
        path = finders.find(f"{folder}/{match[1]}")
        if path is None:
            raise FileNotFoundError(f"{name} imports {match[1]}, which does not exist")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        # Sheets of a sub-folder name files relative to themselves.
        depth = match[1].count("/")
        return text.replace("url(" + "../" * depth, "url(") if depth else text

    with open(finders.find(name), encoding="utf-8") as file:
        text = _IMPORT.sub(sheet, file.read())
    return _INDENT.sub("\n", _COMMENT.sub("", text)).replace("\n\n", "\n")


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
