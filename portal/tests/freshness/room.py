"""A newsroom at work: the verbs people use, on a site of which readers have every page open.

Each change is a generator. It sets the scene and yields a Scene; taken further it does the act and
yields the hour at which readers are to see it, or None for "now"; then it tidies up.
"""

import itertools
import math
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import Group
from django.db.models import F
from django.utils import timezone

from markets.models import Instrument, Observation, Reading
from news import arranging
from news.arranging import Pin
from news.models import Author, FrontSlot, Policy, Section, Source, Tag
from news.tests.factories import make_article
from portal.lib import numbers
from portal.models import Banner, Topic, User
from portal.tests.serving import ROOT, environment
from portal.tests.site import make_site

PASSWORD = "secret-for-tests"
SOON = 1.9  # seconds: long enough to commit, to look round and to be early
_syllables = itertools.cycle(random.Random(70).sample("bdfglmnprtvz", 12))


def word():
    """A word that no page has, with no other such word in it."""
    return "q" + "".join(next(_syllables) + random.choice("aeiou") for _number in range(5)) + "q"


def soon():
    """A whole second that comes after SOON."""
    return datetime.fromtimestamp(math.ceil(timezone.now().timestamp() + SOON), UTC)


@dataclass(frozen=True)
class Scene:
    """The story that readers have open; words that readers see before and after."""

    story: object
    old: str = ""
    new: str = ""


class Room:
    def __init__(self, database_url):
        self.database_url = database_url
        make_site()
        self.chief = User.objects.create_user("chief", password=PASSWORD, is_staff=True)
        self.chief.groups.add(Group.objects.get(name="Chief editors"))
        self.names = {
            "section": Section.objects.get(slug="shared"),
            "source": Source.objects.get(slug="shared"),
        }
        self.people = {
            "authors": [Author.objects.get(slug="shared")],
            "tags": [Tag.objects.get(slug="shared")],
        }

    def story(self, headline, **changes):
        """The newest story, listed everywhere. Its lead has a word that never changes.

        Out for a second: dates are told in seconds, and what follows is to have another one.
        """
        out = timezone.now() - timedelta(seconds=1)
        fields = {"published_at": out, **self.names, **changes}
        key = word()
        story = make_article(
            **self.people, headline=f"The {headline} depot opens", lead=f"So says {key}.", **fields
        )
        story.key = key
        return story

    def arrange(self, *pins):
        """Save the front of the English edition: the lead, then the second stories."""
        places = [*pins, *[None] * (len(arranging.PLACES) - len(pins))]
        base = arranging.version(arranging.latest("en"))
        return arranging.save("en", places, by=self.chief, base=base)

    def clear_front(self):
        FrontSlot.objects.filter(language="en").delete()

    def touch_all(self):
        """Nothing that is kept is good any more."""
        Topic.objects.update(token=F("token") + 1)
        time.sleep(0.8)

    # What is done -------------------------------------------------------------------------------

    def publish(self):
        story = self.story(new := word(), status="draft", published_at=None)
        yield Scene(story, new=new)
        story.publish(by=self.chief, override="A test.")
        yield

    def publish_and_die(self):
        story = self.story(new := word(), status="draft", published_at=None)
        yield Scene(story, new=new)
        command = [sys.executable, "-m", "portal.tests.freshness.dying", story.pk, self.chief.pk]
        env = environment(settings.VAR_DIR, DATABASE_URL=self.database_url)
        done = subprocess.run(list(map(str, command)), cwd=ROOT, env=env)
        assert done.returncode == -signal.SIGKILL
        story.refresh_from_db()
        assert story.is_out
        yield

    def edit(self):
        old, new = word(), word()
        yield Scene(story := self.story(old, slug="depot"), old, new)
        content = story.working() | {"headline": f"The {new} depot opens"}
        story.edit(content, by=self.chief, base=story.version)
        story.publish_changes(by=self.chief, override="A test.")
        yield

    def correct(self):
        yield Scene(story := self.story(word()), new=(new := word()))
        story.correct(kind="correction", text=f"Nine tanks, not {new}.", by=self.chief)
        yield

    def withdraw(self):
        yield Scene(story := self.story(old := word()), old)
        story.withdraw(by=self.chief, note="It was another depot.")
        yield

    def expire(self):
        yield Scene(story := self.story(old := word()), old)
        story.set_expiry(at := soon(), by=self.chief)
        yield at

    def schedule(self):
        story = self.story(new := word(), status="draft", published_at=None)
        yield Scene(story, new=new)
        story.schedule(by=self.chief, at=(at := soon()), override="A test.")
        yield at

    def pin_ends(self):
        story, later = self.story(word()), soon() + timedelta(hours=1)
        self.arrange(Pin(story.pk, headline=(old := word()), until=later))
        yield Scene(story, old)
        self.arrange(Pin(story.pk, headline=old, until=(at := soon())))
        yield at
        self.clear_front()

    def slot_moved(self):
        story, other = self.story(word()), self.story(word())
        old, new = word(), word()
        self.arrange(Pin(story.pk, headline=old), Pin(other.pk))
        yield Scene(story, old, new)
        self.arrange(Pin(other.pk), Pin(story.pk, headline=new))
        yield
        self.clear_front()

    def tag_renamed(self):
        story = self.story(word())
        yield from self._rename(self.people["tags"][0], story)

    def author_renamed(self):
        story = self.story(word())
        yield from self._rename(self.people["authors"][0], story)

    def section_renamed(self):
        story = self.story(word())
        yield from self._rename(self.names["section"], story)

    def _rename(self, row, story):
        row.name_en = (old := word())
        row.save()
        yield Scene(story, old, new := word())
        row.name_en = new
        row.save()
        yield

    def quote(self):
        dollar = Instrument.objects.get(code="usd-rub")
        series = dollar.series.get(source__key="sample")
        last = Observation.objects.filter(series=series).order_by("-as_of", "-rev").first()
        value = last.value + random.randint(100, 900) / (numbers.Decimal(10_000))
        yield Scene(self.story(word()), f"{last.value:.4f}", f"{value:.4f}")
        Observation.objects.record(series, [Reading(last.as_of, value, raw=str(value))])
        yield

    def banner_on(self):
        yield Scene(self.story(word()), new=(new := word()))
        ends_at = timezone.now() + timedelta(hours=1)
        banner = Banner.objects.create(text_en=f"The {new} pipeline stands", ends_at=ends_at)
        yield
        banner.end()

    def banner_off(self):
        ends_at = timezone.now() + timedelta(hours=1)
        banner = Banner.objects.create(text_en=(old := word()), ends_at=ends_at)
        yield Scene(self.story(word()), old)
        banner.end()
        yield

    def banner_ends(self):
        later = soon() + timedelta(hours=1)
        banner = Banner.objects.create(text_en=(old := word()), ends_at=later)
        yield Scene(self.story(word()), old)
        banner.ends_at = at = soon()
        banner.save()
        yield at

    def policy_edited(self):
        policy = Policy.objects.in_force("en").get(slug="about")
        policy.body = f"<p>{(old := word())}</p>"
        policy.save()
        yield Scene(self.story(word()), old, new := word())
        policy.body = f"<p>{new}</p>"
        policy.save()
        yield
