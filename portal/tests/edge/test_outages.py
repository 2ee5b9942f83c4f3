"""What readers notice when processes are killed, nodes die or freeze, and the code is changed."""

import contextlib
import os
import random
import signal
import socket
import threading
import time

from portal.tests.edge import nginx
from portal.tests.edge.load import ask, crowd, statuses
from portal.tests.edge.origin import Origin
from portal.tests.edge.servers import SMALL, children, gunicorn

pytestmark = nginx.needed()


def until(true, limit=20):
    deadline = time.monotonic() + limit
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@contextlib.contextmanager
def meanwhile(act):
    """Does something again and again in another thread while the block runs."""
    over = threading.Event()

    def go():
        while not over.is_set():
            act()

    thread = threading.Thread(target=go, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=30)


def test_killed_processes_cost_no_reader_his_page(tmp_path):
    with (
        gunicorn(tmp_path / "node", SMALL) as node,
        nginx.in_front_of(tmp_path / "edge", node.port) as edge,
    ):
        chance = random.Random(70)

        def kill():
            if workers := node.workers():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(chance.choice(workers), signal.SIGKILL)
            time.sleep(0.3)

        paths = [f"/kept/{n % 40}/" if n % 2 else f"/never/{n}/" for n in range(2400)]
        with meanwhile(kill):
            answers = crowd(edge.port, paths, connections=24)
            lost = statuses(crowd(edge.plain, paths, connections=24))
        assert statuses(answers) == {200: 2400}
        assert lost[502] + lost[0] > 0, "the control bites: a plain proxy loses pages"


def test_a_process_killed_between_head_and_body_costs_no_reader_his_page(tmp_path):
    with (
        gunicorn(tmp_path / "node", SMALL) as node,
        nginx.in_front_of(tmp_path / "edge", node.port) as edge,
    ):
        answer = ask(edge.port, "/dies-once/")
        assert (answer.status, answer.text.split()[1]) == (200, "/dies-once/")
        assert (tmp_path / "node/died").exists(), "and one did die"


def test_one_dead_node_of_two_costs_no_reader_his_page(tmp_path):
    first, second = Origin(), Origin()
    try:
        with nginx.in_front_of(tmp_path / "edge", first.port, second.port) as edge:
            paths = [f"/{n}/" for n in range(1000)]

            def half_way():
                until(lambda: first.hits() >= 50)
                first.stop()

            half = threading.Thread(target=half_way)
            half.start()
            answers = crowd(edge.port, paths, connections=16)
            half.join()
            assert statuses(answers) == {200: 1000}
            assert statuses(crowd(edge.port, [f"/b{n}/" for n in range(1000)])) == {200: 1000}
            assert second.hits() > first.hits() > 0
    finally:
        first.stop()
        second.stop()


def test_when_the_portal_is_dead_known_pages_stand_and_others_say_so(edge, origin):
    assert ask(edge.port, "/known/").status == 200
    origin.stop()
    time.sleep(2.1)
    answers = crowd(edge.port, ["/known/"] * 2000, connections=32)
    assert {(one.status, one.cache, one.body) for one in answers} == {
        (200, "STALE", b"page /known/")
    }
    unknown = ask(edge.port, "/ru/unknown/")
    assert unknown.status == 503
    assert unknown.headers["retry-after"] == "30"
    assert unknown.headers["cache-control"] == "no-store"
    assert "Портал сейчас не отвечает" in unknown.text
    assert "nginx</center>" not in unknown.text
    assert ask(edge.port, "/admin/", method="POST", body=b"text").status == 503
    origin.start()
    assert ask(edge.port, "/ru/unknown/").status == 200, "and when it is back, it is back at once"


def test_a_portal_that_fails_is_as_good_as_a_dead_one(edge, origin):
    assert ask(edge.port, "/known/").status == 200
    time.sleep(2.1)
    for status in (500, 502, 503, 504):
        origin.answer = lambda request, status=status: (status, b"broken", {})
        answer = ask(edge.port, "/known/")
        assert (answer.status, answer.cache) == (200, "STALE"), status
    origin.answer = lambda request: (500, b"our own words", {})
    assert ask(edge.port, "/unknown/").text == "our own words"


