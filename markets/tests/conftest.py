from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command

from markets import sample
from markets import ticker as strip
from markets.tests.factories import MONDAY

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
    call_command("loaddata", "fixtures/instruments.json", verbosity=0)


@pytest.fixture
def seeded(instruments, monkeypatch):
    """The same with two years of sample values, which are written sooner than five."""
    monkeypatch.setattr(sample, "YEARS", 2)
    sample.load(MONDAY)


@pytest.fixture
def five_years(instruments):
    sample.load(MONDAY)


@pytest.fixture
def market_editor(django_user_model, db):
    return django_user_model.objects.create_superuser("market-editor", password="correct horse")
