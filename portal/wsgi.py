"""The handle gunicorn takes. An unsafe production configuration does not get past it."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_wsgi_application()

from django.db import connections  # noqa: E402
from django.urls import get_resolver  # noqa: E402

from portal.checks import refuse_unsafe_start  # noqa: E402  needs the loaded settings

refuse_unsafe_start()

# What has been loaded stays for as long as the process: without this line every full collection of
# garbage walks through all of it, which is sixty milliseconds that some reader waits for.
get_resolver().url_patterns  # noqa: B018  loads every view
connections.close_all()  # none may be shared by the processes that follow
gc.collect()
gc.freeze()
