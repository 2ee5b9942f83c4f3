"""Two people at one story in the admin: a readable conflict, both texts kept, honest ways out."""

import re

import pytest

from news.models import Article
from news.tests.desk import change_path, client_of, errors, form_of, sent
from news.tests.factories import make_article, make_author, make_tag

WIRE = {"no_byline_reason": "From a wire."}
BODY = "<p>One.</p>\n<p>Two.</p>\n<p>Three.</p>"


@pytest.fixture
def story(base):
    return make_article(
        **WIRE, status="draft", published_at=None, headline="Base", lead="A lead.", body=BODY
    )


@pytest.fixture
def collide(story, editor, chief):
    """collide(mine, theirs) -> (my client, the page I get): both forms were open before."""

    def act(mine, theirs):
        me, other = client_of(editor), client_of(chief)
        fields = [form_of(client.get(change_path(story))).fields for client in (me, other)]
        assert other.post(change_path(story), fields[1] | theirs).status_code == 302
        return me, me.post(change_path(story), fields[0] | mine)

    return act


def resolve(client, story, page, way, **picks):
    hidden = dict(
        re.findall(r'<input type="hidden" name="(aside|version)" value="(\d+)"', page.text)
    )
    chosen = dict(re.findall(r'name="(pick_\w+)" value="(\w+)" id="\w+" checked', page.text))
    return client.post(change_path(story), hidden | chosen | picks | {"_resolve": way})


def test_the_second_save_gets_a_page_that_shows_both_texts(story, collide, editor):
    _me, page = collide({"headline": "My words"}, {"headline": "Their words"})
    assert page.status_code == 409
    assert "My" in page.text and "Their" in page.text
    assert "chief saved another text" in page.text
    assert "<ins" in page.text and "<del" in page.text
    story.refresh_from_db()
    assert story.headline == "Their words"
    aside = story.revisions.get(verb="set aside")
    assert (aside.content["headline"], aside.by) == ("My words", editor)


def test_what_only_one_side_changed_is_merged_without_asking_and_shown(story, collide):
    tag = make_tag()
    me, page = collide(
        {"lead": "My lead.", "body": BODY.replace("One.", "Mine.")},
        {"kicker": "Theirs", "tags": [str(tag.pk)], "body": BODY.replace("Three.", "Theirs.")},
    )
    assert page.status_code == 409
    states = re.findall(r'data-state="(\w+)"', page.text)
    assert sorted(states) == ["conflict", "mine", "theirs", "theirs"]
    assert resolve(me, story, page, "merge").status_code == 302
    story.refresh_from_db()
    assert (story.lead, story.kicker, list(story.tags.all())) == ("My lead.", "Theirs", [tag])
    assert story.body == "<p>Mine.</p>\n<p>Two.</p>\n<p>Theirs.</p>"
    assert story.version == 3


def test_a_field_both_changed_is_asked_about(story, collide):
    me, page = collide(
        {"headline": "Mine", "lead": "My lead."}, {"headline": "Theirs", "lead": "Their lead."}
    )
    again = resolve(me, story, page, "merge", pick_headline="mine")
    assert again.status_code == 409
    assert "Choose one of the texts." in again.text
    assert re.search(r'value="mine" id="mine_headline" checked', again.text)
    picks = {"pick_headline": "mine", "pick_lead": "theirs"}
    assert resolve(me, story, again, "merge", **picks).status_code == 302
    story.refresh_from_db()
    assert (story.headline, story.lead) == ("Mine", "Their lead.")
    assert story.revisions.filter(verb="set aside").count() == 1


def test_keeping_mine_writes_it_over_theirs_which_the_history_keeps(story, collide):
    me, page = collide({"headline": "Mine"}, {"headline": "Theirs", "kicker": "Theirs"})
    assert resolve(me, story, page, "mine").status_code == 302
    story.refresh_from_db()
    assert (story.headline, story.kicker, story.version) == ("Mine", "", 3)
    assert "Theirs" in [revision.content["headline"] for revision in story.revisions.all()]


def test_taking_theirs_leaves_mine_in_the_history(story, collide):
    me, page = collide({"headline": "Mine"}, {"headline": "Theirs"})
    assert resolve(me, story, page, "theirs").status_code == 302
    story.refresh_from_db()
    assert (story.headline, story.version) == ("Theirs", 2)
    assert story.revisions.get(verb="set aside").content["headline"] == "Mine"


def test_the_form_opens_again_with_mine_upon_what_is_there(story, collide):
    author = make_author()
    mine = {
        "headline": "Mine",
        "bylines-0-author": str(author.pk),
        "bylines-0-role": "author",
        "bylines-0-order": "1",
    }
    me, page = collide(mine, {"headline": "Theirs"})
    answer = resolve(me, story, page, "form")
    form = form_of(me.get(answer["Location"]))
    assert (form.fields["headline"], form.fields["version"]) == ("Mine", "2")
    assert form.fields["bylines-0-author"] == [str(author.pk)]
    assert me.post(change_path(story), form.fields).status_code == 302
    story.refresh_from_db()
    assert (story.headline, story.writers) == ("Mine", [author])


