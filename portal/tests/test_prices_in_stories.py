"""Where story and instrument meet: prices frozen at first publication, beside those of now."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone
from django.utils.html import strip_tags

from markets.models import Instrument, Observation, Reading, Series, Source
from news.models import Article, Mention
from news.publishing import freeze_prices
from news.tests.factories import make_article

CHIP = '<p>With <span data-instrument="brent">Brent</span> so low.</p>'


@pytest.fixture(autouse=True)
def _afternoon():
    """An hour ago is the same day, whenever these tests are run."""
    with time_machine.travel(timezone.localtime().replace(hour=15)):
        yield


@pytest.fixture
def brent(base):
    return Instrument.objects.get(code="brent")


def publish(value, day=None, source="eia", code="brent"):
    """A value of a day (default: today) as its source publishes it now; returns the row."""
    series = Series.objects.get(instrument__code=code, source__key=source)
    reading = Reading(day or timezone.localdate(), Decimal(value))
    return Observation.objects.record(series, [reading], guard=False)[0]


def ago(days):
    return timezone.localdate() - timedelta(days=days)


def named(article, code="brent"):
    one = Instrument.objects.get(code=code)
    return Mention.objects.create(article=article, instrument=one)


def frozen(article):
    return article.mentions.get(instrument__code="brent").observation


def words(client, article):
    page = client.get(article.get_absolute_url()).content.decode()
    return re.sub(r"\s+", " ", strip_tags(page.partition("<main")[2].replace("<span", " <span")))


def test_a_draft_freezes_nothing(brent):
    publish("58.45")
    article = make_article(status="draft", published_at=None)
    assert named(article).observation is None
    article.save()
    assert frozen(article) is None


def test_publication_freezes_the_value_in_force_and_nothing_changes_it(brent):
    first = publish("58.45")
    article = make_article(status="draft", published_at=None)
    named(article)
    article.status, article.published_at = Article.Status.PUBLISHED, timezone.now()
    article.save()
    assert frozen(article) == first
    publish("59.00")  # a revision of the same day
    publish("60.00", ago(-1))
    article.headline = "Another headline"
    article.save()
    freeze_prices()
    assert frozen(article) == first


def test_publishing_again_at_another_hour_keeps_the_value_of_the_first_time(brent):
    first = publish("57.72", ago(3))
    article = make_article(published_at=timezone.now() - timedelta(days=2))
    named(article)
    assert frozen(article) == first
    publish("58.45")
    article.status, article.withdrawal_reason = Article.Status.WITHDRAWN, "An error."
    article.save()
    article.status, article.published_at = Article.Status.PUBLISHED, timezone.now()
    article.save()
    assert frozen(article) == first


def test_the_value_of_the_first_hour_is_frozen_before_the_hour_is_changed(brent):
    """It came out by the clock, nobody froze it, and now its hour is edited."""
    first = publish("57.72", ago(3))
    publish("58.45")
    article = make_article(published_at=timezone.now() - timedelta(days=2))
    Mention.objects.bulk_create([Mention(article=article, instrument=brent)])
    article.published_at = timezone.now()
    article.save()
    assert frozen(article) == first


def test_a_scheduled_story_takes_the_value_in_force_at_its_hour(brent):
    publish("57.72", ago(1))
    article = make_article(status="scheduled", published_at=timezone.now() + timedelta(minutes=5))
    named(article)
    assert freeze_prices() == 0 and frozen(article) is None
    at_its_hour = publish("58.45")
    Article.objects.filter(pk=article.pk).update(published_at=timezone.now())
    assert freeze_prices() == 1
    assert frozen(article) == at_its_hour
    assert freeze_prices() == 0


def test_what_was_learned_after_the_hour_does_not_count(brent):
    """A dead clock freezes late: the revision that came in between is not what readers saw."""
    hour = timezone.now() - timedelta(minutes=30)
    with time_machine.travel(hour, tick=False):
        seen = publish("58.45")
        article = make_article(published_at=hour + timedelta(minutes=1), status="scheduled")
        named(article)
    revised = publish("59.00")
    freeze_prices()
    assert frozen(article).pk == seen.pk != revised.pk


def test_tomorrows_rate_is_not_todays_price(base):
    today = publish("64.3008", source="cbr", code="usd-rub")
    publish("65.0000", ago(-1), source="cbr", code="usd-rub")
    assert named(make_article(), "usd-rub").observation == today


def test_a_story_older_than_every_value_has_none_to_show(brent, client):
    publish("58.45")
    article = make_article(published_at=timezone.now() - timedelta(days=30))
    assert named(article).observation is None
    shown = words(client, article)
    assert "58.45" in shown and "when published" not in shown


def test_an_instrument_named_after_publication_gets_the_value_of_publication(brent):
    first = publish("57.72", ago(3))
    publish("58.45")
    assert named(make_article(published_at=timezone.now() - timedelta(days=2))).observation == first


def test_a_mention_turned_to_another_instrument_does_not_keep_its_value(brent):
    publish("58.45")
    dollar = publish("64.3008", source="cbr", code="usd-rub")
    mention = named(make_article())
    mention.instrument = Instrument.objects.get(code="usd-rub")
    mention.save()
    assert mention.observation == dollar


def test_a_chip_in_the_text_makes_a_mention(brent):
    first = publish("58.45")
    article = make_article(body=CHIP)
    assert frozen(article) == first
    article.save()
    assert article.mentions.count() == 1


def test_a_form_may_name_what_a_chip_has_named(brent):
    """In the admin the lines are saved after the text: no second mention, no error."""
    first = publish("58.45")
    article = make_article(body=CHIP)
    Mention(article=article, instrument=brent, position=1).save()
    assert list(article.mentions.values_list("position", "observation")) == [(1, first.pk)]


def test_the_page_shows_then_and_now_with_days_and_source(brent, client):
    publish("57.72", ago(3))
    article = make_article(body=CHIP, published_at=timezone.now() - timedelta(days=2))
    publish("58.45", ago(0))
    shown = words(client, article)
    box = shown.partition("Prices in this story")[2]
    for text in ("BRENT", "up +1.26%", "when published 57.72", "58.45", "U.S. Energy Information"):
        assert text in box, text
    html = client.get(article.get_absolute_url()).content.decode()
    (chip,) = re.findall(r'<a class="chip".*?</a>', html)
    assert f'datetime="{ago(3)}"' in chip and 'href="/markets/brent/"' in chip
    text = re.sub(r"\s+", " ", strip_tags(chip))
    assert text.startswith("BRENT 57.72 when published, ") and "→ 58.45 now" in text
    assert text.endswith("up +1.26%")
    assert "so low" in shown


def test_a_change_across_two_sources_is_not_shown_but_both_sources_are(brent, client):
    publish("57.72", ago(3), source="fred")
    article = make_article(body=CHIP, published_at=timezone.now() - timedelta(days=2))
    publish("58.45", ago(0), source="eia")
    box = words(client, article).partition("Prices in this story")[2].partition("Latest")[0]
    assert "57.72" in box and "58.45" in box and "%" not in box
    assert "FRED" in box and "→ U.S. Energy Information" in box


def test_an_old_value_now_has_its_day_and_no_change(brent, client):
    publish("57.72", ago(90))
    article = make_article(body=CHIP, published_at=timezone.now() - timedelta(days=89))
    publish("58.45", ago(60))
    html = client.get(article.get_absolute_url()).content.decode()
    (chip,) = re.findall(r'<a class="chip".*?</a>', html)
    assert f'datetime="{ago(60)}"' in chip and "%" not in chip and "now" not in strip_tags(chip)


def test_unknown_and_unpriced_instruments_are_plain_words(brent, client):
    gold, oil = (
        f'<span data-instrument="{code}">{said}</span>'
        for code, said in (("gold", "gold"), ("brent", "oil"))
    )
    shown = words(client, make_article(body=f"<p>Of {gold} and {oil}.</p>"))
    assert "Of gold and oil." in shown and "Prices in this story" not in shown


def test_hostile_names_stay_text_in_chips_and_box(brent, client):
    publish("58.45")
    Instrument.objects.filter(pk=brent.pk).update(label_en="<script>x", unit_en="<img src=x>")
    Source.objects.update(name_en="<script>y")
    html = client.get(make_article(body=CHIP).get_absolute_url()).content.decode()
    assert "<script>x" not in html and "<script>y" not in html and "<img src=x" not in html


@pytest.mark.django_db(transaction=True)  # within one, nothing is kept that pages share
def test_many_chips_cost_no_further_query(brent, client, django_assert_max_num_queries):
    publish("58.45")
    publish("64.3008", source="cbr", code="usd-rub")
    publish("69.4191", source="cbr", code="eur-rub")
    codes = ["brent", "usd-rub", "eur-rub"]
    chips = "".join(f'<p><span data-instrument="{code}">x</span></p>' for code in codes * 5)
    article = make_article(body=chips)
    client.get(make_article().get_absolute_url())
    with django_assert_max_num_queries(8):
        html = client.get(article.get_absolute_url()).content.decode()
    assert html.count('class="chip"') == 15
