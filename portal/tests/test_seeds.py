"""Seeds: an empty database becomes a newsroom, twice is once, nothing of an editor is lost."""

import json

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from markets import ticker
from markets.models import Instrument, Observation, TickerSlot
from news.models import Article, Author, Byline, Correction, FrontSlot, Picture, Section
from portal import seeding
from portal.models import Notice, User

VALUES = {
    "usd-rub": "64.3008",
    "eur-rub": "69.4191",
    "brent": "58.45",
    "fuel-ai92-ru": "42.43",
    "fuel-ai95-ru": "46.32",
    "fuel-ai98-ru": "52.1",
    "fuel-diesel-ru": "48.21",
}
INSTRUMENTS = 16


def counts():
    models = (Article, Author, Byline, Correction, FrontSlot, Picture, Section, Observation)
    return {model.__name__: model.objects.count() for model in (*models, User, Notice, TickerSlot)}


def test_the_demo_is_a_whole_newsroom_and_loading_it_twice_changes_nothing(demo):
    public = Article.objects.published()
    by_language = {code: public.in_language(code).count() for code in ("en", "ru", "kk")}
    assert by_language["en"] >= 40
    assert by_language["ru"] >= 14
    assert by_language["kk"] >= 6
    assert Section.objects.count() == 8
    assert Author.objects.count() == 10
    assert {kind for kind, _name in Article.Kind.choices} == set(
        public.values_list("kind", flat=True)
    )
    assert set(Article.objects.values_list("status", flat=True)) == set(Article.Status.values)

    before = counts()
    call_command("seed_demo", verbosity=0)
    assert counts() == before

    lead = FrontSlot.objects.get(language="en", zone="lead").article
    assert ticker.ticker_text("en") == (
        "USD 64.3008  EUR 69.4191  BRENT 58.45  AI-92 42.43  AI-95 46.32  AI-98 52.1  Diesel 48.21"
    )
    for code, value in VALUES.items():
        assert Instrument.objects.get(code=code).latest().value == seeding_decimal(value)
    assert set(
        Observation.objects.values_list("series__source__name_en", flat=True).distinct()
    ) == {"Sample data"}

    # Translations of one story share its mark.
    shared = Article.objects.filter(story=lead.story)
    assert shared.count() == 1
    grid = Article.objects.get(language="en", headline__startswith="A grid built for summer")
    assert set(Article.objects.filter(story=grid.story).values_list("language", flat=True)) == {
        "en",
        "ru",
        "kk",
    }

    # What an editor has changed stays as the editor left it.
    Section.objects.filter(slug="fuel").update(name_en="Fuels")
    Article.objects.filter(pk=lead.pk).update(headline="A headline of ours")
    Instrument.objects.filter(code="brent").update(name_en="Brent, spot")
    FrontSlot.objects.filter(language="ru").exclude(zone="lead").delete()
    call_command("seed_demo", verbosity=0)
    assert Section.objects.get(slug="fuel").name_en == "Fuels"
    assert Article.objects.get(pk=lead.pk).headline == "A headline of ours"
    assert Instrument.objects.get(code="brent").name_en == "Brent, spot"
    assert FrontSlot.objects.filter(language="ru").count() == 1

    # One account for each role; each opens the newsroom.
    text = seeding.accounts_text("http://127.0.0.1:8000")
    for name, role in seeding.DEMO_ACCOUNTS.items():
        assert f"{name:<10} {role}" in text
        client = Client()
        assert client.login(username=name, password=seeding.DEMO_PASSWORD)
        assert client.get("/admin/").status_code == 200
        assert list(User.objects.get(username=name).groups.values_list("name", flat=True)) == [role]


def seeding_decimal(text):
    from decimal import Decimal

    return Decimal(text)


def test_the_base_has_roles_sections_and_instruments_but_no_story_and_no_quote(base):
    assert Section.objects.count() == 8
    assert Instrument.objects.count() == INSTRUMENTS
    assert not Article.objects.exists()
    assert not Observation.objects.exists()
    assert not User.objects.exists()
    call_command("seed_base", verbosity=0)
    assert Section.objects.count() == 8


def test_the_demo_with_its_known_passwords_is_refused_in_production(db, settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="not for ENVIRONMENT=production"):
        call_command("seed_demo")
    assert not User.objects.exists()


def test_the_demo_is_left_alone_where_there_are_stories(base, capsys):
    from news.tests.factories import make_article

    make_article()
    call_command("seed_demo", "--if-empty")
    assert "not loaded" in capsys.readouterr().out
    assert Article.objects.count() == 1


def test_every_fixture_is_loaddata_able_again_and_again(db):
    names = ["groups", "sections", "instruments", "holidays"]
    names += ["demo_authors", "demo_sources", "demo_tags", "demo_policies"]
    assert sorted(path.stem for path in seeding.FIXTURES.glob("*.json")) == sorted(names)
    for _time in range(2):
        call_command("loaddata", *[str(seeding.FIXTURES / f"{name}.json") for name in names])
    assert Author.objects.count() == 10
    assert Instrument.objects.count() == INSTRUMENTS


def test_every_demo_story_names_only_what_exists():
    pictures = {
        item["key"]
        for item in json.loads((seeding.FIXTURES / "demo" / "pictures.json").read_text())
    }
    stories = list((settings.BASE_DIR / "fixtures" / "demo" / "stories").rglob("*.html"))
    assert len(stories) >= 64
    for path in stories:
        meta, body = seeding.read_story(path)
        assert meta["key"] == path.stem
        assert meta["picture"] in pictures | {""}
        assert body.startswith("<p>")