@pytest.mark.parametrize("way", ["mine", "merge"])
def test_an_answer_to_an_old_page_is_asked_again(story, collide, chief, way):
    me, page = collide({"lead": "Mine."}, {"lead": "Theirs."})
    story.refresh_from_db()
    story.edit(story.content() | {"lead": "Third."}, by=chief, base=2)
    again = resolve(me, story, page, way, pick_lead="mine")
    assert again.status_code == 409
    assert "Third" in again.text
    story.refresh_from_db()
    assert story.lead == "Third."


def test_bylines_tags_and_instruments_collide_like_any_words(story, collide):
    one, two = make_author("A. One"), make_author("B. Two")
    line = {"bylines-0-role": "author", "bylines-0-order": "1"}
    _me, page = collide(
        {"bylines-0-author": str(one.pk), **line}, {"bylines-0-author": str(two.pk), **line}
    )
    assert page.status_code == 409
    assert "A. One" in page.text and "B. Two" in page.text
    assert Article.objects.get().writers == [two]


def test_a_button_pressed_upon_an_old_text_moves_nothing(story, collide):
    me, page = collide({"_move": "publish"}, {"headline": "Theirs"})
    assert page.status_code == 409
    assert "has not been moved" in page.text
    story.refresh_from_db()
    assert story.status == "draft"
    assert me.get(story.get_absolute_url()).status_code == 404


def test_publishing_while_another_has_the_form_open_is_no_conflict(story, editor, chief):
    fields = form_of(client_of(editor).get(change_path(story))).fields
    story.publish(by=chief)
    answer = client_of(editor).post(change_path(story), fields | {"lead": "Later."})
    assert answer.status_code == 302
    story.refresh_from_db()
    assert (story.lead, story.pending_changes.content["lead"]) == ("A lead.", "Later.")


def test_pending_changes_collide_too(editor, chief):
    story = make_article(**WIRE)
    fields = form_of(client_of(editor).get(change_path(story))).fields
    assert errors(sent(client_of(chief), change_path(story), lead="Theirs.")) == {}
    assert client_of(editor).post(change_path(story), fields | {"lead": "Mine."}).status_code == 409
    fields = form_of(client_of(editor).get(change_path(story))).fields
    story.refresh_from_db()
    story.discard_changes(by=chief)
    assert client_of(editor).post(change_path(story), fields | {"lead": "Mine."}).status_code == 409


def test_a_foreign_text_set_aside_is_nobody_elses_answer(story, collide, chief):
    _me, page = collide({"lead": "Mine."}, {"lead": "Theirs."})
    answer = resolve(client_of(chief), story, page, "mine")
    assert answer.status_code == 403
    story.refresh_from_db()
    assert story.lead == "Theirs."


# Of many -----------------------------------------------------------------------------------------


def chosen(client, *stories):
    """The list's form with these rows chosen, as its page says they stand."""
    text = client.get("/admin/news/article/").text
    seen = re.findall(r'name="seen" value="(\d+:\d+)"', text)
    assert len(seen) >= len(stories)
    return {"seen": seen, "_selected_action": [story.pk for story in stories], "index": "0"}


def test_many_are_published_at_once_and_a_changed_one_is_refused_by_name(editor, chief, story):
    other = make_article(
        **WIRE, status="review", published_at=None, headline="Other story", lead="Else.", body=BODY
    )
    desk = client_of(editor)
    form = chosen(desk, story, other)
    story.edit(story.content() | {"headline": "Changed since"}, by=chief, base=1)
    answer = desk.post("/admin/news/article/", form | {"action": "publish_chosen"}, follow=True)
    told = [str(message) for message in answer.context["messages"]]
    assert any("Changed since" in words and "has been changed" in words for words in told)
    assert any("Other story" in words and "Publish now" in words for words in told)
    assert list(Article.objects.published()) == [other]


def test_many_are_withdrawn_with_one_reason(editor, client):
    stories = [make_article(**WIRE), make_article(**WIRE)]
    desk = client_of(editor)
    form = chosen(desk, *stories) | {"action": "withdraw_chosen"}
    desk.post("/admin/news/article/", form)
    assert Article.objects.published().count() == 2  # no reason, no withdrawal
    desk.post("/admin/news/article/", form | {"note": "The source erred."})
    assert "The source erred." in client.get(stories[0].get_absolute_url()).text
    assert not Article.objects.published().exists()


def test_a_row_that_was_not_on_the_page_is_refused(editor, story):
    desk = client_of(editor)
    form = {"_selected_action": [story.pk], "action": "publish_chosen", "index": "0"}
    answer = desk.post("/admin/news/article/", form, follow=True)
    assert "did not stand on the page" in answer.text
    story.refresh_from_db()
    assert story.status == "draft"
