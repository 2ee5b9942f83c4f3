"""What is asked of a filled portal, and how many queries each page takes; `make bench` starts it.

VAR_DIR=folder python -m bench.addresses   prints {name: {"paths": […], "queries": n}}
"""

import json
import os

import django

MOST = 500  # different addresses of a kind: more than are asked in a slice


def find():
    """{name: addresses}, each list spread over all there is."""
    from django.urls import reverse
    from django.utils import timezone

    from markets.models import Instrument, Observation
    from news.models import Article, Author, Section, Tag
    from news.sitemaps import SIZE

    stories = Article.objects.published().in_language("en")
    first, last = stories.order_by("pk").first().pk, stories.order_by("pk").last().pk
    step = max(1, (last - first) // MOST)
    spread = stories.filter(pk__in=range(first, last + 1, step)).select_related("section")
    spread = list(spread.defer("body"))
    days = {timezone.localdate(story.published_at) for story in spread}
    # The months at both ends hold a part of their days only.
    months = sorted({(day.year, day.month) for day in days})[1:-1]
    named = Observation.objects.values("series__instrument")
    instruments = Instrument.objects.filter(pk__in=named).values_list("code", flat=True)
    sections = Section.objects.values_list("slug", flat=True)
    found = {
        "article": [story.get_absolute_url() for story in spread],
        "home": [reverse("home")],
        "section": [reverse("news:section", args=[slug]) for slug in sections],
        "tag": [tag.get_absolute_url() for tag in Tag.objects.filter(slug__startswith="topic-")],
        "author": [a.get_absolute_url() for a in Author.objects.filter(slug__startswith="author-")],
        "day": [f"/archive/{day:%Y/%m/%d}/" for day in sorted(days)],
        "month": [f"/archive/{year}/{month:02}/" for year, month in months],
        "search": [f"/search/?q={'+'.join(words_of(story))}" for story in spread[:200]],
        "feed": ["/feeds/all.rss", *(f"/feeds/section/{slug}.atom" for slug in sections)],
        "sitemap": [f"/sitemap-stories-{part}.xml" for part in parts(first, last, SIZE)],
        "board": [reverse("markets:board")],
        "instrument": [reverse("markets:instrument", args=[code]) for code in instruments],
        "ticker": [reverse("markets:ticker")],
    }
    return {name: paths[:MOST] for name, paths in found.items() if paths}


def words_of(story):
    """Two words of a headline, the longest: seldom ones and common ones."""
    return sorted(story.headline.lower().split(), key=len)[-2:]


def parts(first, last, size):
    return range((first - 1) // size + 1, (last - 1) // size + 2)


def count_queries(paths):
    """Of the second of two answers: what a process asks once in its life is not a page's."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"host": "127.0.0.1"})
    client.get(paths[0])
    with CaptureQueriesContext(connection) as queries:
        client.get(paths[-1])
    return len(queries)


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    os.environ["PAGE_MEMORY_MB"] = "0"
    django.setup()
    print(
        json.dumps(
            {
                name: {"paths": paths, "queries": count_queries(paths)}
                for name, paths in find().items()
            }
        )
    )


if __name__ == "__main__":
    main()
