"""Who may open what in the admin, and what its long lists cost."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve
from django.utils import timezone

from news.models import Correction, FrontSlot, Mention, Policy
from news.tests.desk import client_of
from news.tests.factories import make_article, make_author, make_picture, make_source, make_tag
from portal.models import Banner, Notice, User

# Lists that grow with the years. Sections, slots, policies, accounts stay few.
LONG = ["article", "correction", "author", "tag", "source", "picture"]
# A sheet is one page in place of list and forms, with the rights of what is typed into it.
SHEETS = {"fuelprice": "observation"}


ROLES = ["Reporters", "Editors", "Chief editors", "Market editors", "Administrators", "superuser"]


@pytest.fixture(scope="module")
def _furnished(module_db):
    """One row of every model that the admin knows."""
    with module_db():
        call_command("seed_base", verbosity=0)
        author, source, tag = make_author(), make_source(), make_tag()
        article = make_article(
            authors=[author], source=source, tags=[tag], picture=make_picture(), section="fuel"
        )
        instrument = Mention._meta.get_field("instrument").related_model.objects.first()
        Mention.objects.create(article=article, instrument=instrument)
        Correction.objects.create(article=article, text="Nine tanks, not ten.")
        FrontSlot.objects.create(language="en", zone="lead", article=article)
        Policy.objects.create(slug="about", title="About", body="x")
        Notice.objects.create(text_en="A notice.")
        Banner.objects.create(text_en="Now.", ends_at=timezone.now() + timedelta(hours=1))
        _observe(instrument)
        for role in ROLES:
            user = User.objects.create_user(role.replace(" ", "-"), password="x", is_staff=True)
            if role == "superuser":
                user.is_superuser = True
                user.save()
            else:
                user.groups.add(Group.objects.get(name=role))
        return article


def _observe(instrument):
    """A source, a series and a value, without naming another room's classes."""
    series_model = instrument._meta.get_field("series").related_model
    source_model = series_model._meta.get_field("source").related_model
    observation_model = series_model._meta.get_field("observations").related_model
    source = source_model.objects.create(key="test", name_en="Test")
    series = series_model.objects.create(instrument=instrument, source=source, priority=50)
    today = timezone.localdate()
    observation_model.objects.create(series=series, as_of=today, value=1)
    observation_model.objects.create(
        series=series, as_of=today, value=9, rev=2, state="held", hold_reason="nine times the last"
    )
    source.runs.create()
    instrument.overrides.create(
        value=1,
        as_of=today,
        reason="the survey came by telephone",
        expires_at=timezone.now() + timedelta(hours=1),
        entered_by=User.objects.create_user("keeper"),
    )


@pytest.fixture
def furnished(_furnished, db):
    return _furnished


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_what_it_may_and_nothing_else(furnished, role):
    user = User.objects.get(username=role.replace(" ", "-"))
    client = client_of(user)
    assert client.get("/admin/").status_code == 200
    opened = 0
    for model, desk in admin.site._registry.items():
        right_of = SHEETS.get(model._meta.model_name, model._meta.model_name)
        label = f"{model._meta.app_label}.{{}}_{right_of}"
        may = {verb: user.has_perm(label.format(verb)) for verb in ("view", "add", "change")}
        sees = may["view"] or may["change"]
        row = desk.get_queryset(_request_of(user)).first()
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        adds = may["add"] and desk.has_add_permission(_request_of(user))
        expected = {base: sees, f"{base}add/": adds, f"{base}{row and row.pk}/change/": sees}
        for path, is_open in expected.items():
            if not _is_there(path):
                continue  # a sheet: one page for all rows
            answer = client.get(path)
            if is_open and answer.status_code == 302:  # on to the page where its row is shown
                answer = client.get(answer["Location"])
                assert "login" not in answer.request["PATH_INFO"]
            assert answer.status_code == (200 if is_open else 403), (role, path)
            opened += is_open
    assert opened >= 8


def _is_there(path):
    try:
        return resolve(path).url_name is not None
    except Resolver404:
        return False


def _request_of(user):
    request = RequestFactory().get("/")
    request.user = user
    return request


def test_who_is_not_logged_in_or_not_of_the_newsroom_sees_the_login(db):
    stranger = User.objects.create_user("stranger", password="x")
    for visitor in (Client(), client_of(stranger)):
        for path in ("/admin/", "/admin/news/article/", "/admin/news/article/add/"):
            answer = visitor.get(path)
            assert answer.status_code == 302
            assert answer["Location"].startswith("/admin/login/?next=")


@pytest.mark.parametrize("name", LONG)
def test_no_long_list_counts_its_whole_table(furnished, desk_of_all, name):
    for query in ("", "?q=a"):
        with CaptureQueriesContext(connection) as queries:
            assert desk_of_all.get(f"/admin/news/{name}/{query}").status_code == 200
        for sql in (query["sql"] for query in queries):
            if "COUNT(" in sql and f'FROM "news_{name}"' in sql:
                assert "LIMIT" in sql, sql


@pytest.fixture
def desk_of_all(furnished):
    return client_of(User.objects.get(username="superuser"))
