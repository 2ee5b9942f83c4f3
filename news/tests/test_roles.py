"""Role × action × own or another's: over the page's buttons and over posts without any page."""

import re
import uuid
from datetime import timedelta

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from news import roles
from news.models import Article, Autosave, FrontSlot, Picture, Presence, PreviewLink
from news.models.workflow import MOVES
from news.tests.desk import ADD, change_path, client_of
from news.tests.factories import make_article, make_section

HOUR = timedelta(hours=1)
WIRE = {"no_byline_reason": "From a wire."}
PEOPLE = ["reporter", "editor", "chief", "market_editor"]
WRITERS = {("reporter", "own"), ("editor", "own"), ("editor", "other"), ("chief", "own")}
WRITERS |= {("chief", "other")}
EDITORS = {line for line in WRITERS if line[0] != "reporter"}
CHIEFS = {line for line in WRITERS if line[0] == "chief"}
NEWSROOM = {(who, whose) for who in PEOPLE for whose in ("own", "other")}
WRITING = NEWSROOM - {("market_editor", "own"), ("market_editor", "other")}


def at(stage):
    """A story that stands there, with changes that wait where readers have it."""
    hours = {"scheduled": HOUR, "live": -HOUR, "withdrawn": -HOUR}
    status = {"live": "published"}.get(stage, stage)
    when = timezone.now() + hours[stage] if stage in hours else None
    return make_article(**WIRE, status=status, published_at=when)


def post_form(client, story, **changes):
    """The form as it would be sent by somebody who has the page's source by heart."""
    content = {name: value for name, value in story.working().items() if value not in (None, [])}
    form = content | {
        "version": story.version,
        "bylines-TOTAL_FORMS": 0,
        "bylines-INITIAL_FORMS": 0,
        "initial-expires_at": "",
    }
    return client.post(change_path(story), form | changes)


def move(name, **more):
    return lambda client, story: post_form(client, story, _move=name, **more)


def to(name, **form):
    path = "/admin/news/article/{}/" + name
    return lambda client, story: client.post(path.format(story.pk), form)


def bulk(name, **more):
    def post(client, story):
        form = {"_selected_action": [story.pk], "seen": f"{story.pk}:{story.version}", "index": 0}
        return client.post("/admin/news/article/", form | {"action": f"{name}_chosen"} | more)

    return post


def opened(name):
    return lambda client, story: client.get(f"/admin/news/article/{story.pk}/{name}")


LATER = f"{timezone.localtime() + 2 * HOUR:%Y-%m-%dT%H:%M}"
# row: action -> (where the story stands, what is sent, who may). Whoever may not changes nothing.
ACTS = {
    "edit": ("draft", lambda c, s: post_form(c, s, lead="Edited."), WRITERS),
    "edit in review": ("review", lambda c, s: post_form(c, s, lead="Edited."), WRITERS),
    "edit scheduled": ("scheduled", lambda c, s: post_form(c, s, lead="Edited."), EDITORS),
    "prepare changes": ("live", lambda c, s: post_form(c, s, lead="Edited."), WRITERS),
    "submit": ("draft", move("submit"), WRITERS),
    "send back": ("review", move("send_back", _note="Again."), EDITORS),
    "schedule": ("draft", move("schedule", _at=LATER), EDITORS),
    "publish": ("draft", move("publish"), EDITORS),
    "publish changes": ("live with changes", move("publish_changes"), EDITORS),
    "discard changes": ("live with changes", move("discard_changes"), EDITORS),
    "withdraw": ("live", move("withdraw", _reason="Misread."), EDITORS),
    "reopen": (
        "withdrawn",  # nobody has its text in a form
        lambda c, s: c.post(change_path(s), {"_move": "reopen", "version": s.version}),
        EDITORS,
    ),
    "override checklist": (
        "incomplete",
        move("publish", _override="It is urgent.", no_byline_reason=""),
        CHIEFS,
    ),
    "set expiry": ("live", lambda c, s: post_form(c, s, expires_at=LATER), EDITORS),
    "correct": ("live", to("correct/", kind="correction", text="Nine."), EDITORS),
    "restore": ("changed draft", to("restore/", revision="1", version="2"), WRITERS),
    "translate": ("live", to("translate/", language="ru"), WRITING),
    "mark up to date": ("behind", to("original/", seen="2"), WRITERS),
    "share preview": ("draft", to("share/"), WRITERS),
    "revoke preview": ("shared", to("revoke/", link="{link}"), WRITERS),
    "delete": ("draft", to("delete/", post="yes"), CHIEFS),
    "bulk submit": ("draft", bulk("submit"), WRITERS),
    "bulk publish": ("draft", bulk("publish"), EDITORS),
    "bulk send back": ("review", bulk("send_back", note="Again."), EDITORS),
    "bulk withdraw": ("live", bulk("withdraw", note="Misread."), EDITORS),
}
# Pages that only show.
LOOKS = {
    "view": ("change/", NEWSROOM),
    "history": ("history/", NEWSROOM),
    "compare": ("compare/", NEWSROOM),
    "preview": ("preview/", NEWSROOM),
    "preview page": ("preview/page/", NEWSROOM),
}
# Rows of the table that stand in no story's form: tested where their rooms are.
ELSEWHERE = {"write", "export", "edit front", "edit quotes", "edit accounts", "edit roles"}


