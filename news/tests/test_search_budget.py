"""A search asks at most six questions, whatever was typed and whatever it finds."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from markets import sample
from markets.models import Instrument
from news.models import SearchRow
from news.search import finding
from news.search.deadline import TooSlow
from news.tests.factories import make_article, make_author, make_section, make_source, make_tag
from portal.lib import topics

MOST = 6
NARROW = [
    {},
    {"section": "fuel", "author": "Zhandosova", "from": "2020-01-01", "kind": "news"},
    {"lang": "all"},
    {"order": "newest"},
    {"page": "1"},
]
# What is typed, in English and in Russian.
TYPED = {
    "every word": ["ozokerite lamps", "озокерит"],
    "nothing": ["xyzzyq", "ъыъыъыъ"],
    "a slip": ["ozokxrite", "озокеррит"],
    "the other keyboard": ["jpjrthbn", "ytantghjdjl"],
    "the other keyboard and a slip": ["jpjrthbnt kfvgs rope", "ytantghjdlk jpjrthbn"],
    "three words, one a slip": ["ozokerite lamps zepelins", "озокерит лампы дирежабль"],
    "three words, one nowhere": ["ozokerite lamps qwvxz", "озокерит лампы ъыъыъыъ"],
    "many slips": ["ozokxrite lamqs zepelins harbuor rqpe -gas"] * 2,
    "a hyphen": ["ozokerite-heated lamps", "озокерит-лампы нефть"],
    "a phrase": ['"lamps ozokerite zeppelins"', '"лампы озокерит"'],
    "a price": ["brent", "нефть"],
    "a price the ticker does not show": ["auction", "auction"],
    "and three words, one a slip": ["ozokerite auctiom price"] * 2,
    "a section": ["fuel", "топливо"],
    "an author": ["zhandosova", "zhandosova"],
    "signs": ["% & *", "-"],
}


@pytest.fixture
def newsroom(transactional_db, monkeypatch):
    """Real transactions, as a web process has them: what all pages share is kept."""
    call_command("seed_base", verbosity=0)
    sample.load(timezone.localdate())
    name = "Ozokerite auction"  # of a price that the ticker does not show
    assert Instrument.objects.filter(code="cny-rub", slots=None).update(name_en=name, name_ru=name)
    section, author = make_section(), make_author("Q. Zhandosova")
    more = {"section": section, "authors": [author], "tags": [make_tag()], "source": make_source()}
    for code, text in (
        ("en", "Ozokerite lamps for zeppelins: the auction, the price"),
        ("ru", "Озокерит, лампы, дирижабль, нефтепровод: ozokerite auction price"),
    ):
        for hours in range(1, 4):
            at = timezone.now() - timedelta(hours=hours)
            story = make_article(headline=text, language=code, published_at=at, **more)
            SearchRow.objects.index(story)
    # Every process looks at the topics now and then; counted is the look that a page needs. And no
    # hour strikes while it is made.
    monkeypatch.setattr(topics, "LOOK_SECONDS", 600)
    monkeypatch.setattr(topics, "_boundaries", {})


@contextmanager
def questions():
    """The questions to the database, without what sets a limit of time."""
    asked = []
    with CaptureQueriesContext(connection) as queries:
        yield asked
    limits = ("SAVEPOINT", "RELEASE SAVEPOINT", "SET LOCAL enable_seqscan = on")
    asked += [one["sql"] for one in queries if not one["sql"].startswith(limits)]


def test_a_search_asks_at_most_six_questions_whatever_was_typed(newsroom, client):
    too_many, seen = {}, set()
    for path in ("/search/", "/ru/search/"):
        for name, typed in TYPED.items():
            for narrow in NARROW:
                words = {"q": typed[path != "/search/"], **narrow}
                client.get(path, {"q": words["q"]})  # the prices of this state are shared
                with questions() as asked:
                    response = client.get(path, words)
                context = response.context
                seen.add((context["is_near"], bool(context["meant"]), bool(context["places"])))
                seen |= {"price"} if "Ozokerite auction</a>" in response.text else set()
                if len(asked) > MOST:
                    too_many[path, name, str(narrow)] = asked
    assert {name: len(asked) for name, asked in too_many.items()} == {}
    assert {"price", (True, True, False), (False, False, True)} <= seen


def test_a_search_without_time_asks_no_more(newsroom, client, monkeypatch):
    client.get("/search/?q=ozokerite")
    rows, slow = finding._rows, []

    def slow_at_first(*args, **options):
        found = rows(*args, **options)
        slow.append(len(slow) % 2 == 0)
        if slow[-1]:
            raise TooSlow
        return found

    monkeypatch.setattr(finding, "_rows", slow_at_first)
    for narrow in NARROW:
        with questions() as asked:
            context = client.get("/search/", {"q": "ozokerite", **narrow}).context
        assert context["is_hasty"]
        assert context["page"].count
        assert len(asked) <= MOST, asked
