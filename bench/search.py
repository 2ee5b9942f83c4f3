"""What the search costs over many stories: building the index, and asking it.

    N=100000 CORPUS=stories.jsonl python bench/search.py

CORPUS: one JSON object a line with title, lead, paragraphs, tags, author, section, published_at.
Without it stories are drawn from the words of the demonstration, in its three languages.
DATABASE_URL may name an empty PostgreSQL database; KEEP=folder keeps (and reuses) SQLite's.
FUZZ=5000 asks so many hostile questions instead: none may be an error.
"""

import gc
import json
import os
import random
import re
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice, pairwise
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[1]
N = int(os.environ.get("N") or 100_000)
FUZZ = int(os.environ.get("FUZZ") or 0)
ROUNDS = int(os.environ.get("ROUNDS") or 12)
BATCH = 1_000


def start(folder):
    own = {"ENV_FILE": os.devnull, "VAR_DIR": folder, "DEBUG": "false", "LOG_LEVEL": "ERROR"}
    own["PAGE_MEMORY_MB"] = "0"
    os.environ.update(own, DJANGO_SETTINGS_MODULE="portal.settings")
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018  loads what a server has loaded
    gc.collect()
    gc.freeze()  # as portal/wsgi.py does
    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    call_command("seed_base", verbosity=0)


def corpus():
    """(language, title, lead, body, tags, author, hour) of each story, the oldest first."""
    if os.environ.get("CORPUS"):
        with open(os.environ["CORPUS"], encoding="utf-8") as file:
            for line in file:
                one = json.loads(line)
                body = "".join(f"<p>{text}</p>" for text in one["paragraphs"])
                hour = datetime.fromisoformat(one["published_at"].replace("Z", "+00:00"))
                yield "en", one["title"], one["lead"], body, one["tags"], one["author"], hour
        return
    rng, words = random.Random(7), {}  # noqa: S311  no secret
    for code in ("en", "ru", "kk"):
        text = " ".join(p.read_text() for p in (ROOT / f"fixtures/demo/stories/{code}").iterdir())
        words[code] = re.findall(r"[^\W\d_]{2,}", re.sub(r"\+\+\+.*?\+\+\+|<[^>]+>", " ", text))
    now = datetime.now(UTC).replace(microsecond=0)
    weights = {
        code: list(accumulate(1 / (n + 8) for n in range(len(w)))) for code, w in words.items()
    }
    for number in range(N):
        code = ("en", "en", "ru", "kk")[number % 4]
        draw = [rng.choices(words[code], cum_weights=weights[code], k=k) for k in (8, 25, 700)]
        title, lead, body = (" ".join(some) for some in draw)
        hour = now - timedelta(minutes=10 * (N - number))
        yield code, title, lead, f"<p>{body}</p>", draw[0][:3], f"A. Name{number % 40}", hour


def load():
    from news.models import Article, Author, Byline, Section, Tag

    sections, authors, tags = list(Section.objects.all()), {}, {}
    stories, count = iter(islice(corpus(), N)), 0
    shift = None
    through = Article.tags.through
    while batch := list(islice(stories, BATCH)):
        made, extra = [], []
        for code, title, lead, body, named, author, hour in batch:
            shift = shift or datetime.now(UTC).replace(microsecond=0) - timedelta(days=731) - hour
            count += 1
            made.append(
                Article(
                    language=code,
                    headline=title[:200],
                    lead=lead[:600],
                    body=body,
                    slug=f"story-{count}",
                    status="published",
                    section=sections[count % len(sections)],
                    published_at=hour + (shift if os.environ.get("CORPUS") else timedelta()),
                )
            )
            if author not in authors:
                slug = f"bench-{len(authors)}"
                authors[author] = Author.objects.create(name_en=author[:80], slug=slug)
            for word in named:
                if word not in tags:
                    tags[word] = Tag.objects.create(name_en=word[:60], slug=f"bench-{len(tags)}")
            extra.append((authors[author], {tags[word] for word in named}))
        Article.objects.bulk_create(made)
        Byline.objects.bulk_create(
            Byline(article=a, author=author) for a, (author, _t) in zip(made, extra, strict=True)
        )
        pairs = ((a, tag) for a, (_a, some) in zip(made, extra, strict=True) for tag in some)
        through.objects.bulk_create(through(article=a, tag=tag) for a, tag in pairs)
        print(f"\r{count:,} stories", end="", flush=True)
    print()


def build():
    from django.core.management import call_command

    begun, cpu = time.perf_counter(), time.process_time()
    call_command("reindex", "--afresh", verbosity=0)
    wall, cpu = time.perf_counter() - begun, time.process_time() - cpu
    print(f"reindex: {wall:.0f} s, of it {cpu:.0f} s of this process")


