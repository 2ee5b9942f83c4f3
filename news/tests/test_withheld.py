"""Files of pictures whose rights have ended: nobody gets them, and they come back whole."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.management import call_command

from news import publishing, withheld
from news.models import Picture
from news.tests.desk import client_of
from news.tests.factories import make_article, make_picture, picture_file

LAST_DAY = date(2026, 11, 23)
ZONE = ZoneInfo("Europe/Moscow")
LAST_SECOND = datetime(2026, 11, 23, 23, 59, 59, tzinfo=ZONE)
NEXT_DAY = LAST_SECOND + timedelta(seconds=1)


@pytest.fixture
def picture(settings, db):
    settings.TIME_ZONE = "Europe/Moscow"
    with time_machine.travel(LAST_SECOND - timedelta(hours=9), tick=False):
        yield make_picture(rights_until=LAST_DAY)


@pytest.fixture
def gone(picture):
    """The same once the clock has passed."""
    with time_machine.travel(NEXT_DAY, tick=False):
        publishing.keep_files_in_place()
        picture.refresh_from_db()
        yield picture


def addresses(picture):
    """Of the upload and of every size."""
    found = withheld.files(picture.file.storage, picture.file.name)
    assert len(found) > 5
    return ["/media/" + withheld.public(name) for name in found]


def statuses(client, paths):
    return {client.get(path).status_code for path in paths}


def test_every_address_of_a_picture_ends_with_its_rights_and_not_before(picture, client):
    known = addresses(picture)
    with time_machine.travel(LAST_SECOND, tick=False):
        call_command("tick", verbosity=0)
        assert statuses(client, known) == {200}
    with time_machine.travel(NEXT_DAY, tick=False):
        call_command("tick", verbosity=0)
        assert statuses(client, known) == {404}
        picture.refresh_from_db()
        assert addresses(picture) == known  # each of them is kept


@pytest.mark.parametrize("way", ["withheld/", "pictures/../withheld/", "./withheld/", "/withheld/"])
def test_the_folder_is_closed_whatever_way_it_is_written(gone, client, way):
    name = withheld.public(gone.file.name)
    assert (gone.file.storage).exists(gone.file.name)
    assert client.get(f"/media/{way}{name}").status_code in {400, 404}


def test_rights_given_again_bring_every_file_back(gone, client):
    known = addresses(gone)
    gone.rights_until = None
    gone.save()
    assert statuses(client, known) == {200}
    assert Picture.objects.get().file.name == withheld.public(gone.file.name) == gone.file.name
    assert withheld.files(gone.file.storage, withheld.hidden(gone.file.name)) == []


def test_rights_given_in_a_form_that_was_open_meanwhile_bring_them_back_too(picture, client):
    opened = Picture.objects.get()
    known = addresses(opened)
    with time_machine.travel(NEXT_DAY, tick=False):
        publishing.keep_files_in_place()
        opened.rights_until = LAST_DAY + timedelta(days=30)
        opened.save()
        assert statuses(client, known) == {200}


def test_rights_given_by_a_command_bring_them_back_with_the_next_minute(gone, client):
    known = addresses(gone)
    Picture.objects.update(rights_until=None)
    assert publishing.keep_files_in_place() == 1
    assert statuses(client, known) == {200}
    assert publishing.keep_files_in_place() == 0


def test_a_form_saved_with_ended_rights_loses_nothing(picture, client):
    opened = Picture.objects.get()
    with time_machine.travel(NEXT_DAY, tick=False):
        publishing.keep_files_in_place()
        opened.caption_en = "Cranes."
        opened.save()
        publishing.keep_files_in_place()
        opened.refresh_from_db()
        assert opened.file.storage.exists(opened.file.name)
        opened.rights_until = None
        opened.save()
        assert statuses(client, addresses(opened)) == {200}


def test_a_file_stays_while_another_entry_of_it_has_rights(picture, client):
    twin = picture.twin()
    twin.credit_en, twin.alt_en = "Photo: A. Name", "Cranes"
    twin.save()
    known = ["/media/" + name for name in withheld.files(twin.file.storage, twin.file.name)]
    with time_machine.travel(NEXT_DAY, tick=False):
        publishing.keep_files_in_place()
        assert statuses(client, known) == {200}
        Picture.objects.filter(pk=twin.pk).update(rights_until=LAST_DAY)
        publishing.keep_files_in_place()
        assert statuses(client, known) == {404}
        twin.refresh_from_db()
        twin.rights_until = None
        twin.save()
        assert statuses(client, known) == {200}
        assert {one.file.name for one in Picture.objects.all()} == {twin.file.name}


def test_a_move_that_broke_off_is_finished_by_the_next(picture, client):
    storage, known = picture.file.storage, addresses(picture)
    first = withheld.files(storage, picture.file.name)[0]
    with storage.open(first) as file:
        half = file.read()[:10]
    storage.save(withheld.hidden(first), ContentFile(half))
    with time_machine.travel(NEXT_DAY, tick=False):
        publishing.keep_files_in_place()
        assert statuses(client, known) == {404}
        picture.refresh_from_db()
        assert storage.size(withheld.hidden(first)) > 10


def test_the_newsroom_still_sees_it_and_nobody_else(gone, client, editor, reporter):
    desk = client_of(editor)
    page = desk.get(f"/admin/news/picture/{gone.pk}/change/").text
    assert gone.middle[2] in page and gone.file.url in page
    assert gone.thumbnail in desk.get("/admin/news/picture/").text
    for address in (gone.middle[2], gone.thumbnail, gone.file.url):
        assert address.startswith("/admin/news/picture/withheld/pictures/")
        answer = desk.get(address)
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["Content-Type"].startswith("image/")
        assert client_of(reporter).get(address).status_code == 200
        assert client.get(address).status_code == 302
    assert desk.get("/admin/news/picture/withheld/pictures/none.webp").status_code == 404
    assert desk.get("/admin/news/picture/withheld/../../db.sqlite3").status_code == 404


def test_the_same_file_uploaded_with_new_rights_is_shown(gone, client):
    """As somebody does who has bought the picture again."""
    again = make_picture(file=picture_file(), rights_until=None)
    story = make_article(picture=again)
    assert again.base in client.get(story.get_absolute_url()).text
    assert statuses(client, [again.thumbnail, again.middle[2]]) == {200}


def test_deleting_a_withheld_picture_removes_its_files(gone, django_capture_on_commit_callbacks):
    storage, name = gone.file.storage, gone.file.name
    with django_capture_on_commit_callbacks(execute=True):
        gone.delete()
    assert withheld.files(storage, name) == []
