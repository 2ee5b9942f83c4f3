"""What feeds and sitemaps cost over a hundred thousand stories (N=10000 is quicker).

    python bench/machines.py

A fresh database in a folder of its own, or the empty one that DATABASE_URL names. Times are CPU
seconds of this process, best of three, each in its first run as well.
"""

import os
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MANY = int(os.environ.get("N") or 100_000)
LIMIT = 2.0  # seconds for a part of the sitemap


def fill():
    from django.core.management import call_command
    from django.utils import timezone

    from news.models import Article, Author, Byline, Correction, Section, Tag
    from news.tests.factories import make_picture

    call_command("migrate", verbosity=0)
    call_command("seed_base", verbosity=0)
    now = timezone.now().replace(microsecond=0)
    sections = list(Section.objects.all())
    tags = Tag.objects.bulk_create(Tag(slug=f"tag-{n}", name_en=f"Tag {n}") for n in range(500))
    tags = list(Tag.objects.all())
    people = [Author.objects.create(slug=f"a-{n}", name_en=f"A. Name {n}") for n in range(100)]
    pictures = [make_picture(alt_en=f"Depot {n}") for n in range(5)]
    codes = ("en", "ru", "kk")
    for start in range(0, MANY, 5_000):
        made = Article.objects.bulk_create(
            Article(
                headline=f"Depot {n} fills its tanks before the frost",
                lead="Shippers have booked more than the line can carry.",
                body="<p>Six years the crew turned the shaft by hand.</p>" * 30,
                slug=f"depot-{n}-fills-its-tanks-before-the-frost",
                language=codes[n % 3],
                # Every story in three languages: the dearest case.
                story=f"{n // 3:032x}",
                section=sections[n // 3 % len(sections)],
                status="published",
                published_at=now - timedelta(minutes=MANY - n),
                picture=pictures[n % 5] if n % 2 else None,
            )
            for n in range(start, min(start + 5_000, MANY))
        )
        Byline.objects.bulk_create(
            Byline(article=story, author=people[story.pk % 100]) for story in made
        )
        through = Article.tags.through
        through.objects.bulk_create(
            through(article=story, tag=tags[(story.pk * 7 + k) % 500])
            for story in made
            for k in range(3)
        )
        Correction.objects.bulk_create(
            Correction(article=story, text="Nine tanks, not ten.", noted_at=now)
            for story in made[::50]
        )
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def measure():
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    last = MANY // 5_000
    paths = [
        "/sitemap.xml",
        "/sitemap-stories-1.xml",
        f"/ru/sitemap-stories-{last}.xml",
        "/sitemap-pages.xml",
        "/sitemap-news.xml",
        "/feeds/all.rss",
        "/feeds/section/fuel.atom",
        "/feeds/tag/tag-7.json",
        "/feeds/author/a-7.rss",
    ]
    client, slow = Client(headers={"host": "127.0.0.1"}), []
    print(f"{MANY:,} stories, {connection.vendor}")
    print(f"{'address':34} {'queries':>7} {'first':>7} {'best':>7}  bytes")
    for path in paths:
        times = []
        for _ in range(3):
            begun = time.process_time(), time.perf_counter()
            with CaptureQueriesContext(connection) as queries:
                response = client.get(path)
            # A database server's time is not this process's: then the clock counts.
            used = time.process_time() - begun[0], time.perf_counter() - begun[1]
            times.append(used[connection.vendor != "sqlite"])
        if response.status_code != 200:
            sys.exit(f"{path}: {response.status_code}")
        print(
            f"{path:34} {len(queries):7} {times[0]:7.2f} {min(times):7.2f}  "
            f"{len(response.content):,}"
        )
        if "sitemap" in path and min(times) > LIMIT:
            slow.append(path)
    return slow


def main():
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"VAR_DIR": folder, "ENV_FILE": os.devnull, "LOG_LEVEL": "ERROR"}
        os.environ["PAGE_MEMORY_MB"] = "0"
        import django

        django.setup()
        fill()
        slow = measure()
    sys.exit(f"slower than {LIMIT} s: {', '.join(slow)}" if slow else 0)


if __name__ == "__main__":
    main()