def test_a_portal_that_has_enough_to_do_is_not_asked_again(edge, origin):
    busy = {"Retry-After": "5", "Cache-Control": "private, no-store"}
    origin.answer = lambda request: (503, b"too many searches", busy)
    answer = ask(edge.port, "/search/?q=oil")
    assert (answer.status, answer.text) == (503, "too many searches")
    assert answer.headers["retry-after"] == "5"
    assert origin.hits() == 1


def test_a_frozen_portal_does_not_freeze_the_readers(tmp_path):
    """It accepts and says nothing; nginx waits (here a second, not five) and serves what it has."""
    node = Origin()
    sooner = [
        ("read_timeout 5s", "read_timeout 1s"),
        ("upstream_timeout 6s", "upstream_timeout 1s"),
    ]
    with nginx.in_front_of(tmp_path / "edge", node.port, weaker=sooner) as edge:
        assert ask(edge.port, "/known/").status == 200
        node.stop()
        with socket.create_server(("127.0.0.1", node.port), backlog=64):
            time.sleep(2.1)
            answer = ask(edge.port, "/known/")
            assert (answer.status, answer.cache) == (200, "STALE")
            assert ask(edge.port, "/unknown/").status == 503


def test_a_form_is_never_sent_twice(tmp_path):
    """A node takes the form and dies before it answers: the other one must not get it too."""
    first, second = Origin(), Origin()

    def die(request):
        request.connection.close()
        raise ConnectionError

    first.answer = second.answer = die
    try:
        with nginx.in_front_of(tmp_path / "edge", first.port, second.port) as edge:
            answer = ask(edge.port, "/admin/", method="POST", body=b"a story")
            assert answer.status == 503
            assert first.hits() + second.hits() == 1
            assert ask(edge.port, "/admin/").status == 503
            assert first.hits() + second.hits() == 1 + 2, "looking again does no harm"
    finally:
        first.stop()
        second.stop()


# --- new code ------------------------------------------------------------------------------------


def test_usr2_alone_takes_the_site_to_new_code_and_no_reader_notices(tmp_path):
    told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)  # stands for systemd
    told.bind(str(tmp_path / "notify"))
    told.settimeout(10)
    changes = {"NOTIFY_SOCKET": str(tmp_path / "notify")}
    with (
        gunicorn(tmp_path / "node", SMALL, **changes) as node,
        nginx.in_front_of(tmp_path / "edge", node.port) as edge,
    ):
        assert told.recv(500).startswith(b"READY=1")
        old_workers = set(node.workers())
        answers = []
        with meanwhile(lambda: answers.extend(crowd(edge.port, [f"/{n}/" for n in range(300)]))):
            until(lambda: answers)
            os.kill(node.process.pid, signal.SIGUSR2)
            until(lambda: len(node.workers()) > 2)
            new = (set(node.workers()) - old_workers).pop()
            assert node.process.wait(timeout=20) == 0, "the old master went home by itself"
            counted = len(answers)
            until(lambda: len(answers) >= counted + 600)  # the first of them were asked before
        try:
            assert set(statuses(answers)) == {200}
            assert len(answers) >= 600
            pids = {int(one.text.split()[-1]) for one in answers[-100:]}
            assert pids <= set(children(new))
            messages = [told.recv(500) for _ in range(2)]
            assert f"MAINPID={new}".encode() in messages, "systemd knows whom to watch now"
        finally:
            os.kill(new, signal.SIGTERM)
            until(lambda: not os.path.exists(f"/proc/{new}") or not children(new))


def test_new_code_that_does_not_start_leaves_the_old_in_its_place(tmp_path):
    module = tmp_path / "code/fresh_app.py"
    module.parent.mkdir()
    module.write_text("from portal.tests.edge.node import application\n")
    changes = {"PYTHONPATH": str(module.parent)}
    with gunicorn(tmp_path / "node", "fresh_app:application", **changes) as node:
        module.write_text("raise RuntimeError('half an update')\n")
        old_workers = set(node.workers())
        os.kill(node.process.pid, signal.SIGUSR2)
        until(lambda: "half an update" in node.log.read_text())
        until(lambda: set(node.workers()) == old_workers)
        assert node.process.poll() is None
        assert ask(node.port, "/").status == 200
