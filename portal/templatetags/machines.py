"""What the head of a page tells machines: its address, its languages, feeds, cards, data."""

from html import escape

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from markets import structured as of_markets
from news import crops
from news import structured as of_news
from news.feeds import whole
from portal.lib import feeds, languages, structured
from portal.lib.shared import shared
from portal.lib.sitemaps import alternates

register = template.Library()

# Where Open Graph wants a country as well; a language without a line here goes by its code.
LOCALES = {"en": "en_GB", "ru": "ru_RU", "kk": "kk_KZ"}
# Pages that are an answer to a question, not an address to be found.
UNLISTED = {"news:search"}
FORMS = {"rss": "RSS", "atom": "Atom", "json": "JSON Feed"}


def address_of(context):
    """The one whole address of this page, or "" where it has none: an error, an answer, a preview.

    Nothing that the visitor added to it is in there but the number of a list's page.
    """
    request = context.get("request")
    if request is None or context.get("preview") or getattr(request, "editions", None) == {}:
        return ""
    match = request.resolver_match
    if match is None or match.view_name in UNLISTED:
        return ""
    page = context.get("page")
    number = getattr(page, "number", 1)
    return feeds.absolute(request.path + (f"?page={number}" if number > 1 else ""))


@register.simple_tag(takes_context=True)
def head_links(context):
    """Canonical address and the page's languages: each names all of them, itself included.

    A view may set request.canonical (the whole address of what its page reprints) and
    request.alternates ({language: path}, where not every edition of the switch is a true one).
    """
    request, own = context.get("request"), address_of(context)
    original = getattr(request, "canonical", None)
    if not (original or own):
        return ""
    lines = [f'<link rel="canonical" href="{escape(original or own)}">\n']
    if own and not original:
        known = getattr(request, "alternates", None)
        if known is None:
            known = {e.code: e.url for e in context["editions"] if e.is_counterpart}
        # An earlier version, or page two, has no counterpart: then its own address is not listed.
        if feeds.absolute(known.get(languages.current(), "")) == own:
            lines += [
                f'<link rel="alternate" hreflang="{code}" href="{escape(feeds.absolute(path))}">\n'
                for code, path in alternates(known)
            ]
    return mark_safe("".join(lines))  # noqa: S308


@register.simple_tag
def feed_links(route, title, *args):
    """<link>s to a feed in its three forms, for reader programs that look for one."""
    return format_html_join(
        "\n",
        '<link rel="alternate" type="{}" title="{} ({})" href="{}">',
        (
            (feeds.TYPES[form], title, name, reverse(route, args=[*args, form]))
            for form, name in FORMS.items()
        ),
    )


@register.simple_tag(takes_context=True)
def social(context, title, description="", kind="website", picture=None, alt=""):
    """Open Graph and card of a page; without a picture of its own, the site's."""
    crop, code = crops.card(picture), languages.current()
    if crop:
        card = {"": whole(crop.url), "type": crop.type, "width": crop.width, "height": crop.height}
    else:
        url = feeds.absolute(static("img/share.png"))
        card, alt = {"": url, "type": "image/png", "width": 1200, "height": 630}, ""
    told = {
        "site_name": context["site"].name,
        "type": kind,
        "title": title,
        "description": description,
        "url": address_of(context),
        "locale": LOCALES.get(code, code),
        **{f"image:{name}".rstrip(":"): value for name, value in card.items()},
        "image:alt": alt,
    }
    lines = "".join(
        f'<meta property="og:{name}" content="{escape(str(value))}">\n'
        for name, value in told.items()
        if value
    )
    return mark_safe(f'{lines}<meta name="twitter:card" content="summary_large_image">\n')  # noqa: S308


@register.simple_tag(takes_context=True)
def structured_data(context, what, *args):
    """The JSON-LD of a page of this kind, from what its view gave it. No query."""
    code = languages.current()
    nodes = NODES[what](context, code, *args)
    return structured.script([*nodes, _newsroom(context, code)])


def _newsroom(context, code):
    def made():
        return structured.publisher(code, context["chrome"].policies)

    return shared(("newsroom", code), ("frame",), made) if context.get("marks") else made()


def _front(context, code):
    return [structured.website(code)]


def _article(context, code):
    story = context["article"]
    notes = sorted(
        [*context["grave_corrections"], *context["corrections"]], key=lambda note: note.noted_at
    )
    section = story.section
    return [
        of_news.article(story, notes, context["siblings"]),
        structured.breadcrumbs(
            code, (section.name, section.get_absolute_url()), (story.headline, "")
        ),
    ]


def _author(context, code):
    author = context["author"]
    return [of_news.profile(author), structured.breadcrumbs(code, (author.name, ""))]


def _list(context, code, here, description=""):
    path = here.get_absolute_url()
    return [
        structured.collection(code, here.name, description, path),
        structured.website(code),
        structured.breadcrumbs(code, (here.name, "")),
    ]


def _instrument(context, code):
    quote = context["quote"]
    trail = ((_("Markets"), reverse("markets:board")), (quote.instrument.name, ""))
    return [
        *of_markets.dataset(quote, context["description"]),
        structured.breadcrumbs(code, *trail),
    ]


NODES = {
    "front": _front,
    "article": _article,
    "author": _author,
    "list": _list,
    "instrument": _instrument,
}


@register.simple_tag
def feed_anchors(route, *args):
    """Links to a feed in its three forms, for people."""
    return format_html_join(
        " · ",
        '<a href="{}">{}</a>',
        ((reverse(route, args=[*args, form]), name) for form, name in FORMS.items()),
    )
