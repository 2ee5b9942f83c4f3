"""Who may look at the market desk and who may act there: by the pages, and past them by POST."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from markets import fetching
from markets.models import (
    FetchRun,
    Holiday,
    Instrument,
    Observation,
    Override,
    Region,
    Series,
    Source,
    State,
    TickerSlot,
)
from markets.tests.factories import MONDAY, record

ROOT = f"/{settings.ADMIN_PATH}/markets/"
LOOKERS = ("Reporters", "Editors", "Chief editors")


@pytest.fixture
def stage(instruments, django_user_model, monkeypatch):
    """A held dollar, a fetch, a manual value: something to act upon."""
    monkeypatch.setattr(fetching, "start_queued", lambda: None)
    author = django_user_model.objects.create_user("author", password="x")
    dollar = Series.objects.get(instrument__code="usd-rub", source__key="cbr")
    record(dollar, MONDAY - timedelta(days=3), "64.30")
    (held,) = record(dollar, MONDAY, "90", entered_by=author)
    FetchRun.objects.create(source=dollar.source, status="ok")
    Override.objects.create(
        instrument=Instrument.objects.get(code="brent"),
        value=60,
        as_of=MONDAY,
        reason="late",
        expires_at=timezone.now() + timedelta(hours=5),
        entered_by=author,
    )
    return held


def acts(held):
    """{name: (path, fields)}: everything the desk lets somebody do."""
    fuel = Series.objects.get(instrument__code="fuel-ai92-ru", source__key="editorial")
    brent = Instrument.objects.get(code="brent")
    bank, slot = Source.objects.get(key="cbr"), TickerSlot.objects.get(position=2)
    return {
        "type fuel prices": (
            "fuelprice/",
            {"as_of": "2026-11-23", f"price-{fuel.pk}": "42", "_save": ""},
        ),
        "type a value": (
            "observation/add/",
            {"series": fuel.pk, "as_of": "2026-11-23", "value": "42", "nominal": "1"},
        ),
        "import a file": ("observation/import/", {"source": fuel.source_id}),
        "accept": (f"heldquote/{held.pk}/change/", {"decision": "accept"}),
        "accept several": ("heldquote/", {"action": "accept", "_selected_action": [held.pk]}),
        "fetch now": (f"fetchrun/fetch/{bank.pk}/", {}),
        "set a manual value": (
            "override/add/",
            {
                **{"instrument": slot.instrument_id, "value": "70", "as_of": "2026-11-23"},
                **{"reason": "late", "expires_at_0": "2026-11-24", "expires_at_1": "12:00"},
            },
        ),
        "end a manual value": (f"override/{Override.objects.get().pk}/end/", {}),
        "move in the ticker": (f"tickerslot/{slot.pk}/move/up/", {}),
        "add a region": (
            "region/add/",
            {"code": "uz", "name_en": "Uzbekistan", "currency": "UZS", "position": "30"},
        ),
        "add a holiday": ("holiday/add/", {"calendar": "cbr", "day": "2026-12-31", "name": "Eve"}),
        "add a slot": (
            "tickerslot/add/",
            {"language": "ru", "position": "9", "instrument": brent.pk},
        ),
    }


def picture():
    """All that an act could have changed."""
    return (
        list(Observation.objects.order_by("pk").values_list("pk", "state")),
        list(FetchRun.objects.order_by("pk").values_list("pk", "status")),
        list(Override.objects.order_by("pk").values_list("pk", "expires_at")),
        list(TickerSlot.objects.order_by("pk").values_list("pk", "position")),
        list(Region.objects.order_by("pk").values_list("code")),
        Holiday.objects.count(),
    )


ACTS = [
    *("type fuel prices", "type a value", "import a file", "accept", "accept several"),
    *("fetch now", "set a manual value", "end a manual value", "move in the ticker"),
    *("add a region", "add a holiday", "add a slot"),
]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", [*LOOKERS, "Administrators", ""])
def test_nobody_but_a_market_editor_acts_even_past_the_pages(stage, member, role, act):
    path, fields = acts(stage)[act]
    before = picture()
    response = member(role).post(ROOT + path, fields)
    # Of an action nobody offered them Django shows the list again; everything else is refused.
    assert response.status_code in ((200, 302, 403) if act == "accept several" else (302, 403))
    assert picture() == before


@pytest.mark.parametrize("act", sorted(set(ACTS) - {"import a file"}))
def test_a_market_editor_does_each_of_them(stage, member, act):
    path, fields = acts(stage)[act]
    before = picture()
    response = member("Market editors").post(ROOT + path, fields)
    assert response.status_code == 302, response.content.decode()
    assert picture() != before


def test_a_stranger_is_sent_to_the_login(stage, client):
    before = picture()
    for path, fields in acts(stage).values():
        response = client.post(ROOT + path, fields)
        assert response.status_code == 302 and "/login/" in response["Location"], path
    assert picture() == before


@pytest.mark.parametrize("role", LOOKERS)
def test_who_reports_may_look(stage, member, role):
    client = member(role)
    override = Override.objects.get()
    pages = {
        "fuelprice/": "AI-92",
        "observation/": "usd-rub",
        "heldquote/": "90.0000",
        f"heldquote/{stage.pk}/change/": "+39.97%",
        "fetchrun/": "Bank of Russia",
        f"override/{override.pk}/change/": "late",
        "instrument/": "Brent",
    }
    for path, text in pages.items():
        page = client.get(ROOT + path)
        assert page.status_code == 200, path
        html = page.content.decode()
        assert text in html, path
        for button in (
            "data-price",
            'value="accept"',
            "Fetch now</button>",
            "End it now",
            "formaction",
        ):
            assert button not in html, (path, button)


def test_whom_no_role_lets_look_sees_nothing_of_it(stage, member):
    client = member()
    for path in ("fuelprice/", "observation/import/", "heldquote/", "fetchrun/", "override/"):
        assert client.get(ROOT + path).status_code == 403, path
    assert client.get(f"{ROOT}heldquote/{stage.pk}/change/").status_code == 403
    assert client.get(f"{ROOT}instrument/example/").status_code == 403
    assert "fuelprice" not in client.get(f"/{settings.ADMIN_PATH}/").content.decode()


def test_every_act_needs_the_token_of_the_form(stage, member, settings):
    from django.test import Client

    member("Market editors", "vera")
    before = picture()
    strict = Client(enforce_csrf_checks=True)
    strict.login(username="vera", password="x")
    for path, fields in acts(stage).values():
        assert strict.post(ROOT + path, fields).status_code == 403, path
    assert picture() == before


def test_the_roles_hold_no_right_to_rewrite_history(stage, member):
    user = member("Market editors").user
    for right in ("change_observation", "delete_observation", "delete_override", "change_fetchrun"):
        assert not user.has_perm(f"markets.{right}")
    assert Observation.objects.get(pk=stage.pk).state == State.HELD
