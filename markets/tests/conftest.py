from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client

from markets import asking, sample
from markets import ticker as strip
from markets.tests.factories import MONDAY
from portal.tests.again import again
from portal.tests.world import World

MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.fixture(autouse=True)
def monday_noon():
    """It is Monday 23 November 2026, 12:00 in Moscow, and no ticker is remembered."""
    strip._shown.clear()
    strip._broken = False
    with time_machine.travel(datetime(2026, 11, 23, 12, tzinfo=MOSCOW), tick=False) as clock:
        yield clock


@pytest.fixture
def instruments(db):
    """The seven instruments of a new installation, without values."""
    again("instruments", lambda: call_command("loaddata", "fixtures/instruments.json", verbosity=0))


@pytest.fixture
def seeded(instruments, monkeypatch):
    """The same with two years of sample values, which are written sooner than five."""
    monkeypatch.setattr(sample, "YEARS", 2)
    again("two years", lambda: sample.load(MONDAY))


@pytest.fixture
def five_years(instruments):
    again("five years", lambda: sample.load(MONDAY))


@pytest.fixture
def market_editor(django_user_model, db):
    return django_user_model.objects.create_superuser("market-editor", password="correct horse")


@pytest.fixture
def member(db, django_user_model):
    """`member("Market editors", "anna")`: a client in which somebody of that role is logged in.

    The person is `client.user`. Without a role: somebody whom the admin lets in and no more.
    """
    again("groups", lambda: call_command("loaddata", "fixtures/groups.json", verbosity=0))

    def log_in(role="", name="anna"):
        user = django_user_model.objects.create_user(name, password="x", is_staff=True)
        if role:
            user.groups.add(Group.objects.get(name=role))
        client = Client()
        client.force_login(user)
        client.user = user
        return client

    return log_in


@pytest.fixture
def bank(instruments, settings, monkeypatch, tmp_path):
    """Every source is one server on loopback, a World; `bank.slept` notes the pauses not made."""
    sources = {key: one | {"base_url": ""} for key, one in settings.MARKETS["PROVIDERS"].items()}
    sources["eia"]["key"] = "s3cret-key"
    open_way = asking.client_for
    with World() as world:
        world.slept = []
        for one in sources.values():
            one["base_url"] = world.address
        settings.MARKETS = settings.MARKETS | {"PROVIDERS": sources, "ALLOW_LOOPBACK": True}
        settings.VAR_DIR = tmp_path  # where the locks lie
        quick = {
            "sleep": world.slept.append,
            "read": 0.3,
            "total": 1,
            "jitter": lambda _l, high: high,
        }
        monkeypatch.setattr(asking, "client_for", lambda provider: open_way(provider, **quick))
        yield world
