"""The checklist before publishing: what stands in the way of a story, what deserves a look.

`check` takes a row or its look-alike with pending content, asks at most five queries and writes
nothing. Codes are stable: logs and tests name them.
"""

import re
from datetime import timedelta
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from news import damage, links, prose
from news.alt import looks_like_file_name
from news.models import Article, Byline, Picture
from portal.lib import dates
from portal.lib.languages import columns
from portal.lib.text import fold, plain_text

BLOCK, WARN = "block", "warn"
LONG_HEADLINE = 100
RECENT = timedelta(days=30)
# Columns of a picture that a file may have filled in and a person should have read.
CHECKED = {*columns("alt"), *columns("credit")}
# Fields people type into, with what a damaged place in them is repaired by.
TEXTS = (
    *("kicker", "headline", "lead", "dateline", "picture_caption", "listing_headline"),
    *("listing_lead", "seo_title", "seo_description", "no_byline_reason"),
)
_FIGURE = re.compile(r'<figure data-picture="(\d{1,18})"')
_HEADING = re.compile(r"<h([23])>(.*?)</h\1>", re.S)
_url = URLValidator(schemes=["http", "https"])


class Place(NamedTuple):
    text: str
    note: str = ""
    address: str = ""


class Finding(NamedTuple):
    code: str
    level: str
    words: str
    places: tuple = ()
    field: str = ""
    can_repair: bool = False


def check(article):
    """[Finding], blocks first, in the order of the form."""
    found = [
        *_words(article),
        *_byline(article),
        *_pictures(article),
        *_source(article),
        *_body(article),
        *_twins(article),
        *_damage(article),
        *_links(article),
    ]
    return sorted(found, key=lambda finding: finding.level != BLOCK)


def blocks(findings):
    return [finding for finding in findings if finding.level == BLOCK]


def repair_content(content):
    """The content with every certain repair of damaged text made; nothing else changes."""
    repaired = dict(content)
    for field in TEXTS:
        if isinstance(content.get(field), str):
            repaired[field] = damage.repair(content[field])
    repaired["body"] = damage.repair_prose(content.get("body") or "")
    return repaired


# What a story must say ---------------------------------------------------------------------------


def _words(article):
    if not article.headline.strip():
        yield Finding("no-headline", BLOCK, _("Write a headline."), field="headline")
    elif len(article.headline) > LONG_HEADLINE:
        words = ngettext(
            "The headline has %(length)d character: say it in %(most)d or fewer.",
            "The headline has %(length)d characters: say it in %(most)d or fewer.",
            len(article.headline),
        ) % {"length": len(article.headline), "most": LONG_HEADLINE}
        yield Finding("long-headline", WARN, words, field="headline")
    if not article.lead.strip():
        words = _("Write a lead: the fact, then its consequence.")
        yield Finding("no-lead", BLOCK, words, field="lead")
    if article.section_id is None:
        yield Finding("no-section", BLOCK, _("Choose a section."), field="section")


def _byline(article):
    lines = article.bylines.all() if article.pk else []
    if any(line.role == Byline.Role.AUTHOR for line in lines):
        return
    if not getattr(article, "no_byline_reason", "").strip():
        words = _("Name the author, or say why there is none.")
        yield Finding("no-byline", BLOCK, words, field="bylines")


def _body(article):
    if not plain_text(article.body):
        yield Finding("no-body", BLOCK, _("Write the text."), field="body")
        return
    if prose.without_repeated_lead(article.body, article.lead) != article.body.lstrip():
        words = _("The first paragraph repeats the lead: take it out, readers see it once anyway.")
        yield Finding("lead-repeated", WARN, words, field="body")
    first = _HEADING.search(article.body)
    if first and first[1] == "3":
        place = Place(plain_text(first[2]))
        words = _("A small heading stands before any heading: make the first one a heading.")
        yield Finding("heading-skipped", WARN, words, (place,), "body")


def _source(article):
    if not article.source_url:
        return
    try:
        _url(article.source_url)
    except ValidationError:
        words = _("The address of the original is no web address: write it as https://…")
        yield Finding("bad-source", BLOCK, words, (Place(article.source_url),), "source_url")


# Pictures ----------------------------------------------------------------------------------------


