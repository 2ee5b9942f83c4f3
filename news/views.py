"""Public pages of the newsroom: each fetches, decides, renders."""

from calendar import monthrange
from datetime import date, timedelta

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils import timezone

from news import loading
from news.loading import TOPICS
from news.models import (
    Article,
    Author,
    Byline,
    Correction,
    OldAddress,
    Policy,
    Section,
    Source,
    Tag,
    Tagging,
)
from portal.lib import dates, languages
from portal.lib.caching import public_page
from portal.lib.listing import page_of
from portal.lib.shared import shared


def _published():
    return Article.objects.published().in_language(languages.current())


def _latest(count=6):
    return _newest(languages.current())[:count]


@public_page("news", "markets")
def article(request, section, pk, words=None):
    story, now = loading.story(int(pk)), timezone.now()
    if story is None:
        raise Http404("no such story")
    if not story.is_public_at(now):
        if story.was_public_before(now):
            return gone(request, story, now)
        raise Http404("not public")
    if request.path != story.get_absolute_url():
        return HttpResponsePermanentRedirect(story.get_absolute_url())
    if not story.has_prices:
        request.page_plan.leave_out("markets")
    context = page_context(story, now)
    editions = [*context["siblings"], story]
    request.editions = {s.language: s.get_absolute_url() for s in editions}
    # A reprint is found at its original; its translations do not lead search engines to it.
    request.canonical = story.source_url if story.is_reprint else None
    request.alternates = {s.language: s.get_absolute_url() for s in editions if not s.is_reprint}
    return render(request, "news/article.html", context)


def page_context(story, now):
    """What the page of a story shows beside its text. One query, and those of the story itself;
    two more for what its neighbours share.
    """
    newest = _newest(story.language)
    of_section = _newest_of_section(story.language, story.section_id)
    related = [other for other in of_section if other.pk != story.pk][:4]
    related.sort(key=lambda s: s.shown_picture is None)
    related = loading.without_repeated_pictures(related, {story.picture_id})
    latest = [s for s in newest if s.pk != story.pk and s not in related][:6]
    notes = list(story.corrections.all()) if getattr(story, "has_corrections", True) else []
    return {
        "article": story,
        "section": story.section,
        "siblings": loading.siblings(story, now),
        "related": related,
        "latest": latest,
        "corrections": [note for note in notes if not note.is_grave],
        "grave_corrections": [note for note in notes if note.is_grave],
    }


# What stands beside a story: eleven of the newest are enough for six, without it and four related.
NEWEST, NEWEST_OF_SECTION = 11, 5


def _newest(language):
    """Lines of the newest stories of a language, shared by all pages: nobody may change them."""

    def load():
        published = Article.objects.published().in_language(language)
        return loading.to_share(published.newest().for_lines()[:NEWEST])

    return shared(("newest", language), TOPICS, load)


def _newest_of_section(language, section):
    """Cards, without writers, of the newest stories of a section, shared in the same way."""

    def load():
        published = Article.objects.published().in_language(language).in_section(section)
        cards = published.newest().select_related("section", "picture").defer("body", "lead")
        return loading.to_share(cards[:NEWEST_OF_SECTION])

    return shared(("newest", language, section), TOPICS, load)


def gone(request, story, now):
    """410 for a story readers once had: when it went and why, never what it said."""
    request.editions = {}  # the other languages of this address are gone as well
    is_withdrawn = story.status == Article.Status.WITHDRAWN
    context = {
        "is_withdrawn": is_withdrawn,
        "gone_at": story.withdrawn_at if is_withdrawn else story.expires_at,
        "reason": story.withdrawal_reason if is_withdrawn else "",
        "latest": _latest(4),
    }
    return render(request, "410.html", context, status=410)


def _listing(request, template, narrow, values, *, of=Article, **context):
    """A page of a list; narrow, values, of: as loading.listed() has them."""
    page = loading.listed(request, narrow, of, **values)
    page.items[:] = loading.without_repeated_pictures(page.items)
    return render(request, template, {"page": page, **context})


def of_section(stories, here):
    return stories.in_section(here)


def of_tag(lines, here):
    return lines.filter(tag=here)


def of_author(lines, here):
    return lines.filter(author=here)


