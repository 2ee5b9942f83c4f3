"""Feeds of stories: all of an edition, or those of one section, tag, author or source.

At most four queries each: whose feed it is, the stories, what goes with them (bylines, topics,
notes), and the pictures within their texts.
"""

from collections import defaultdict, namedtuple

from django.conf import settings
from django.db.models import Case, CharField, DateTimeField, IntegerField, Value, When
from django.db.models.functions import Cast
from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import register_converter, reverse
from django.urls.converters import StringConverter
from django.utils import timezone

from news import changes, crops
from news.full_text import figures, full_text, whole
from news.models import (
    Article,
    Author,
    Byline,
    Correction,
    OldAddress,
    Section,
    Source,
    Tag,
    Tagging,
)
from portal.lib import feeds, languages, sorting
from portal.lib.caching import public_page
from portal.lib.fields import told

# Whose feed.
PLACES = {"section": Section, "tag": Tag, "author": Author, "source": Source}
LISTED = ("tag", "author")


class Place(StringConverter):
    regex = "|".join(PLACES)


register_converter(Place, "feed_place")


@public_page("news")
def feed(request, form, place="", slug=""):
    """A feed of the edition the address names, in a form of portal.lib.feeds.TYPES."""
    here = PLACES[place].objects.filter(slug=slug).first() if place else None
    if place and here is None:
        return moved(place, slug, form)
    return feeds.answer(request, feed_of(here, place), form)


def moved(place, slug, form):
    """One step to the feed of what stood at this slug before it was renamed or merged; else 404."""
    here = OldAddress.objects.target(PLACES[place], slug)
    if here is None:
        raise Http404("no such feed")
    return HttpResponsePermanentRedirect(f"{path_of(place, here)}.{form}")


@public_page("news")
def page(request):
    """Which feeds there are, for people. The list of sections comes with the frame."""
    return render(request, "news/feeds.html", {"has_full_text": settings.FEED_FULL_TEXT})


def feed_of(here, place):
    code = languages.current()
    stories = Article.objects.published().in_language(code)
    if place in LISTED:  # however many there are, their lines tell which are the newest
        keys = here.lines.published().in_language(code).newest()
        stories = stories.filter(pk__in=keys[: feeds.MOST])
    elif here:
        stories = here.of_stories(stories)
    stories = loaded(stories, code)
    site = settings.SITE_NAMES.get(code) or settings.SITE_NAMES[languages.DEFAULT]
    return feeds.Feed(
        id=feeds.name("feed", place or "all", here.pk if here else 0, code),
        title=f"{site}: {here}" if here else site,
        description=getattr(here, "description", "") or str(settings.SITE_DESCRIPTION),
        language=code,
        publisher=site,
        home=feeds.absolute(here.get_absolute_url() if here else languages.path_in("/", code)),
        path=path_of(place, here),
        entries=entries(stories, code),
        touched=max(
            # Its hour alone may have let a story in that was saved long before.
            (max(one.modified_at, one.changed_at, one.left_at) for one in stories),
            default=None,
        ),
    )


def path_of(place="", here=None):
    """The path of a feed in the current language, without the ending that names its form."""
    if not here:
        path = reverse("news:feed_all", args=["rss"])
    else:
        path = reverse("news:feed", args=[place, here.slug, "rss"])
    return path.removesuffix(".rss")


def loaded(stories, code):
    now = timezone.now()
    rows = stories.newest().select_related("section", "picture", "source")
    return list(
        rows.annotate(changed_at=changes.changed(), left_at=changes.left_at(code, now))[
            : feeds.MOST
        ]
    )


def entries(stories, code):
    is_full = settings.FEED_FULL_TEXT
    with_them = company(stories, code, with_notes=is_full)
    figure = figures(stories) if is_full else None
    return [entry(story, *with_them[story.pk], figure) for story in stories]


# Authors in their order as (name, slug), names of tags, corrections with the newest first.
Company = namedtuple("Company", "people topics notes")
_TAG, _NOTE, _GRAVE_NOTE = -1, -2, -3


def company(stories, code, *, with_notes):
    """{story: Company} of stories. One query."""

    def kind(number):
        return Value(number, output_field=IntegerField())

    numbers = [story.pk for story in stories]
    nothing = Value("", output_field=CharField())
    never = Cast(Value(None), DateTimeField())
    bylines = Byline.objects.filter(article__in=numbers, role=Byline.Role.AUTHOR).order_by()
    tags = Tagging.objects.filter(article__in=numbers).order_by()
    arms = [
        tags.values_list("article_id", kind(_TAG), "pk", told("tag__name", code), nothing, never)
    ]
    corrected = [story.pk for story in stories if story.changed_at > story.published_at]
    if with_notes and corrected:
        grave = Case(When(is_grave=True, then=kind(_GRAVE_NOTE)), default=kind(_NOTE))
        notes = Correction.objects.filter(article__in=corrected).order_by()
        arms.append(notes.values_list("article_id", grave, "pk", "text", "kind", "noted_at"))
    rows = bylines.values_list(
        "article_id", "position", "pk", told("author__name", code), "author__slug", never
    ).union(*arms, all=True)
    found = defaultdict(lambda: Company([], [], []))
    for story, what, number, text, word, at in sorted(rows):
        if what == _TAG:
            found[story].topics.append(text)
        elif what in {_NOTE, _GRAVE_NOTE}:
            note = Correction(pk=number, text=text, kind=word, noted_at=at)
            note.is_grave = what == _GRAVE_NOTE
            found[story].notes.append(note)
        else:
            found[story].people.append((text, word))
    for one in found.values():
        one.notes.sort(key=lambda note: (note.noted_at, note.pk), reverse=True)
    return found


def entry(story, people, topics, notes, figure):
    label = "" if story.kind == story.Kind.NEWS else story.get_kind_display()
    title = story.headline
    if story.kind == story.Kind.SPONSORED:  # said where every reader program shows it
        title = f"{label}: {title}"
    card = crops.card(story.shown_picture)
    return feeds.Entry(
        id=feeds.name("story", story.pk),
        url=feeds.absolute(story.get_absolute_url()),
        title=title,
        summary=story.lead,
        published=story.published_at,
        changed=story.changed_at,
        html=full_text(story, notes, figure, label) if figure else "",
        people=tuple(
            feeds.Person(name, feeds.absolute(reverse("news:author", args=[slug])))
            for name, slug in people
        ),
        topics=tuple(
            dict.fromkeys(
                filter(None, [story.section.name, label, *sorted(topics, key=sorting.key)])
            )
        ),
        file=card
        and feeds.File(
            whole(card.url),
            card.type,
            card.length,
            card.width,
            card.height,
            story.shown_picture.credit,
        ),
        origin=origin_of(story),
    )


def origin_of(story):
    if not story.source:
        return None
    url = story.source_url or story.source.url
    name = story.source.name
    return feeds.Origin(name, url, feeds.absolute(f"{path_of('source', story.source)}.rss"))
