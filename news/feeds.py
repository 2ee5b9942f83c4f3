"""Feeds of stories: all of an edition, or those of one section, tag, author or source.

At most four queries each: whose feed it is, the stories, their bylines and topics, their notes.
"""

import re
from collections import defaultdict

from django.conf import settings
from django.db.models import CharField, IntegerField, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import register_converter, reverse
from django.urls.converters import StringConverter
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.translation import gettext as _

from news import changes, crops
from news.models import Article, Author, Byline, Correction, OldAddress, Section, Source, Tag
from portal.lib import dates, feeds, languages, sorting
from portal.lib.caching import public_page

# Whose feed: the model, and the question its stories answer.
PLACES = {
    "section": (Section, "in_section"),
    "tag": (Tag, "tagged"),
    "author": (Author, "by"),
    "source": (Source, "from_source"),
}
_HERE = re.compile(r'(<(?:a|img)\b[^>]*?\b(?:href|src)=")(/(?!/)|#)')
_BOX = re.compile(r'<div class="tablebox"[^>]*>(.*?)</div>', re.S)


class Place(StringConverter):
    regex = "|".join(PLACES)


register_converter(Place, "feed_place")


@public_page("news")
def feed(request, form, place="", slug=""):
    """A feed of the edition the address names, in a form of portal.lib.feeds.TYPES."""
    here = PLACES[place][0].objects.filter(slug=slug).first() if place else None
    if place and here is None:
        return moved(place, slug, form)
    return feeds.answer(request, feed_of(here, place), form)


def moved(place, slug, form):
    """One step to the feed of what stood at this slug before it was renamed or merged; else 404."""
    here = OldAddress.objects.target(PLACES[place][0], slug)
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
    if here:
        stories = getattr(stories, PLACES[place][1])(here)
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
    people, topics = people_and_topics(stories, code)
    notes = defaultdict(list)
    if settings.FEED_FULL_TEXT:
        corrected = [story.pk for story in stories if story.changed_at > story.published_at]
        if corrected:
            for note in Correction.objects.filter(article__in=corrected):
                notes[note.article_id].append(note)
    return [entry(story, people[story.pk], topics[story.pk], notes[story.pk]) for story in stories]


def people_and_topics(stories, code):
    """({story: [(name, slug), …]}, {story: [name, …]}): authors in their order, tags. One query."""

    def told(column):
        return Coalesce(NullIf(f"{column}_{code}", Value("")), f"{column}_{languages.DEFAULT}")

    numbers = [story.pk for story in stories]
    nothing = Value("", output_field=CharField())
    none = Value(-1, output_field=IntegerField())
    bylines = Byline.objects.filter(article__in=numbers, role=Byline.Role.AUTHOR).order_by()
    tags = Article.tags.through.objects.filter(article__in=numbers).order_by()
    rows = bylines.values_list(
        "article_id", "position", "pk", told("author__name"), "author__slug"
    ).union(tags.values_list("article_id", none, "pk", told("tag__name"), nothing), all=True)
    people, topics = defaultdict(list), defaultdict(list)
    for story, position, _number, name, slug in sorted(rows):
        if position < 0:
            topics[story].append(name)
        else:
            people[story].append((name, slug))
    return people, topics


def entry(story, people, topics, notes):
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
        html=full_text(story, notes, label) if settings.FEED_FULL_TEXT else "",
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


def whole(url):
    """The address of an upload, wherever it is kept."""
    return feeds.absolute(url) if url.startswith("/") else url


def full_text(story, notes, label=""):
    """The story as a reader program shows it: what its page says, with whole addresses.

    Prices are the writer's words: a figure that stood in a feed could not be renewed.
    """
    grave = [note for note in notes if note.is_grave]
    parts = [format_html("<p><strong>{}</strong></p>", label) if label else ""]
    parts += [noted(note) for note in grave]
    parts += [pictured(story)]
    parts += [format_html("<p><strong>{}</strong></p>", story.lead) if story.lead else ""]
    parts += [_BOX.sub(r"\1", story.prose).replace(' class="ledger"', "")]
    parts += [noted(note) for note in notes if not note.is_grave]
    parts += [credited(story)]
    text = "\n".join(str(part) for part in parts if part)
    url = feeds.absolute(story.get_absolute_url())
    return _HERE.sub(
        lambda match: match[1] + (f"{url}#" if match[2] == "#" else f"{settings.SITE_URL}/"), text
    )


def noted(note):
    day = dates.written(note.noted_at, "long")
    kind = note.get_kind_display()
    return format_html("<p><strong>{} ({}).</strong> {}</p>", kind, day, note.text)


def pictured(story):
    picture = story.shown_picture
    if picture is None or not picture.sizes:
        return ""
    width, height, url = picture.middle
    alt = "" if picture.is_decorative else picture.alt
    caption = story.picture_caption or picture.caption
    return format_html(
        '<figure><img src="{}" width="{}" height="{}" alt="{}">'
        "<figcaption>{} {}</figcaption></figure>",
        *(whole(url), width, height, alt, caption, picture.credit),
    )


def credited(story):
    url = story.source_url or (story.source.url if story.source else "")
    name = story.source.name if story.source else url
    if not name:
        return ""
    said = f'<a href="{escape(url)}">{escape(name)}</a>' if url else escape(name)
    return f"<p>{escape(_('Source:'))} {said}</p>"
