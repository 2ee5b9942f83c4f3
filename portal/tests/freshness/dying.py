"""`python -m portal.tests.freshness.dying STORY PERSON`: publishes a story, and is killed when the
database has confirmed the commit, before anything that was to follow.
"""

import os
import signal
import sys

import django


def main(story, person):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from django.db import connection

    from news.models import Article
    from portal.models import User

    article, by = Article.objects.get(pk=story), User.objects.get(pk=person)
    connection.run_and_clear_commit_hooks = lambda: os.kill(os.getpid(), signal.SIGKILL)
    article.publish(by=by, override="A test.")


if __name__ == "__main__":
    main(*sys.argv[1:])