def questions():
    """{name: addresses}: words as common as they come, and as rare."""
    from news.models import SearchWord

    by = SearchWord.objects.filter(language="en").order_by("-stories", "word")
    words = list(by.values_list("word", flat=True)[:4000])
    common, middle, rare = words[:12], words[300:312], words[-12:]
    pairs = list(zip(common, middle, strict=True))
    slips = [word[:2] + "x" + word[3:] for word in middle if len(word) > 6] or ["xxxxpipe"]
    return {
        "the most common word": ["the", *common[:3]],
        "a common word": common,
        "a word of the middle": middle,
        "a rare word": rare,
        "two words": [f"{a} {b}" for a, b in pairs],
        "three common words": [" ".join(common[n : n + 3]) for n in range(6)],
        "a phrase": [f'"{a} {b}"' for a, b in pairwise(common)],
        "without a word": [f"{a} -{b}" for a, b in zip(middle, rare, strict=True)],
        "three letters": [word[:3] for word in middle],
        "two letters*": [f"{word[:2]}*" for word in common],
        "newest first": [f"{word}&order=newest" for word in common],
        "one section": [f"{word}&section=power" for word in common],
        "three days, long ago": [f"{w}&from=2025-01-10&to=2025-01-12" for w in common[:6]],
        "a slip": slips,
        "three words, one a slip": [
            f"{a} {b} {slip}" for (a, b), slip in zip(pairs, slips, strict=False)
        ],
        "no story has all words": [
            f"{a} {b} qqqqqq {c}" for (a, b), c in zip(pairs, rare, strict=True)
        ],
        "nothing": ["qqqqqq wwwww", "%25%25", "zzz*"],
    }


def ask():
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext, setup_test_environment

    from portal.lib.topics import SUM

    setup_test_environment()  # so that an answer tells what it was made of
    client, every = Client(), []
    # What a process does once: templates, catalogues, states, a connection, words met before.
    for asked in questions().values():
        client.get(f"/search/?q={asked[-1]}")
    print(f"{'':24}{'p50':>7}{'p95':>7}{'CPU 95':>8}  queries hasty")
    for name, asked in questions().items():
        walls, cpus, hasty = [], [], 0
        for number in range(max(ROUNDS, len(asked))):
            address = f"/search/?q={asked[number % len(asked)]}"
            response = timed(client, address, walls, cpus)
            if response.status_code != 200:
                raise SystemExit(f"{address} answered {response.status_code}")
            hasty += response.context["is_hasty"]
        most = 0
        for words in asked:
            with CaptureQueriesContext(connection) as queries:
                client.get(f"/search/?q={words}")
            # One look at the topics is the page's; the process looks four times a second anyway.
            looks = sum(SUM in one["sql"] for one in queries)
            most = max(most, len(queries) - max(0, looks - 1))
        every += zip(walls, cpus, strict=True)
        show(name, walls, cpus, f"{most:>5} {hasty:>7}")
    show("all", *zip(*every, strict=True), "")


def timed(client, address, walls, cpus):
    """The answer; its milliseconds are added to both lists."""
    begun, cpu = time.perf_counter(), time.process_time()
    response = client.get(address)
    cpus.append((time.process_time() - cpu) * 1000)
    walls.append((time.perf_counter() - begun) * 1000)
    return response


def fuzz():
    """Through the whole page, in turn in one language and in all."""
    os.environ["SEARCH_FUZZ"] = str(FUZZ)
    from django.test import Client
    from django.test.utils import setup_test_environment

    from news.tests.test_search_fuzz import questions as hostile

    setup_test_environment()
    client, walls, cpus, errors, hasty = Client(raise_request_exception=False), [], [], 0, 0
    for number, typed in enumerate(hostile()):
        address = f"/search/?q={quote(typed, errors='surrogatepass')}{'&lang=all' * (number % 2)}"
        response = timed(client, address, walls, cpus)
        if response.status_code != 200:
            errors += 1
            print(f"{typed!r} answered {response.status_code}")
        else:
            hasty += response.context.get("is_hasty", False)
    print(f"{len(walls):,} hostile questions, {errors} errors, {hasty} without time for all")
    show("hostile", walls, cpus, "")


def show(name, walls, cpus, rest):
    cut = [statistics.quantiles(values, n=20)[18] for values in (walls, cpus)]
    print(f"{name:24}{statistics.median(walls):7.0f}{cut[0]:7.0f}{cut[1]:8.0f}{rest}")


def main():
    with tempfile.TemporaryDirectory() as temporary:
        start(os.environ.get("KEEP") or temporary)
        from news.models import Article

        if not Article.objects.exists():
            load()
            build()
        elif os.environ.get("BUILD"):
            build()
        if FUZZ:
            fuzz()
        elif not os.environ.get("BUILD_ONLY"):
            ask()


if __name__ == "__main__":
    main()
