"""`make bench` runs, and its table has every row; the figures themselves are nobody's test."""

import json
import os
import shutil
import subprocess
import sys
from itertools import pairwise

import pytest
from django.conf import settings

from bench.corpus import Corpus
from bench.measuring import summary
from bench.rows import CONSTANT, MODES, Ask, Row, rows

ROOT = settings.BASE_DIR
PAGES = "article home section tag author day search feed sitemap board instrument ticker".split()


def bench(tmp_path, **wishes):
    env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    env |= {"BENCH_DIR": str(tmp_path), "RESULTS": str(tmp_path / "results.json"), **wishes}
    command = [sys.executable, "-m", "bench"]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=240)


def table(answers, only=(), has_nginx=True):
    return [(row.name, row.mode) for row in rows(answers, only, has_nginx=has_nginx)]


@pytest.fixture
def addresses():
    return {name: {"paths": [f"/{name}/1/", f"/{name}/2/"], "queries": 3} for name in PAGES}


def test_a_small_run_measures_an_article_in_every_way_and_writes_it_down(tmp_path):
    wishes = {"N": "25", "ROUNDS": "1", "SECONDS": "0.1", "CLIENT": "own", "ONLY": "article"}
    done = bench(tmp_path, INDEX="0", DEMO="0", **wishes)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads((tmp_path / "results.json").read_text())
    measured = {(row["name"], row["mode"]): row for row in told["rows"]}
    wanted = {("article", "cold"), ("article", "warm"), ("article, br", "warm"), ("article", "304")}
    if shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"):
        wanted.add(("article", "nginx"))
    assert set(measured) == wanted
    for row in measured.values():
        assert row["errors"] == 0
        assert row["ratio"] > 0
        assert row["p99_ms"] >= row["p50_ms"] > 0
        assert f"  {row['name']} " in done.stdout
    assert measured["article", "cold"]["queries"] > 0
    sizes = measured["article", "warm"]["bytes"]
    assert sizes["br"] < sizes["gzip"] < sizes["identity"]
    assert told["settings"]["stories"] == 25


def test_growth_holds_the_same_page_over_many_stories_against_few(tmp_path):
    wishes = {"N": "60", "FEW": "20", "ROUNDS": "1", "SECONDS": "0.1", "CLIENT": "own"}
    done = bench(tmp_path, INDEX="0", DEMO="0", ONLY="growth,section", **wishes)
    assert done.returncode == 0, done.stdout + done.stderr
    (row,) = json.loads((tmp_path / "results.json").read_text())["rows"]
    assert (row["name"], row["mode"], row["errors"]) == ("section", "growth", 0)
    assert row["cpu_ratio"] > 0
    assert row["yardstick_cpu_ms"] > 1, "the yardstick is a page that is rendered, no constant"


def test_a_wish_that_cannot_be_read_ends_in_one_sentence(tmp_path):
    for wishes, words in (
        ({"N": "many"}, "N=many is no number above zero."),
        ({"DB": "oracle"}, "DB=oracle is neither sqlite nor postgres."),
        ({"ONLY": "frontpage"}, "frontpage is none of"),
    ):
        done = bench(tmp_path, **wishes)
        assert done.returncode == 1
        assert words in done.stderr
        assert "Traceback" not in done.stderr


def test_the_table_has_every_page_cold_and_the_busy_ones_in_every_other_way(addresses):
    found = table(addresses)
    assert [name for name, mode in found if mode == "cold"] == PAGES
    for mode in ("warm", "304", "nginx"):
        assert {"article", "home"} <= {name for name, of in found if of == mode}
    assert {mode for _name, mode in table(addresses, has_nginx=False)} == {"cold", "warm", "304"}
    order = [list(MODES).index(mode) for _name, mode in found]
    assert order == sorted(order)


def test_only_leaves_the_named_pages_in_the_named_ways(addresses):
    assert table(addresses, ["home", "cold"]) == [("home", "cold")]
    assert {mode for _name, mode in table(addresses, ["home"])} == {"cold", "warm", "304", "nginx"}
    assert {name for name, _mode in table(addresses, ["304"])} == {"article", "home", "feed"}


def test_cold_pages_are_asked_in_turn_and_warm_ones_again_and_again(addresses):
    asked = {row.mode: row.ask.paths for row in rows(addresses, ["article"], has_nginx=False)}
    assert asked["cold"] == ("/article/1/", "/article/2/")
    assert asked["warm"] == asked["304"] == ("/article/2/",)


def test_a_ratio_is_that_of_neighbours_in_time_and_one_slow_round_does_not_decide():
    row = Row("home", "cold", Ask("cold", ("/",)), CONSTANT, queries=7)
    shared = {"p50": 1, "p99": 2, "errors": 0, "client": 0.1, "even": True}

    def stretch(rate, cpu):
        return {"rate": rate, "cpu": cpu, **shared}

    for rate, before, after in ((100, 900, 1100), (50, 500, 500), (1, 1000, 1000)):
        around = [stretch(before, 0.5), stretch(after, 0.5)]
        row.slices.append((stretch(rate, 5.0), around))
    found = summary(row)
    assert found["ratio"] == pytest.approx(0.1)
    assert found["cpu_ratio"] == pytest.approx(10)
    assert found["rounds"] == 3


def test_the_corpus_is_the_same_for_the_same_seed_and_has_the_shape_of_a_newspaper():
    one, other = (list(Corpus(seed=3).stories(400)) for _ in range(2))
    assert one == other
    assert one != list(Corpus(seed=4).stories(400))
    words = [sum(len(text.split()) for text in story.paragraphs) for story in one]
    assert 760 < sum(words) / len(words) < 840
    assert {story.section for story in one} == set(range(8))
    assert len({story.author for story in one}) == 40
    assert len({story.slug for story in one}) == 400
    assert all(3 <= len(set(story.tags)) <= 5 for story in one)
    assert all(older.ago > newer.ago for older, newer in pairwise(one))
    assert 729 <= one[0].ago.days <= 730
    assert one[-1].ago.days < 2
