"""Words of the newsroom for templates."""

from html import escape

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe

from news.models import Article, Picture
from news.prose import display, pictures
from portal.lib import languages, text

register = template.Library()

# Nobody sees more than two points per pixel of a style sheet. A telephone with three is told that
# the picture is narrower: it fetches half as many bytes.
FINE = "(max-width:43.99rem) and (min-resolution:2.5dppx) 70vw,"
# Only telephones get the square crop; small round places always do.
PHONE, ALWAYS = ' media="(max-width:43.99rem)"', ""
# Where a picture stands: the width it takes there (static/css/layout.css; test_speed.py measures
# it), whether it is seen first, where it is the square crop.
PLACES = {
    "hero": (
        FINE + "(min-width:85rem) 60rem,(min-width:68rem) calc(93.4vw - 20rem),"
        "(min-width:48rem) 94vw,100vw",
        True,
        None,
    ),
    # The lead of a front stands beside the rail, the first story of a list above it.
    "lead": (
        FINE + "(min-width:85rem) 34rem,(min-width:68rem) calc(54vw - 12rem),"
        "(min-width:47rem) 53vw,93vw",
        True,
        None,
    ),
    "first": (FINE + "(min-width:85rem) 46rem,(min-width:47rem) 53vw,93vw", True, None),
    "wide": (FINE + "(min-width:85rem) 38rem,(min-width:68rem) 44.5vw,94vw", False, None),
    "second": ("(min-width:85rem) 18.5rem,(min-width:68rem) 21vw,29vw", False, PHONE),
    "card": ("(min-width:85rem) 19rem,(min-width:68rem) 21.5vw,45vw", False, PHONE),
    "row": ("13.5rem", False, PHONE),
    "figure": (FINE + "(min-width:48rem) 42rem,93vw", False, None),
    "portrait": ("5.5rem", False, ALWAYS),
}


@register.simple_tag
def picture(picture, place, with_alt=False):
    """A <picture> in AVIF and WebP with its dimensions, for a place of PLACES.

    Beside its headline a picture says nothing new, so its alternative text is empty unless
    with_alt. Text that is not in the page's language says which one it is in.
    """
    if picture is None or not picture.sizes or not picture.is_usable:
        return ""
    sizes, is_first, square = PLACES[place]
    width, height, src = picture.middle
    parts = ["<picture>"]
    if square is not None:
        edge = picture.sizes["sq"][0]
        address = escape(picture.address("sq", "avif"))
        parts.append(
            f'<source type="image/avif"{square} srcset="{address} {edge}w" sizes="{sizes}" '
            f'width="{edge}" height="{edge}">'
        )
    if square != ALWAYS:
        parts.append(
            f'<source type="image/avif" srcset="{escape(picture.srcset("avif"))}" sizes="{sizes}">'
        )
    alt = language = ""
    if with_alt and not picture.is_decorative:
        code = languages.current()
        alt = Picture.alt.in_language(picture, code)
        if Picture.alt.language_in_use(picture, code) != code:
            language = f' lang="{languages.DEFAULT}"'
    css = f' class="{picture.focus_class}"' if picture.focus_class else ""
    when = ' fetchpriority="high"' if is_first else ' loading="lazy" decoding="async"'
    parts.append(
        f'<img src="{escape(src)}" srcset="{escape(picture.srcset("webp"))}" sizes="{sizes}" '
        f'width="{width}" height="{height}" alt="{escape(alt)}"{language}{css}{when}></picture>'
    )
    return mark_safe("".join(parts))  # noqa: S308  every address and text is escaped above


@register.simple_tag
def face(author, big=False):
    """An author's portrait, or a monogram."""
    if author.portrait:
        large = " portrait--l" if big else ""
        shown = picture(author.portrait, "portrait")
        return mark_safe(f'<span class="portrait{large}">{shown}</span>')  # noqa: S308
    large, letters = " mono--l" if big else "", escape(text.initials(author.name))
    return mark_safe(f'<span class="mono{large}" aria-hidden="true">{letters}</span>')  # noqa: S308


@register.filter
def thumbnail(picture):
    """The address of a picture's square."""
    return picture.address("sq", "webp")


@register.filter
def shown_picture(article):
    """The picture of a card, unless this page shows it already or the rights to it have ended."""
    return None if getattr(article, "hides_picture", False) else article.shown_picture


@register.filter
def front_headline(article):
    """What the card says: the editor's words for the front, for lists, or the headline."""
    return getattr(article, "front_headline", "") or article.card_headline


@register.filter
def names(authors):
    """A. Serikova, D. Orlov."""
    return format_html_join(", ", "{}", ((author.name,) for author in authors))


@register.filter
def prose(article, chips=None):
    """The body for readers: sanitised when it was saved, so it is printed as it stands.

    chips: {code: markup} of the prices it may show; an instrument without one is its plain words.
    Figures cost one query, and only where there are some.
    """
    return mark_safe(article.prose_with(chips or {}, figures(article.body)))  # noqa: S308  the one place where stored HTML is trusted


@register.filter
def policy_prose(policy):
    return mark_safe(display(policy.body, figure=figures(policy.body)))  # noqa: S308  sanitised by Policy.save


def figures(body):
    """What `prose.display` asks for the pictures of a body; they are loaded here, all at once."""
    wanted = pictures(body)
    found = Picture.objects.in_bulk(wanted) if wanted else {}

    def figure(number, caption):
        shown = found.get(number)
        # A picture may have left the library, or its rights may have ended, since it was placed.
        if shown is None or not shown.sizes or not getattr(shown, "is_usable", True):
            return ""
        context = {"picture": shown, "caption": caption}
        return render_to_string("components/figure.html", context).strip()

    return figure


@register.simple_tag
def articles_about(instrument, count=5):
    """The newest stories that name an instrument, in the page's language. One query."""
    stories = Article.objects.published().in_language(languages.current()).about(instrument)
    return list(stories.newest().for_lines()[:count])


@register.simple_tag
def articles_about_markets(count=5):
    """The newest stories that name any instrument, in the page's language. One query."""
    stories = Article.objects.published().in_language(languages.current())
    return list(stories.about_markets().newest().for_lines()[:count])
