"""What the newsroom's pages cost over many stories: questions to the database and seconds of CPU.

    VAR_DIR=/tmp/many python -m bench.filling 100000
    VAR_DIR=/tmp/many python -m bench.newsroom

Each page is asked for by Django's test client, as an editor; the median of ROUNDS is told. A save
writes a word into the newest story, its search row included. The exit code is 1 where a page is
over its limit, or counts the whole table.
"""

import os
import re
import statistics
import sys
import time

import django

ROUNDS = 7
LIST = "/admin/news/article/"
FORM = "/admin/news/article/{pk}/change/"
# page: (address, most questions, most seconds of CPU); None: no limit was set
PAGES = {
    "desk": ("/admin/", None, None),
    "list": (LIST, 15, 0.35),
    "list, page 20": (f"{LIST}?p=20", 15, 0.35),
    "search, a rare word": (f"{LIST}?q=kumkol", 15, 0.35),
    "search, a common word": (f"{LIST}?q=oil", 15, 0.35),
    "filter, status": (f"{LIST}?status__exact=draft", 15, 0.35),
    "filter, language and section": (f"{LIST}?language__exact=ru&section__id__exact=1", 15, 0.35),
    "filter, out of date": (f"{LIST}?work=behind", 15, 0.35),
    "form": (FORM, 30, None),
    "save": (FORM, 40, None),
    "export of the whole list": (f"{LIST}export/", None, None),
}
COUNTS_ALL = re.compile(r'COUNT\(\*\) AS "\w+" FROM "news_article"(?! LIMIT)[^()]*$')


def main():
    from news.models import Article
    from portal.models import User

    client = _client(User.objects.get(username="editor"))
    newest = Article.objects.published().in_language("en").newest()
    pk = newest.values_list("pk", flat=True)[0]
    print(f"{Article.objects.count():,} stories\n{'':32}{'queries':>8}{'CPU s':>8}")
    good = True
    for name, (path, most, seconds) in PAGES.items():
        path = path.format(pk=pk)
        questions, cpu = _cost(lambda path=path, name=name: _act(client, name, path))
        kept = (most is None or len(questions) <= most) and (seconds is None or cpu <= seconds)
        kept = kept and not any(COUNTS_ALL.search(sql) for sql in questions)
        print(f"{name:32}{len(questions):>8}{cpu:>8.3f}{'' if kept else '  over its limit'}")
        good = good and kept
    return 0 if good else 1


def _client(user):
    from django.conf import settings
    from django.test import Client
    from django.test.utils import setup_test_environment

    setup_test_environment()
    settings.SESSION_COOKIE_SECURE = settings.SECURE_SSL_REDIRECT = False
    client = Client()
    client.force_login(user)
    return client


def _act(client, name, path):
    """What one round does, prepared: a function."""
    if name != "save":
        return lambda: client.get(path)
    from news.tests.desk import form_of

    fields = form_of(client.get(path)).fields | {"kicker": f"Measured {time.time_ns()}"}
    sent = {name: value for name, value in fields.items() if value is not None}
    return lambda: client.post(path, sent)


def _cost(prepare):
    """(SQL of the last round without savepoints, median seconds of CPU)."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    spent = []
    for _round in range(ROUNDS + 1):  # the first one warms up
        act = prepare()
        with CaptureQueriesContext(connection) as queries:
            began = time.process_time()
            answer = act()
            answer.getvalue()  # a stream is read to its end
            spent.append(time.process_time() - began)
        if answer.status_code not in {200, 302}:
            sys.exit(f"the page answered {answer.status_code}: {answer}")
    questions = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    return questions, statistics.median(spent[1:])


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    sys.exit(main())
