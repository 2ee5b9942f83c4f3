"""The picture library of the desk: many files at once, the same file twice, use, deletion."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from news import uses
from news.models import Figure, Picture, Policy
from news.tests.factories import make_article, make_author, make_picture, picture_file
from news.tests.photographs import iptc, photograph
from news.tests.test_admin import change_path, client_of, errors, form_of

LIST = "/admin/news/picture/"
ADD, UPLOAD, DESCRIBE = f"{LIST}add/", f"{LIST}upload/", f"{LIST}describe/"
SAID = {80: "A. Name", 110: "Steppe", 120: "A depot at dusk.", 116: "© Steppe", 55: "20261101"}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def file_of(content, name="depot.jpg"):
    return SimpleUploadedFile(name, content.read() if hasattr(content, "read") else content)


def answers(response):
    """[(name, state)] of the rows of an answer."""
    assert response.status_code == 200
    rows = re.findall(r'data-answer="(\w+)".*?<b>(.*?)</b>', response.text, re.S)
    return [(name, state) for state, name in rows]


def sent(client, *files, **headers):
    return client.post(UPLOAD, {"files": list(files)}, headers=headers)


# Many at once ------------------------------------------------------------------------------------


def test_each_of_many_files_gets_its_own_answer(desk):
    response = sent(
        desk,
        file_of(photograph(shade=1, block=iptc(SAID)), "one.jpg"),
        file_of(b"<svg onload=alert(1)>", "two.svg"),
        file_of(photograph(shade=2), "three.jpg"),
        file_of(photograph(shade=1, block=iptc(SAID)), "four.jpg"),
        file_of(photograph().read()[:900], "five.jpg"),
    )
    assert answers(response) == [
        ("one.jpg", "stored"),
        ("two.svg", "refused"),
        ("three.jpg", "stored"),
        ("four.jpg", "same"),
        ("five.jpg", "refused"),
    ]
    assert "can carry scripts" in response.text
    assert "damaged or incomplete" in response.text
    first, second = Picture.objects.order_by("pk")
    assert f'href="{change_path(first)}"' in response.text
    assert f"{DESCRIBE}?pk={first.pk}&amp;pk={second.pk}" in response.text
    assert set(LogEntry.objects.values_list("object_id", flat=True)) == {
        str(first.pk),
        str(second.pk),
    }


def test_what_the_file_says_is_filled_in_and_marked_until_a_person_has_looked(desk):
    sent(desk, file_of(photograph(block=iptc(SAID))))
    picture = Picture.objects.get()
    assert picture.credit_en == "A. Name / Steppe"
    assert picture.caption_en == "A depot at dusk."
    assert picture.rights_holder == "© Steppe"
    assert str(picture.taken_on) == "2026-11-01"
    assert set(picture.prefilled) == {"credit_en", "caption_en", "rights_holder", "taken_on"}
    page = desk.get(change_path(picture))
    assert page.text.count("From the file: check it.") == 4
    assert "words from the file" in desk.get(LIST).text
    fields = form_of(page).fields | {"alt_en": "Tanks."}
    assert errors(desk.post(change_path(picture), fields)) == {}
    picture.refresh_from_db()
    assert picture.prefilled == []
    assert picture.credit_en == "A. Name / Steppe"


def test_words_of_a_file_are_never_markup(desk, client):
    evil = "<script>alert(1)</script><b>x</b>"
    sent(desk, file_of(photograph(block=iptc({80: evil, 105: evil, 120: evil}))))
    picture = Picture.objects.get()
    assert picture.caption_en == evil
    story = make_article(picture=picture)
    pages = [desk.get(LIST), desk.get(change_path(picture)), client.get(story.get_absolute_url())]
    pages.append(desk.get(DESCRIBE, {"pk": picture.pk}))
    for page in pages:
        assert "&lt;script&gt;alert(1)" in page.text
        assert "<script>alert" not in page.text


def test_a_script_gets_the_rows_alone(desk):
    response = sent(desk, file_of(photograph()), **{"X-Rows": "1"})
    assert response["X-Rows"] == "1"
    assert answers(response) == [("depot.jpg", "stored")]
    assert "<html" not in response.text


def test_the_limits_are_told_and_kept(desk, settings, monkeypatch):
    page = desk.get(UPLOAD).text
    assert "up to 15 MB and 40 megapixels each, 40 files at once" in page
    settings.PICTURE_MAX_BYTES = 3000
    response = sent(desk, file_of(photograph(size=(1600, 1000)), "large.jpg"))
    assert answers(response) == [("large.jpg", "refused")]
    assert "the limit is" in response.text
    settings.PICTURE_MAX_BYTES = 15_000_000
    monkeypatch.setattr("news.admin.uploading.MOST", 2)
    response = sent(desk, *(file_of(photograph(shade=n), f"{n}.jpg") for n in range(3)))
    assert [state for _name, state in answers(response)] == ["stored", "stored", "refused"]
    assert "more than 2 files" in response.text
    monkeypatch.setattr("news.admin.uploading.PATIENCE", -1)
    response = sent(desk, file_of(photograph(shade=9)))
    assert answers(response) == [("depot.jpg", "refused")]
    assert "took too long" in response.text


def test_a_full_disk_is_said_and_stops_no_other_file(desk, monkeypatch):
    from django.core.files.storage import FileSystemStorage

    write, full = FileSystemStorage._save, [OSError("no space left")]

    def save(self, name, content):
        if full:
            raise full.pop()
        return write(self, name, content)

    monkeypatch.setattr(FileSystemStorage, "_save", save)
    files = (file_of(photograph(shade=n), f"{n}.jpg") for n in range(2))
    response = sent(desk, *files)
    assert [state for _name, state in answers(response)] == ["refused", "stored"]
    assert "could not write it" in response.text


def test_no_file_is_no_error_of_the_server(desk):
    assert answers(desk.post(UPLOAD, {})) == [("", "refused")]


def test_only_who_may_add_pictures_uploads_and_only_who_may_change_them_describes(
    db, market_editor, reporter
):
    picture = make_picture()
    for client, status in ((client_of(market_editor), 403), (client_of(reporter), 200)):
        assert client.get(UPLOAD).status_code == status
        assert sent(client, file_of(photograph(shade=status % 250))).status_code == status
        assert client.get(DESCRIBE, {"pk": picture.pk}).status_code == status
    assert Client().post(UPLOAD).status_code == 302
    assert Picture.objects.count() == 2


# The same file twice -----------------------------------------------------------------------------


def test_the_same_file_is_added_a_second_time_only_when_a_person_says_so(desk, media):
    first = make_picture(file=photograph(), alt_en="First.")
    kept = set(media.rglob("*"))
    response = sent(desk, file_of(photograph(), "other name.jpg"))
    assert answers(response) == [("other name.jpg", "same")]
    assert f'href="{change_path(first)}"' in response.text
    assert Picture.objects.count() == 1
    response = desk.post(UPLOAD, {"again": first.pk})
    assert [state for _name, state in answers(response)] == ["stored"]
    second = Picture.objects.latest("pk")
    assert (second.file.name, second.alt_en) == (first.file.name, "")
    assert (second.width, second.sizes["480"]) == (first.width, first.sizes["480"])
    assert kept <= set(media.rglob("*"))
    assert answers(desk.post(UPLOAD, {"again": "999999"})) == [("", "refused")]
    assert answers(desk.post(UPLOAD, {"again": "x"})) == [("", "refused")]


def test_a_file_that_lost_its_position_in_the_library_is_known_again(desk):
    from PIL import Image

    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    make_picture(file=photograph(exif=exif))
    assert answers(sent(desk, file_of(photograph(exif=exif)))) == [("depot.jpg", "same")]


def test_a_file_of_before_digests_is_known_by_its_name(desk):
    picture = make_picture(file=photograph())
    Picture.objects.update(digest=picture.base.rpartition("/")[2])
    assert answers(sent(desk, file_of(photograph()))) == [("depot.jpg", "same")]


def typed(client, path=ADD, **changes):
    return form_of(client.get(path)).fields | {"alt_en": "Tanks.", "credit_en": "A"} | changes


def test_the_plain_form_notices_the_same_file_and_a_tick_is_enough_to_go_on(desk):
    first = make_picture(file=photograph())
    fields = typed(desk, caption_en="Kept.")
    response = desk.post(ADD, fields | {"file": file_of(photograph())})
    assert set(errors(response)) == {"file"}
    assert f'href="{change_path(first)}"' in response.text
    form = form_of(response)
    assert form.fields["caption_en"] == "Kept."
    assert "Add the same file a second time" in response.text
    assert f'value="{first.pk}"' in response.text
    assert "again" not in form.fields  # not ticked
    assert errors(desk.post(ADD, fields | {"again": first.pk})) == {}
    second = Picture.objects.latest("pk")
    assert (second.caption_en, second.file.name) == ("Kept.", first.file.name)
    assert second.sizes.keys() == first.sizes.keys()


def test_the_plain_form_takes_a_twins_number_for_nothing_else(desk):
    assert set(errors(desk.post(ADD, typed(desk, again="12345")))) == {"file"}
    assert set(errors(desk.post(ADD, typed(desk, again="x")))) >= {"again"}
    assert not Picture.objects.exists()


# The plain form ----------------------------------------------------------------------------------


def test_an_empty_credit_is_taken_from_the_file_and_the_page_opens_again_to_be_checked(desk):
    fields = typed(desk, credit_en="", caption_en="Mine.")
    response = desk.post(ADD, fields | {"file": file_of(photograph(block=iptc(SAID)))})
    picture = Picture.objects.get()
    assert response["Location"] == change_path(picture)
    assert (picture.credit_en, picture.caption_en) == ("A. Name / Steppe", "Mine.")
    assert "caption_en" not in picture.prefilled


def test_a_credit_nobody_says_is_asked_for_beside_its_field(desk):
    fields = typed(desk, credit_en="")
    response = desk.post(ADD, fields | {"file": file_of(photograph())})
    assert set(errors(response)) == {"credit_en"}


@pytest.mark.parametrize("column", ["alt_en", "alt_ru", "alt_kk"])
def test_a_file_name_as_alternative_text_is_refused_beside_its_field(desk, column):
    fields = typed(desk) | {column: "DSC01234.jpg"}
    response = desk.post(ADD, fields | {"file": file_of(photograph())})
    assert set(errors(response)) == {column}


def test_a_decorative_picture_takes_no_alternative_text_from_its_file(desk):
    from news.tests.photographs import alternatives, xmp

    packet = xmp(alternatives("Iptc4xmpCore:AltTextAccessibility", x_default="Tanks."))
    fields = typed(desk, alt_en="", is_decorative="on")
    response = desk.post(ADD, fields | {"file": file_of(photograph(xmp=packet))})
    assert errors(response) == {}
    assert Picture.objects.get().alt_en == ""


def test_a_missing_original_is_said_in_the_form_and_loses_nothing(desk, media):
    picture = make_picture()
    (media / picture.file.name).unlink()
    fields = form_of(desk.get(change_path(picture))).fields
    response = desk.post(change_path(picture), fields | {"focus_x": "10"})
    assert "original file is missing" in response.text
    assert errors(desk.post(change_path(picture), fields | {"caption_en": "Fine."})) == {}


def test_who_may_only_look_sees_the_page(base):
    from django.contrib.auth.models import Permission

    from portal.models import User

    user = User.objects.create_user("looker", password="x", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_picture"))
    picture = make_picture()
    page = client_of(user).get(change_path(picture))
    assert page.status_code == 200
    assert "Nothing shows it." in page.text


# Describing --------------------------------------------------------------------------------------


def test_several_pictures_are_described_on_one_page(desk):
    pictures = [make_picture(file=photograph(shade=n), alt_en="") for n in range(3)]
    address = f"{DESCRIBE}?pk={pictures[0].pk}&pk={pictures[2].pk}"
    fields = form_of(desk.get(address)).fields
    assert fields["form-TOTAL_FORMS"] == "2"
    fields |= {"form-0-alt_en": "DSC01234", "form-1-alt_en": "A rig."}
    wrong = desk.post(address, fields)
    assert wrong.status_code == 200
    assert "This is the name of a file." in wrong.text
    assert 'value="A rig."' in wrong.text
    fields |= {"form-0-alt_en": "A depot.", "form-0-rights_until": "2027-01-31"}
    assert desk.post(address, fields).status_code == 302
    for picture in pictures:
        picture.refresh_from_db()
    assert [picture.alt_en for picture in pictures] == ["A depot.", "", "A rig."]
    assert str(pictures[0].rights_until) == "2027-01-31"
    assert LogEntry.objects.count() == 2


def test_what_nobody_touched_waits_and_keeps_nobody_from_saving_the_rest(desk):
    marked = {"prefilled": ["credit_en"]}
    done, bare = make_picture(**marked), make_picture(file=photograph(), alt_en="", **marked)
    other = make_picture(file=photograph(shade=7), alt_en="", **marked)
    address = f"{DESCRIBE}?pk={done.pk}&pk={bare.pk}&pk={other.pk}"
    fields = form_of(desk.get(address)).fields | {"form-2-alt_en": "A rig."}
    assert desk.post(address, fields).status_code == 302
    for picture in (done, bare, other):
        picture.refresh_from_db()
    assert [picture.prefilled for picture in (done, bare, other)] == [[], ["credit_en"], []]
    assert other.alt_en == "A rig."
    fields = form_of(desk.get(address)).fields | {"form-1-caption_en": "Without alt."}
    response = desk.post(address, fields)
    assert response.status_code == 200
    assert "Say what the picture shows" in response.text


@pytest.mark.parametrize("query", ["", "?pk=x", "?pk=999999", "?pk=" + "9" * 40])
def test_pictures_that_are_not_there_cannot_be_described(desk, query):
    assert desk.get(DESCRIBE + query).status_code == 404


# Use and deletion --------------------------------------------------------------------------------


@pytest.fixture
def their(chief):
    return client_of(chief)


def in_the_text(story, picture):
    story.body = f'<p>One.</p><figure data-picture="{picture.pk}"></figure><p>Two.</p>'
    Figure.objects.read_off(story)


def test_figures_are_read_off_the_text_and_forgotten_with_it(db):
    story, one, two = make_article(), make_picture(), make_picture(file=photograph())
    in_the_text(story, one)
    assert [figure.picture for figure in story.figures.all()] == [one]
    story.body = f'<figure class="x" data-picture="{two.pk}"><figcaption>x</figcaption></figure>'
    story.body += '<figure data-picture="99999"></figure><p>data-picture="1"</p>'
    Figure.objects.read_off(story)
    assert [figure.picture for figure in story.figures.all()] == [two]
    story.body = "<p>None.</p>"
    story.save()
    assert not Figure.objects.exists()


def test_a_picture_of_a_policy_page_is_in_use(desk):
    picture = make_picture()
    page = Policy.objects.create(slug="about", title="About us", body="<p>x</p>")
    page.body = f'<figure data-picture="{picture.pk}"></figure>'
    Figure.objects.read_off(page)
    assert set(Picture.objects.used()) == {picture}
    assert [use.name for use in uses.of(picture).forbidding] == [str(page)]
    assert f'<a href="{change_path(page)}">' in desk.get(change_path(picture)).text
    page.body = "<p>y</p>"
    page.save()
    assert not Picture.objects.used()


def test_pictures_of_changes_that_wait_to_be_published_are_in_use(db):
    story, one, two = make_article(), make_picture(), make_picture(file=photograph())
    body = f'<figure data-picture="{two.pk}"></figure>'
    Figure.objects.read_off(story, pending={"body": body, "picture": one.pk})
    assert set(Picture.objects.used()) == {one, two}
    Figure.objects.read_off(story, pending={"body": "", "picture": None})
    assert not Picture.objects.used()


def test_a_pictures_page_says_where_it_stands(desk):
    picture = make_picture()
    hero = make_article(picture=picture, headline="The hero story")
    figure = make_article(headline="The figure story", status="draft")
    in_the_text(figure, picture)
    author = make_author("D. Orlov", photo=picture)
    page = desk.get(change_path(picture)).text
    for thing, words in ((hero, "The hero story"), (figure, "The figure story"), (author, "Orlov")):
        assert f'<a href="{change_path(thing)}">' in page
        assert words in page
    found = uses.of(picture)
    assert {use.is_public for use in found.rows if "figure" in use.name} == {False}
    assert len(found.forbidding) == 2


@pytest.mark.parametrize("use", ["hero", "figure"])
@pytest.mark.parametrize("status", ["published", "draft"])
def test_a_picture_that_a_story_shows_is_not_deleted(their, use, status):
    picture = make_picture()
    story = make_article(picture=picture if use == "hero" else None, status=status)
    if use == "figure":
        in_the_text(story, picture)
    path = change_path(picture).replace("change", "delete")
    page = their.get(path).text
    assert "cannot be deleted while a story shows it" in page
    assert f'href="{change_path(story)}"' in page
    assert 'name="post"' not in page
    their.post(path, {"post": "yes"})
    bulk = {"action": "delete_selected", "_selected_action": [picture.pk], "post": "yes"}
    their.post(LIST, bulk)
    assert Picture.objects.filter(pk=picture.pk).exists()


def test_a_portrait_is_deleted_after_a_warning_and_its_files_are_gone(
    their, media, committed, client
):
    picture = make_picture()
    author = make_author("D. Orlov", photo=picture)
    path = change_path(picture).replace("change", "delete")
    page = their.get(path).text
    assert "These lose their picture:" in page
    assert f'href="{change_path(author)}"' in page
    address = picture.middle[2]
    assert client.get(address).status_code == 200
    with committed():
        assert their.post(path, {"post": "yes"}).status_code == 302
    author.refresh_from_db()
    assert author.photo is None
    assert not [p for p in media.rglob("*") if p.is_file()]
    assert client.get(address).status_code == 404


def test_files_that_another_row_shares_outlive_the_picture(media, db, committed):
    first = make_picture(file=photograph())
    second = first.twin()
    second.save()
    kept = {p for p in media.rglob("*") if p.is_file()}
    with committed():
        first.delete()
    assert {p for p in media.rglob("*") if p.is_file()} == kept
    with committed():
        second.delete()
    assert not [p for p in media.rglob("*") if p.is_file()]


def test_an_editor_deletes_no_picture(desk):
    picture = make_picture()
    path = change_path(picture).replace("change", "delete")
    assert desk.post(path, {"post": "yes"}).status_code == 403
    assert Picture.objects.exists()


# The wall ----------------------------------------------------------------------------------------


def shown(client, query=""):
    return set(client.get(LIST + query).context["cl"].result_list)


def test_the_wall_is_filtered_by_what_needs_a_person(desk):
    today = timezone.localdate()
    day = timedelta(days=1)
    good = make_picture(file=photograph(shade=1), alt_ru="Нефтебаза.", alt_kk="База.")
    ended = make_picture(file=photograph(shade=2), rights_until=today - day)
    soon = make_picture(file=photograph(shade=3), rights_until=today + 9 * day)
    decorative = make_picture(file=photograph(shade=4), alt_en="", is_decorative=True)
    bare = make_picture(file=photograph(shade=5), alt_en="", prefilled=["credit_en"])
    make_article(picture=good)
    in_the_text(make_article(), soon)
    make_author(photo=ended)
    every = {good, ended, soon, decorative, bare}
    assert shown(desk) == every
    assert shown(desk, "?rights=ended") == {ended}
    assert shown(desk, "?rights=soon") == {soon}
    assert shown(desk, "?rights=open") == {good, decorative, bare}
    assert shown(desk, "?alt=en") == {bare}
    assert shown(desk, "?alt=ru") == {ended, soon, bare}
    assert shown(desk, "?alt=decorative") == {decorative}
    assert shown(desk, "?use=used") == {good, soon, ended}
    assert shown(desk, "?use=unused") == {decorative, bare}
    assert shown(desk, "?check=1") == {bare}
    assert shown(desk, "?alt=nonsense&rights=x&use=y") in (every, set())
    text = desk.get(LIST).text
    for words in ("rights ended", "rights until", "decorative", "no alternative text"):
        assert words in text


def many(count):
    first = make_picture()
    fields = {
        f.attname: getattr(first, f.attname)
        for f in Picture._meta.concrete_fields
        if f.name != "id"
    }
    Picture.objects.bulk_create([Picture(**fields) for _number in range(count)], batch_size=500)


@pytest.mark.parametrize("query", ["", "?use=unused", "?rights=ended", "?q=depot", "?alt=ru"])
def test_the_wall_asks_the_same_few_questions_for_ten_thousand_pictures(desk, query):
    asked = []
    for count in (20, 10_000):
        many(count)
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(LIST + query).status_code == 200
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 8


def test_a_file_that_waits_on_disk_is_taken_like_one_in_memory(desk, settings):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 100
    response = sent(desk, file_of(photograph()), file_of(ContentFile(b"x" * 5000), "b.jpg"))
    assert [state for _name, state in answers(response)] == ["stored", "refused"]


def test_the_square_of_the_wall_is_a_file_of_the_site(desk, client):
    picture = make_picture(file=picture_file())
    assert f'src="{picture.thumbnail}"' in desk.get(LIST).text
    assert client.get(picture.thumbnail).status_code == 200