def prepared(stage, editor):
    """A story that stands as the first column of ACTS says."""
    first = stage.split()[0]
    story = at(first if first in {*roles.NOT_GONE, "withdrawn"} else "draft")
    if stage in {"live with changes", "changed draft"}:
        story.edit(story.content() | {"lead": "Changed."}, by=editor, base=1)
    if stage == "behind":
        original = make_article(**WIRE)
        Article.objects.filter(pk=original.pk).update(public_version=2)
        Article.objects.filter(pk=story.pk).update(translation_of=original, translated_version=1)
        story.refresh_from_db()
    if stage == "shared":
        story.share(by=editor)
    return story


def state(story):
    """Everything that one of these acts can change."""
    row = Article.objects.filter(pk=story.pk).values().first()
    if row:
        del row["modified_at"], row["public_version"]  # history may begin without any act
    return (
        row,
        Article.objects.count(),
        story.revisions.exclude(by=None).count() if row else None,
        list(PreviewLink.objects.values_list("pk", "revoked_at")),
        list(story.corrections.values_list("pk")) if row else None,
    )


@pytest.mark.parametrize("whose", ["own", "other"])
@pytest.mark.parametrize("who", PEOPLE)
def test_a_post_does_what_the_role_may_and_nothing_else(request, editor, who, whose):
    user = request.getfixturevalue(who)
    client = client_of(user)
    for act, (stage, send, allowed) in ACTS.items():
        story = prepared(stage, editor)
        author = user if whose == "own" else None
        Article.objects.filter(pk=story.pk).update(created_by=author)
        story.refresh_from_db()
        if stage == "shared":
            link = story.previews.get().pk
            send = to("revoke/", link=link)
        before = state(story)
        answer = send(client, story)
        assert answer.status_code in {200, 302, 403, 404}, act
        is_done = state(story) != before
        if act == "override checklist":  # the text is theirs to save, the publication is not
            is_done = Article.objects.get(pk=story.pk).status == "published"
        assert is_done is ((who, whose) in allowed), (act, who, whose)


@pytest.mark.parametrize("whose", ["own", "other"])
@pytest.mark.parametrize("who", PEOPLE)
def test_a_page_offers_the_buttons_of_the_role_and_no_others(request, editor, who, whose):
    user = request.getfixturevalue(who)
    client = client_of(user)
    for act, (stage, _send, allowed) in ACTS.items():
        button = act.replace(" ", "_")
        if button not in MOVES:
            continue
        story = prepared(stage, editor)
        Article.objects.filter(pk=story.pk).update(created_by=user if whose == "own" else None)
        text = client.get(change_path(story)).text
        assert (f'value="{button}"' in text) is ((who, whose) in allowed), (act, who, whose)
        may_save = (who, whose) in {
            "draft": WRITERS,
            "review": WRITERS,
            "scheduled": EDITORS,
            "live": WRITERS,
            "withdrawn": set(),
        }[story.stage]
        assert ('name="_save"' in text) is may_save, (act, who, whose)
        assert ('name="_override"' in text) is (who == "chief" and bool(re.search("_move", text)))


