"""A story as a reader program shows it: what its page says, in plain HTML with whole addresses."""

import re

from django.conf import settings
from django.utils.html import escape, format_html
from django.utils.translation import gettext as _

from news import prose
from news.models import Picture
from portal.lib import dates, feeds

_HERE = re.compile(r'(<(?:a|img)\b[^>]*?\b(?:href|src)=")(/(?!/)|#)')
_BOX = re.compile(r'<div class="tablebox"[^>]*>(.*?)</div>', re.S)


def figures(stories):
    """What full_text asks for the pictures within texts; those of all stories in one query, and
    none where there are none."""
    wanted = set().union(*(prose.pictures(story.body) for story in stories))
    found = Picture.objects.in_bulk(wanted) if wanted else {}

    def figure(number, caption):
        shown = found.get(number)
        return pictured(shown, caption) if shown and shown.is_usable else ""

    return figure


def full_text(story, notes, figure, label=""):
    """Prices are the writer's words: a figure that stood in a feed could not be renewed."""
    grave = [note for note in notes if note.is_grave]
    parts = [format_html("<p><strong>{}</strong></p>", label) if label else ""]
    parts += [noted(note) for note in grave]
    parts += [pictured(story.shown_picture, story.picture_caption)]
    parts += [format_html("<p><strong>{}</strong></p>", story.lead) if story.lead else ""]
    parts += [_BOX.sub(r"\1", story.prose_with({}, figure)).replace(' class="ledger"', "")]
    parts += [noted(note) for note in notes if not note.is_grave]
    parts += [credited(story)]
    text = "\n".join(str(part) for part in parts if part)
    url = feeds.absolute(story.get_absolute_url())
    return _HERE.sub(
        lambda match: match[1] + (f"{url}#" if match[2] == "#" else f"{settings.SITE_URL}/"), text
    )


def whole(url):
    """The address of an upload, wherever it is kept."""
    return feeds.absolute(url) if url.startswith("/") else url


def noted(note):
    day = dates.written(note.noted_at, "long")
    kind = note.get_kind_display()
    return format_html("<p><strong>{} ({}).</strong> {}</p>", kind, day, note.text)


def pictured(picture, caption):
    """caption: words for this use; the picture's own without them."""
    if picture is None or not picture.sizes:
        return ""
    width, height, url = picture.middle
    alt = "" if picture.is_decorative else picture.alt
    said = " ".join(filter(None, [caption or picture.caption, picture.credit]))
    return format_html(
        '<figure><img src="{}" width="{}" height="{}" alt="{}">{}</figure>',
        *(whole(url), width, height, alt),
        format_html("<figcaption>{}</figcaption>", said) if said else "",
    )


def credited(story):
    url = story.source_url or (story.source.url if story.source else "")
    name = story.source.name if story.source else url
    if not name:
        return ""
    said = f'<a href="{escape(url)}">{escape(name)}</a>' if url else escape(name)
    return f"<p>{escape(_('Source:'))} {said}</p>"
