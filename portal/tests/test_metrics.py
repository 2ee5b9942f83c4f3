"""What the memory of pages does can be seen, by this machine alone."""

import json
import os
import re

import pytest
from django.test import Client

from news.tests.factories import make_article
from portal import metrics


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def told():
    text = Client().get("/metrics").text
    return {name: int(value) for name, value in re.findall(r"^meridian_(\w+) (\d+)$", text, re.M)}


@pytest.mark.django_db(transaction=True)
def test_hits_renders_and_bytes_are_counted(client):
    path = make_article().get_absolute_url()
    before = told()
    for _time in range(3):
        client.get(path)
    after = told()
    assert after["page_renders_total"] - before["page_renders_total"] == 1
    assert after["page_hits_total"] - before["page_hits_total"] == 2
    assert after["page_memory_entries"] == 1
    assert 0 < after["page_memory_bytes"] < after["page_memory_limit_bytes"]


def test_the_processes_of_a_server_are_added_up_and_the_dead_forgotten(settings, db):
    metrics.note(at_once=True)
    mine = next(iter(metrics.all_notes()))
    alive = metrics.folder() / str(os.getppid())
    dead = metrics.folder() / "4194305"  # beyond the largest number
    for path in (alive, dead):
        path.write_text(json.dumps([10] * len(metrics.FIGURES)))
    assert told()["processes"] == 2
    assert told()["page_hits_total"] == mine[0] + 10
    assert alive.exists()
    assert not dead.exists()


def test_nobody_else_is_told(client, db):
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics")["Cache-Control"] == "private, no-store"
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.1").status_code == 404
    through_nginx = client.get("/metrics", headers={"x-forwarded-for": "203.0.113.1"})
    assert through_nginx.status_code == 404