@pytest.mark.parametrize(
    ("who", "offered"),
    [
        ("reporter", ["submit"]),
        ("editor", ["submit", "publish", "schedule"]),
        ("chief", ["submit", "publish", "schedule"]),
    ],
)
def test_a_new_story_has_the_buttons_of_a_draft(request, who, offered):
    text = client_of(request.getfixturevalue(who)).get(ADD).text
    assert re.findall(r'name="_move" value="(\w+)"', text) == offered


@pytest.mark.parametrize("who", PEOPLE)
def test_who_may_read_stories_reads_their_pages(request, who):
    client = client_of(request.getfixturevalue(who))
    story = at("live")
    for path, allowed in LOOKS.values():
        answer = client.get(f"/admin/news/article/{story.pk}/{path}")
        assert (answer.status_code == 200) is ((who, "other") in allowed), path


def test_who_has_no_right_to_stories_sees_nothing_of_them(base, django_user_model):
    nobody = django_user_model.objects.create_user("nobody", password="x", is_staff=True)
    client, story = client_of(nobody), at("draft")
    for path, _allowed in LOOKS.values():
        assert client.get(f"/admin/news/article/{story.pk}/{path}").status_code == 403, path
    assert client.get("/admin/news/article/").status_code == 403
    assert client.get(ADD).status_code == 403
    query = {"app_label": "news", "model_name": "frontslot", "field_name": "article"}
    assert client.get("/admin/autocomplete/", query).status_code == 403
    answer = client.post(ADD, {"headline": "Typed", "section": make_section().pk})
    assert answer.status_code == 403
    assert "Typed" in answer.text  # and yet nothing is lost


@pytest.mark.parametrize("who", PEOPLE)
def test_a_list_offers_the_actions_of_the_role(request, who):
    client = client_of(request.getfixturevalue(who))
    at("draft")
    text = client.get("/admin/news/article/").text
    offered = set(re.findall(r'<option value="(\w+_chosen)"', text))
    expected = {
        "reporter": {"submit_chosen"},
        "market_editor": set(),
    }.get(who, {f"{name}_chosen" for name in ("submit", "publish", "send_back", "withdraw")})
    assert offered == expected
    assert "delete_selected" not in text


@pytest.mark.parametrize("who", PEOPLE)
def test_a_list_that_can_be_edited_is_edited_by_its_people_alone(request, base, who):
    section = make_section("fuel", position=1)
    form = {
        "form-TOTAL_FORMS": "1",
        "form-INITIAL_FORMS": "1",
        "form-0-id": section.pk,
        "form-0-position": "7",
        "_save": "Save",
    }
    rows = type(section).objects.order_by("position", "slug")
    number = list(rows.values_list("pk", flat=True)).index(section.pk)
    sent = {key.replace("-0-", f"-{number}-"): value for key, value in form.items()}
    sent |= {"form-TOTAL_FORMS": rows.count(), "form-INITIAL_FORMS": rows.count()}
    for place, row in enumerate(rows):
        sent |= {f"form-{place}-id": row.pk}
        sent.setdefault(f"form-{place}-position", row.position)
    client_of(request.getfixturevalue(who)).post("/admin/news/section/", sent)
    section.refresh_from_db()
    assert (section.position == 7) is (who == "chief")


@pytest.mark.parametrize("who", PEOPLE)
def test_a_form_that_completes_itself_names_stories_to_the_newsroom_alone(request, base, who):
    story = at("draft")
    query = {"app_label": "news", "model_name": "frontslot", "field_name": "article", "term": ""}
    answer = client_of(request.getfixturevalue(who)).get("/admin/autocomplete/", query)
    assert [row["id"] for row in answer.json()["results"]] == [str(story.pk)]


def test_every_row_of_the_table_is_tried():
    tried = set(ACTS) | set(LOOKS) | ELSEWHERE
    assert set(roles.ACTIONS) <= tried


