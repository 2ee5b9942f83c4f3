"""The action "Merge into one…": who may, what it tells first, what it does."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from news.models import Author, Source, Tag
from news.tests.factories import make_article, make_author, make_source, make_tag
from news.tests.test_admin import client_of

MAKE = {
    "tag": (Tag, make_tag),
    "source": (Source, make_source),
    "author": (Author, lambda slug, **names: make_author(slug=slug, **names)),
}


@pytest.fixture
def their(chief):
    return client_of(chief)


def merge(client, kind, *rows, **more):
    data = {"action": "merge", "_selected_action": [row.pk for row in rows], **more}
    return client.post(f"/admin/news/{kind}/", data, follow=True)


@pytest.mark.parametrize("kind", MAKE)
def test_two_become_one_in_three_steps(their, kind):
    model, make = MAKE[kind]
    keep, other = make("keep"), make("other")
    carry = {
        "tag": lambda row: make_article(tags=[row]),
        "source": lambda row: make_article(source=row),
        "author": lambda row: make_article(authors=[row]),
    }[kind]
    for _number in range(3):
        carry(other)
    carry(keep)
    asked = merge(their, kind, keep, other)
    assert "Which one stays?" in asked.text
    assert f'value="{other.pk}" checked' in asked.text  # the one with more stories is proposed
    assert model.objects.count() == 2
    told = merge(their, kind, keep, other, keep=keep.pk, step="plan")
    assert f"3 stories will carry “{keep}” in place of the others." in told.text
    assert f"<code>/{kind}/other/</code>" in told.text
    assert "1 entry is removed." in told.text
    assert model.objects.count() == 2
    done = merge(their, kind, keep, other, keep=keep.pk, step="merge")
    assert "3 stories changed." in done.text
    assert list(model.objects.all()) == [keep]
    assert keep.stories().count() == 4
    flags = LogEntry.objects.order_by("action_flag").values_list("action_flag", "object_id")
    assert list(flags) == [(2, str(keep.pk)), (3, str(other.pk))]
    assert Client().get(f"/{kind}/other/")["Location"] == f"/{kind}/keep/"


def test_what_is_taken_over_is_told_before(their):
    keep, other = make_tag("keep"), make_tag("other", name_ru="Нефть")
    told = merge(their, "tag", keep, other, keep=keep.pk, step="plan")
    assert "<q>Нефть</q>" in told.text


@pytest.mark.parametrize("role", ["reporter", "editor", "market_editor"])
def test_who_may_not_delete_does_not_merge(request, role):
    client = client_of(request.getfixturevalue(role))
    keep, other = make_tag("keep"), make_tag("other")
    assert "Merge into one" not in client.get("/admin/news/tag/").text
    merge(client, "tag", keep, other, keep=keep.pk, step="merge")
    assert Tag.objects.count() == 2
    assert Client().post("/admin/news/tag/", {"action": "merge"}).status_code == 302


def test_one_alone_too_many_or_a_stranger_are_refused_in_words(their):
    tags = [make_tag(f"tag-{n}") for n in range(22)]
    assert "Choose two or more to merge" in merge(their, "tag", tags[0]).text
    assert "Choose two or more to merge" in merge(their, "tag", *tags).text
    asked = merge(their, "tag", tags[0], tags[1], keep=tags[5].pk, step="merge")
    assert "Which one stays?" in asked.text
    assert Tag.objects.count() == 22


def test_two_accounts_are_a_refusal_that_says_what_to_do(their, reporter, editor):
    one, two = make_author("One", user=reporter), make_author("Two", user=editor)
    told = merge(their, "author", one, two, keep=one.pk, step="plan")
    assert "Two of them have accounts: One (reporter), Two (editor)." in told.text
    assert Author.objects.count() == 2


def test_a_row_that_went_meanwhile_is_asked_about_again(their):
    keep, other, third = make_tag("keep"), make_tag("other"), make_tag("third")
    Tag.objects.filter(pk=other.pk).delete()
    assert "Choose two or more" in merge(their, "tag", keep, other, keep=keep.pk).text
    asked = merge(their, "tag", other, keep, third, keep=other.pk, step="merge")
    assert "Which one stays?" in asked.text
    assert Tag.objects.count() == 2


def test_an_odd_number_is_no_error_of_the_server(their):
    keep, other = make_tag("keep"), make_tag("other")
    for odd in ("x", "-1", "9" * 30, "' OR 1=1"):
        assert merge(their, "tag", keep, other, keep=odd, step="merge").status_code == 200
    assert Tag.objects.count() == 2
