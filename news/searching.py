"""The search page: reads the question, asks within a deadline, shows hits with their passages."""

import threading
from contextlib import contextmanager

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _

from news.models import Article
from news.models.search import LONGEST_TEXT
from news.search import query as questions
from news.search.deadline import TooSlow, within
from news.search.filters import NAMES, Filters
from news.search.finding import MOST, WHOLE, Found, find
from news.search.hits import load
from news.search.snippets import Marker
from portal.lib import languages
from portal.lib.caching import public_page
from portal.lib.listing import SIZE, Page, page_number
from portal.lib.text import readable_text

# A search may keep a processor busy: more of them at once would make readers of stories wait.
AT_ONCE, PATIENCE, RETRY_SECONDS = 3, 1.0, 5
_places = threading.BoundedSemaphore(AT_ONCE)


class Crowded(Exception):
    """So many searches are running that this one has waited long enough."""


@contextmanager
def a_place():
    if not _places.acquire(timeout=PATIENCE):
        raise Crowded
    try:
        yield
    finally:
        _places.release()


# Not kept: there is no end of questions.
@public_page("news", "markets", params=["q", *NAMES, "page"], is_kept=False)
def search(request):
    filters = Filters(request.GET)
    query = questions.read(request.GET.get("q", ""), filters.languages)
    context = {"words": query.typed, "query": query, "filters": filters, "is_hasty": False}
    others = f"?{filters.address(query.typed)}".rstrip("&?")
    request.editions = {
        code: languages.path_in(request.path, code) + others for code in languages.CODES
    }
    if not query.typed and not filters.are_narrow:
        latest = Article.objects.published().in_language(languages.current()).newest()
        return render(request, "news/search.html", {**context, "latest": latest.for_lines()[:5]})
    try:
        with a_place():
            return render(request, "news/search.html", context | _answer(request, query, filters))
    except Crowded:
        return crowded(request)


def _answer(request, query, filters):
    stories = filters.narrow(Article.objects.published())
    if query:
        found = find(stories, filters.scoped(query), by_relevance=filters.by_relevance)
    elif query.typed:
        found = Found()  # signs only: nothing to look for
    else:
        found = _all_of(stories)
    is_first = page_number(request) == 1 and not filters.are_narrow
    named = query.typed if query and is_first else ""
    page, places = _page(request, found, filters.address(query.typed), named)
    if query:
        shown = query.loosened if found.is_near else query
        markers = {code: Marker(shown, code) for code in filters.languages}
        for story in page.items:
            _mark(story, markers[story.language])
    is_poor = found.is_near or not found.keys
    return {
        "page": page,
        "places": places,
        # Who narrows the search or turns its pages looks for stories, not for a price.
        "has_answers": bool(named),
        "is_hasty": found.is_hasty,
        "is_near": found.is_near,
        "meant": found.meant,
        "meant_address": filters.address(found.meant),
        "elsewhere": filters.address(query.typed, lang="all") if is_poor else "",
        "everywhere": filters.everywhere(query.typed) if is_poor else "",
    }


def _all_of(stories):
    """Without words: what the filters leave, the newest first."""
    try:
        with within(WHOLE):
            keys = list(stories.newest().values_list("pk", flat=True)[: MOST + 1])
    except TooSlow:
        return Found(is_hasty=True)
    return Found(keys[:MOST], is_cut=len(keys) > MOST)


def _page(request, found, query, named):
    number, count = page_number(request), len(found.keys)
    pages = max(1, -(-count // SIZE))
    if number > pages:
        raise Http404("no such page")
    items, places = load(found.keys[(number - 1) * SIZE : number * SIZE], named)
    return Page(items, number, pages, count, request.path, found.is_cut, query), places


def _mark(story, marker):
    """The headline and the passage of a hit, with what was asked for in <mark>."""
    story.marked_headline = marker.marked(story.card_headline)
    lead = story.card_lead
    if marker.spans(lead):
        story.passage = marker.marked(lead)
        return
    texts = (readable_text(story.body)[:LONGEST_TEXT], story.picture_caption)
    story.passage = next(filter(None, map(marker.passage, texts)), "") or lead


def crowded(request):
    """503 in words, with the time after which to try again."""
    context = {
        "status": 503,
        "title": _("The search is busy"),
        "text": _("Many people are searching at this moment. Try again in a few seconds."),
    }
    response = render(request, "error.html", context, status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response