def of_source(stories, here):
    return stories.from_source(here)


def of_days(stories, start, end):
    return stories.between(start, end)


def moved(request, model, slug):
    """One step to the row that stood at this slug before it was renamed or merged; else 404."""
    here = OldAddress.objects.target(model, slug)
    if here is None:
        raise Http404("no such address")
    query = request.GET.urlencode()
    return HttpResponsePermanentRedirect(here.get_absolute_url() + (query and f"?{query}"))


@public_page("news", params=["page"])
def section(request, section):
    here = loading.at(Section, section)
    if here is None:
        return moved(request, Section, section)
    return _listing(
        request,
        "news/section.html",
        of_section,
        {"here": here.pk},
        section=here,
        is_section_page=True,
        latest=_latest(),
    )


@public_page("news", params=["page"])
def tag(request, slug):
    here = loading.at(Tag, slug)
    if here is None:
        return moved(request, Tag, slug)
    return _listing(request, "news/tag.html", of_tag, {"here": here.pk}, of=Tagging, tag=here)


@public_page("news", params=["page"])
def author(request, slug):
    here = loading.at(Author, slug)
    if here is None:
        return moved(request, Author, slug)
    return _listing(
        request, "news/author.html", of_author, {"here": here.pk}, of=Byline, author=here
    )


@public_page("news", params=["page"])
def source(request, slug):
    here = loading.at(Source, slug)
    if here is None:
        return moved(request, Source, slug)
    return _listing(request, "news/source.html", of_source, {"here": here.pk}, source=here)


@public_page("news")
def archive(request):
    """Every month since the first story, newest first."""
    stories = _published()
    first = stories.order_by("published_at", "pk").values_list("published_at", flat=True).first()
    months = []
    if first is not None:
        day = timezone.localdate().replace(day=1)
        start = timezone.localdate(first).replace(day=1)
        while day >= start:
            months.append(day)
            day = (day - timedelta(days=1)).replace(day=1)
    return render(request, "news/archive.html", {"months": months})


@public_page("news", params=["page"])
def archive_month(request, year, month):
    first = _day(year, month, "01")
    every = [first + timedelta(days=n) for n in range(monthrange(first.year, first.month)[1])]
    return _listing(
        request,
        "news/archive_period.html",
        of_days,
        _span(first, every[-1] + timedelta(days=1)),
        period=first,
        form="month",
        days=loading.days_with_stories(languages.current(), every),
    )


@public_page("news", params=["page"])
def archive_day(request, year, month, day):
    here = _day(year, month, day)
    return _listing(
        request,
        "news/archive_period.html",
        of_days,
        _span(here, here + timedelta(days=1)),
        period=here,
        form="long",
    )


def _day(year, month, day):
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise Http404("no such day") from None


def _span(first, after):
    """The newsroom's days from `first` up to, not including, `after`, for of_days()."""
    return {"start": dates.midnight(first), "end": dates.midnight(after)}


@public_page("news", params=["page"])
def corrections(request):
    # Story by story: as a list of all that are public it would be the whole table.
    is_public = Exists(_published().filter(pk=OuterRef("article")))
    notes = Correction.objects.filter(is_public).order_by("-noted_at", "-pk")
    page = page_of(
        notes,
        request,
        load=lambda rows: rows.select_related("article__section").defer("article__body"),
    )
    return render(request, "news/corrections.html", {"page": page})


@public_page("news")
def policy(request, slug="about", year=None, month=None, day=None):
    language = languages.current()
    records = list(
        Policy.objects.filter(slug=slug, effective_on__lte=timezone.localdate()).order_by(
            "-effective_on"
        )
    )
    mine = [record for record in records if record.language == language]
    on = _day(year, month, day) if year else None
    here = next((r for r in mine if on is None or r.effective_on == on), None)
    if here is None:
        raise Http404("no such policy")
    if on and here is mine[0]:
        return HttpResponsePermanentRedirect(here.get_absolute_url())
    request.editions = {
        record.language: languages.path_in(here.get_absolute_url(), record.language)
        for record in records
    }
    context = {"policy": here, "in_force": mine[0], "earlier": mine[1:]}
    return render(request, "news/policy.html", context)
