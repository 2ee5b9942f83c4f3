"""Small words that every template may use."""

from html import escape

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from portal.lib import dates, feeds, languages, sorting, text
from portal.models import Banner

register = template.Library()

LATIN = ("serif-latin", "sans-latin")
# Latin for figures, signs and codes; the Cyrillic files hold the Kazakh letters too.
CYRILLIC = ("serif-cyrl", "sans-cyrl", *LATIN)
FONTS = {"ru": CYRILLIC, "kk": CYRILLIC}


@register.simple_tag
def preload_fonts():
    """The fonts that the first screen of this language needs, and no other."""
    return format_html_join(
        "\n",
        '<link rel="preload" href="{}" as="font" type="font/woff2" crossorigin>',
        ((static(f"fonts/m70-{name}.woff2"),) for name in FONTS.get(languages.current(), LATIN)),
    )


@register.filter
def day(value, form="day"):
    """A date in the language of the page; the forms are those of portal.lib.dates."""
    return dates.written(value, form)


@register.filter
def moment(value):
    """Day, hour and zone of an instant as a <time>: 23 Nov 2026, 11:20 MSK."""
    return format_html('<time datetime="{}">{}</time>', stamp(value), dates.moment(value))


@register.filter
def ago(value):
    """Day and hour as a <time>, which the page's script rewrites to "40 minutes ago"."""
    return mark_safe(  # noqa: S308  figures and the names of months
        f'<time class="nowrap" datetime="{stamp(value)}" data-ago>{dates.brief(value)}</time>'
    )


@register.filter
def stamp(value):
    """An instant as machines read it, in UTC and whole seconds: 2026-11-23T08:20:00Z."""
    return feeds.stamp(value)


@register.filter
def by_name(rows):
    """Things that have a name, in the order of the page's alphabet."""
    return sorted(rows, key=lambda row: sorting.key(row.name))


@register.filter
def initials(name):
    return text.initials(name)


@register.filter
def clock(value):
    """The hour of an instant of today (11:52), the day of an earlier one (22 Nov)."""
    is_today = dates.local(value).date() == timezone.localdate()
    return dates.hour(value) if is_today else dates.written(value, "short")


@register.simple_tag
def banners():
    """Breaking banners that are shown or coming, for the newsroom. One query."""
    return list(Banner.objects.filter(ends_at__gt=timezone.now()))


@register.simple_tag
def pager(page):
    """The way through a portal.lib.listing.Page; Python, because every list has it."""
    if page.pages < 2:
        return ""
    before, after, name = _("Previous"), _("Next"), _("Pages")
    links = []
    for number, address in page.links:
        if number is None:
            links.append('<span aria-hidden="true">…</span>')
        elif number == page.number:
            links.append(f'<span aria-current="page">{number}</span>')
        else:
            links.append(f'<a href="{escape(address)}">{number}</a>')
    if page.previous:
        words = f'<span aria-hidden="true">←</span> {before}'
        links.insert(0, f'<a href="{escape(page.previous)}" rel="prev">{words}</a>')
    if page.next:
        words = f'{after} <span aria-hidden="true">→</span>'
        links.append(f'<a href="{escape(page.next)}" rel="next">{words}</a>')
    found = f'<nav class="pager" aria-label="{name}">{"".join(links)}</nav>'
    if page.is_cut and not page.next:
        words = _("Older stories are in the archive, month by month")
        found += f'<p class="note"><a href="{reverse("news:archive")}">{words}</a></p>'
    return mark_safe(found)  # noqa: S308  addresses are escaped, the words are ours