def test_only_the_chief_edits_the_front(chief, editor, reporter, market_editor):
    slot = FrontSlot.objects.create(language="en", zone="lead", article=at("live"))
    for user in (reporter, editor, market_editor):
        assert not roles.may(user, "edit front")
        path = f"/admin/news/frontslot/{slot.pk}/delete/"
        assert client_of(user).post(path, {"post": "yes"}).status_code == 403
    assert roles.may(chief, "edit front")


# Every address of the admin ----------------------------------------------------------------------

# Addresses beside the list, form, history and deletion of each model: action or right they need.
BESIDE = {
    "news_article_compare": "compare",
    "news_article_export": "export",
    "news_article_restore": "history",
    "news_article_preview": "preview",
    "news_article_preview_page": "preview",
    "news_article_share": "share preview",
    "news_article_revoke": "revoke preview",
    "news_article_translate": "translate",
    "news_article_original": "compare",
    "news_article_correct": "correct",
    "markets_observation_import": "edit quotes",
    "markets_instrument_example": "markets.view_instrument",
    "markets_override_end": "markets.change_override",
    "markets_fetchrun_fetch": "markets.add_fetchrun",
    "markets_tickerslot_move": "markets.change_tickerslot",
    "auth_user_password_change": "portal.change_user",
    "news_frontslot_as_of": "news.view_frontslot",
    "news_picture_upload": "news.add_picture",
    "news_picture_describe": "news.change_picture",
    "news_picture_withheld": "news.view_picture",
}
# What the form of a story asks while somebody types: name -> (right, method).
TYPING = {
    "news_article_autosave": ("news.change_article", "post"),
    "news_article_discard": ("news.change_article", "post"),
    "news_article_presence": ("news.view_article", "post"),
    "news_article_prose_instruments": ("markets.view_instrument", "get"),
    "news_article_prose_pictures": ("news.view_picture", "get"),
    "news_article_prose_stories": ("news.view_article", "get"),
    "news_article_prose_upload": ("news.add_picture", "post"),
}
OF_THE_SITE = {"index", "login", "logout", "password_change", "password_change_done"}
OF_THE_SITE |= {"language", "session"}  # one's own choice, one's own token
OF_THE_SITE |= {"autocomplete", "jsi18n", "view_on_site", "app_list", None}
OF_A_MODEL = {"changelist", "add", "change", "delete", "history"}


def names(patterns):
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from names(pattern.url_patterns)
        else:
            yield pattern.name


def test_every_address_of_the_admin_has_a_row():
    known = set(BESIDE) | set(TYPING) | OF_THE_SITE
    for model in admin.site._registry:
        info = f"{model._meta.app_label}_{model._meta.model_name}"
        known |= {f"{info}_{verb}" for verb in OF_A_MODEL}
    assert set(names(admin.site.get_urls())) - known == set()
    assert {row for row in BESIDE.values() if "." not in row} <= set(roles.ACTIONS)


@pytest.mark.parametrize("name", TYPING)
def test_who_may_not_write_gets_no_answer_while_typing(name, base, django_user_model):
    nobody = django_user_model.objects.create_user("nobody", password="x", is_staff=True)
    story = at("live")
    path = reverse(f"admin:{name}", args=[story.pk] if name.endswith("presence") else [])
    sent = {"key": str(uuid.uuid4()), "fields": [], "article": story.pk, "version": 1, "turn": 1}
    right, method = TYPING[name]
    if method == "post" and "prose" not in name:
        answer = client_of(nobody).post(path, sent, content_type="application/json")
    else:
        answer = getattr(client_of(nobody), method)(path)
    assert answer.status_code == 403, right
    assert not Autosave.objects.exists() and not Presence.objects.exists()
    assert not Picture.objects.exists()


@pytest.mark.parametrize("name", [name for name in BESIDE if name.startswith("news_article")])
def test_an_address_beside_the_form_is_closed_to_who_has_no_right(
    name, base, django_user_model, rf
):
    nobody = django_user_model.objects.create_user("nobody", password="x", is_staff=True)
    args = [] if name.endswith("export") else [at("live").pk]
    path = reverse(f"admin:{name}", args=args)
    for method in ("get", "post"):
        assert getattr(client_of(nobody), method)(path).status_code in {403, 405}, method
    assert client_of(nobody).post(path).status_code == 403
