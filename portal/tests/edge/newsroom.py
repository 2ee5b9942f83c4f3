"""A process of its own that does what newsrooms do, over the same database as the nodes.

Run as a script it reads deeds from its input, one JSON line each, and answers with one line.
"""

import json
import subprocess
import sys
from contextlib import contextmanager, suppress

if __name__ == "__main__":
    import django

    django.setup()

from portal.tests.edge.nginx import ROOT
from portal.tests.serving import environment


def publish(headline):
    from news.models import Article
    from news.tests.factories import make_article

    story = make_article(headline=headline, status=Article.Status.DRAFT, published_at=None)
    story.publish(by=_chief(), override="for the test")
    return [story.pk, story.get_absolute_url()]


def schedule(headline, hour):
    """A story that goes out at a POSIX time."""
    from datetime import UTC, datetime

    from news.tests.factories import make_article

    at = datetime.fromtimestamp(hour, UTC)
    story = make_article(headline=headline, status="scheduled", published_at=at)
    return [story.pk, story.get_absolute_url()]


def withdraw(pk):
    from news.models import Article

    Article.objects.get(pk=pk).withdraw(by=_chief(), note="for the test")


def quote():
    """The next value of the first instrument of the ticker, a tenth of a percent higher."""
    from markets.models import Observation, Reading, TickerSlot

    slot = TickerSlot.objects.order_by("position").first()
    known = Observation.objects.accepted().filter(series__instrument=slot.instrument)
    last = known.order_by("-as_of", "-rev").first()
    reading = Reading(last.as_of, round(last.value * 1001 / 1000, 4), last.nominal, raw="test")
    assert Observation.objects.record(last.series, [reading], guard=False)


def session(username):
    """The cookie of somebody who is logged in."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from portal.models import User

    user = User.objects.get(username=username)
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return store.session_key


def _chief():
    from portal.models import User

    return User.objects.get(username="chief")


DEEDS = {deed.__name__: deed for deed in (publish, schedule, withdraw, quote, session)}


class Newsroom:
    def __init__(self, process):
        self.process = process

    def does(self, deed, *told):
        self.process.stdin.write(json.dumps([deed, *told]) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"{deed} broke"
        return json.loads(line)


@contextmanager
def newsroom(folder, **changes):
    env = environment(folder, DJANGO_SETTINGS_MODULE="portal.settings", **changes)
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.tests.edge.newsroom"],
        cwd=ROOT,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Newsroom(process)
    finally:
        with suppress(BrokenPipeError):
            process.stdin.close()
        process.wait(timeout=10)


if __name__ == "__main__":
    for line in sys.stdin:
        name, *told = json.loads(line)
        print(json.dumps(DEEDS[name](*told)), flush=True)