def _pictures(article):
    """Of the story and of the figures in its text alike."""
    numbers = [int(number) for number in _FIGURE.findall(article.body)]
    shown = list(dict.fromkeys([n for n in [article.picture_id, *numbers] if n]))
    if not shown:
        words = _("The story has no picture: it will stand as text on the front and when shared.")
        yield Finding("no-picture", WARN, words, field="picture")
        return
    known = Picture.objects.in_bulk(shown)
    troubles = {}
    for number in shown:
        field = "picture" if number == article.picture_id else "body"
        picture = known.get(number)
        for code, note in _troubles(article, picture):
            name = str(picture) if picture else f"#{number}"
            address = reverse("admin:news_picture_change", args=[number]) if picture else ""
            troubles.setdefault(code, []).append((field, Place(name, note, address)))
    for code, places in troubles.items():
        level, words = _picture_words(code)
        yield Finding(code, level, words, tuple(place for _f, place in places), places[0][0])


def _troubles(article, picture):
    if picture is None:
        yield "picture-gone", ""
        return
    alt = Picture.alt.in_language(picture, article.language)
    if not picture.is_decorative:
        if not alt.strip():
            yield "no-alt", ""
        elif looks_like_file_name(alt):
            yield "file-name-alt", alt
        elif Picture.alt.language_in_use(picture, article.language) != article.language:
            yield "foreign-alt", alt
    if not Picture.credit.in_language(picture, article.language).strip():
        yield "no-credit", ""
    if set(getattr(picture, "prefilled", ())) & CHECKED:
        yield "unchecked", Picture.credit.in_language(picture, article.language)
    until = getattr(picture, "rights_until", None)
    if until is not None and until < _day_of(article):
        yield "rights-over", dates.written(until, "day")


def _day_of(article):
    """The newsroom's day on which readers get it: today, or that of its hour."""
    now = timezone.now()
    return timezone.localdate(max(now, article.published_at or now))


def _picture_words(code):
    return {
        "no-alt": (BLOCK, _("Say what the picture shows, or mark it as decorative.")),
        "file-name-alt": (
            BLOCK,
            _("The alternative text is the name of a file: say what the picture shows."),
        ),
        "no-credit": (BLOCK, _("Say who made the picture.")),
        "rights-over": (
            BLOCK,
            _("The rights to the picture have ended: choose another or renew them."),
        ),
        "unchecked": (
            WARN,
            _("What the file says of the picture has not been read by anybody: check it."),
        ),
        "picture-gone": (WARN, _("A picture in the text is no longer in the library.")),
        "foreign-alt": (
            WARN,
            _("The alternative text is in another language than the story: translate it."),
        ),
    }[code]


# What deserves a look ----------------------------------------------------------------------------


def _twins(article):
    """The same headline, or the same original, within the last thirty days."""
    headline = fold(article.headline)
    alike = Q()
    if headline:
        alike |= Q(search_row__title__contains=headline)
    if article.source_url:
        alike |= Q(source_url=article.source_url)
    if not alike:
        return
    recent = Article.objects.filter(
        alike,
        language=article.language,
        published_at__gte=timezone.now() - RECENT,
        status__in=(Article.Status.SCHEDULED, Article.Status.PUBLISHED),
    ).exclude(story=article.story)
    same = {"same-headline": [], "same-source": []}
    for twin in recent.newest().only("headline", "source_url", "published_at")[:20]:
        address = reverse("admin:news_article_change", args=[twin.pk])
        place = Place(twin.headline, dates.brief(twin.published_at), address)
        if fold(twin.headline) == headline:
            same["same-headline"].append(place)
        if article.source_url and twin.source_url == article.source_url:
            same["same-source"].append(place)
    if same["same-headline"]:
        words = _("Another story of the last 30 days has this headline.")
        yield Finding("same-headline", WARN, words, tuple(same["same-headline"]), "headline")
    if same["same-source"]:
        words = _("Another story of the last 30 days was made from this original.")
        yield Finding("same-source", WARN, words, tuple(same["same-source"]), "source_url")


def _damage(article):
    for field in (*TEXTS, "body"):
        text = getattr(article, field, "")
        found = damage.find_in_prose(text) if field == "body" else damage.find(text)
        if not found:
            continue
        places = tuple(
            Place(
                place.excerpt,
                ""
                if place.suggestion is None
                else _("“%(found)s” was “%(whole)s”")
                % {"found": place.found, "whole": place.suggestion},
            )
            for place in found
        )
        words = ngettext(
            "A wrong encoding has damaged the text in %d place.",
            "A wrong encoding has damaged the text in %d places.",
            len(found),
        ) % len(found)
        is_certain = any(place.suggestion is not None for place in found)
        yield Finding("damaged-text", WARN, words, places, field, is_certain)


def _links(article):
    dead = links.dead_ends(article, article.body)
    if dead:
        words = ngettext("%d link leads nowhere.", "%d links lead nowhere.", len(dead)) % len(dead)
        places = tuple(Place(address, why) for address, why in dead)
        yield Finding("dead-links", WARN, words, places, "body")
