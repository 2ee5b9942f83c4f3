"""The handle gunicorn takes. An unsafe production configuration does not get past it."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django = get_wsgi_application()

from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402
from django.template.loader import get_template  # noqa: E402
from django.urls import get_resolver, reverse  # noqa: E402
from django.utils import translation  # noqa: E402

from portal.checks import refuse_unsafe_start  # noqa: E402  needs the loaded settings
from portal.door import Door  # noqa: E402

refuse_unsafe_start()
application = Door(django)

# What every process will need is loaded before they part, so that they share it: the views, the
# addresses and words of each language, the templates of readers' pages.
PAGES = ["portal/home.html", "404.html", "410.html"]
PAGES += [f"news/{name}.html" for name in ("article", "section", "tag", "author", "search")]
PAGES += [f"markets/{name}.html" for name in ("board", "instrument")]
for code, _name in settings.LANGUAGES:
    with translation.override(code):
        reverse("manifest")
        translation.gettext("Search")
for page in PAGES:
    get_template(page)

# It stays for as long as the process: without this every full collection of garbage walks through
# all of it, which is sixty milliseconds that some reader waits for.
get_resolver().url_patterns  # noqa: B018  loads every view
connections.close_all()  # none may be shared by the processes that follow
gc.collect()
gc.freeze()
