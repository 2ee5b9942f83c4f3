"""The body of a story: one allow-list for every way in, and what readers see of it."""

import html
import re

import nh3
from django.utils.html import escape
from django.utils.translation import gettext as _

from portal.lib.text import fold, plain_text, without_controls

# Text, headings 2-3, lists, quotes, tables, figures: what docs/newsroom.md promises, and no more.
# The editor's nodes (static/js/admin-prose-nodes.js) are this list; a browser test compares them.
TAGS = {
    *"p h2 h3 ul ol li blockquote footer strong em a br hr sub sup".split(),
    *"table caption thead tbody tfoot tr th td".split(),
    "span",  # only as a chip: see _chips_only
    *("figure", "figcaption"),  # only as a picture of the library: see _figures_only
}
ATTRIBUTES = {
    "*": set(),  # without this line nh3 lets title and lang stand everywhere
    "a": {"href"},
    "blockquote": {"class"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "span": {"data-instrument"},
    "figure": {"data-picture"},
}
# nh3 takes an address with an odd space before "javascript:" for a relative one: so these are the
# only beginnings that pass, after spaces and controls of every alphabet are gone. A browser reads
# "/\\" as "//": the address of another site.
_ADDRESS = re.compile(r"(?:https?://|mailto:|tel:|/(?![/\\])|#)", re.I)
_ODD = re.compile(
    r"[\s\u0000-\u0020\u007f-\u00a0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff]"
)
_NUMBER = re.compile(r"[1-9][0-9]?", re.ASCII)
# In cleaned text only: every element of TAGS that is not a part of a line.
_BLOCK = re.compile(r"<(?!/|(?:strong|em|a|br|sub|sup|span)\b)")
_BLANK_LINE = re.compile(r"\n[ \t]*\n\s*")
_FIRST_PARAGRAPH = re.compile(r"\s*<p>(.*?)</p>", re.S)
_TABLE = re.compile(r"<table>.*?</table>", re.S)
_CAPTION = re.compile(r"<caption>(.*?)</caption>", re.S)
_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+){0,9}", re.ASCII)
# In cleaned text: <span data-instrument="brent">words of the writer</span>, with no element inside.
_CHIP = re.compile(r'<span data-instrument="([^"]*)">([^<]*)</span>')
_SPAN = re.compile(rf"({_CHIP.pattern})|</?span[^>]*>")
# A chip is a link: within another link it is plain words.
_CHIP_OR_LINK = re.compile(rf"{_CHIP.pattern}|<a\b.*?</a>", re.S)
# In cleaned text: <figure data-picture="12">, with a caption of plain words or without one.
_FIGURE = re.compile(
    r'<figure data-picture="([1-9][0-9]{0,9})">(?:<figcaption>([^<]+)</figcaption>)?</figure>'
)
_FIGURE_PART = re.compile(rf"({_FIGURE.pattern})|</?fig(?:ure|caption)\b[^>]*>")
_ANY_FIGURE = re.compile(r'<figure data-picture="([^"]+)">((?:(?!</?figure\b).)*)</figure>', re.S)
_FIGCAPTION = re.compile(r"<figcaption>(.*?)</figcaption>", re.S)
_TAG = re.compile(r"""<(/?)([a-z][a-z0-9]*)(?:[^>"]|"[^"]*")*>""")
_PICTURE = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)
# Where words stand, no figure can.
_OF_WORDS = {*"h2 h3 strong em a sub sup span caption".split()}
_FIRST_FIGURES = re.compile(rf"(?:\s*{_FIGURE.pattern})*\s*")
_OUTWARD = re.compile(r'<a href="(?=https?://)')


def _attribute(tag, name, value):
    if name == "href":
        value = _ODD.sub("", value)
        return value if _ADDRESS.match(value) else None
    if name in {"colspan", "rowspan"}:
        return value if _NUMBER.fullmatch(value) else None
    if name == "scope":
        return value if value in {"col", "row", "colgroup", "rowgroup"} else None
    if name == "class":
        return "pull" if value == "pull" else None
    if name == "data-picture":
        return value if _PICTURE.fullmatch(value) else None
    if name == "data-instrument":
        return value if len(value) <= 50 and _CODE.fullmatch(value) else None
    return value


def clean(text):
    """Prose made safe for display; the same text when applied twice.

    Plain text (no block element in it) becomes paragraphs at blank lines and <br> at line ends, so
    agency copy may be pasted as it came.
    """
    text = without_controls(text).replace("\r\n", "\n").replace("\r", "\n")
    text = _allowed(text)
    # Only now: an element that was not allowed must not decide what the text is.
    if text and not _BLOCK.search(text):
        paragraphs = (part.strip() for part in _BLANK_LINE.split(text))
        text = _allowed(
            "\n".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in paragraphs if part)
        )
    return text


def _allowed(text):
    """The allow-list applied until nothing changes: what one pass took out may have kept others
    apart that may not stand within each other.
    """
    for _pass in range(5):
        before = text
        cleaned = nh3.clean(
            text,
            tags=TAGS,
            attributes=ATTRIBUTES,
            attribute_filter=_attribute,
            link_rel=None,
            strip_comments=True,
        )
        text = _figures_only(_chips_only(cleaned)).strip()
        if text == before:
            break
    return text


def _chips_only(text):
    """The text without every span that is no chip; what stood in it stays."""
    return _SPAN.sub(lambda match: match[1] or "", text)


def _figures_only(text):
    """The text with every figure in its one shape: a picture's number and, perhaps, a caption of
    plain words. What else stood in it follows it; a figure without a picture is its words.
    """
    if "<fig" not in text:
        return text
    text = _ANY_FIGURE.sub(_figure, text)
    misplaced = _figures_within_words(text)
    return _FIGURE_PART.sub(
        lambda match: match[1] if match[1] and match.start() not in misplaced else match[3] or "",
        text,
    )


def _figure(match):
    picture, within = match.groups()
    caption = _FIGCAPTION.search(within)
    words = html.escape(plain_text(caption[1]), quote=False) if caption else ""
    others = within.replace(caption[0], "", 1) if caption else within
    caption = f"<figcaption>{words}</figcaption>" if words else ""
    return f'<figure data-picture="{picture}">{caption}</figure>{others.strip()}'


def _figures_within_words(text):
    """Where figures begin that stand in a heading, a link or stressed words."""
    misplaced, within = set(), 0
    for tag in _TAG.finditer(text):
        closes, name = tag[1], tag[2]
        if name in _OF_WORDS:
            within += -1 if closes else 1
        elif name == "figure" and not closes and within:
            misplaced.add(tag.start())
    return misplaced


def pictures(body):
    """The numbers of the pictures that figures in sanitised prose show."""
    return {int(number) for number, _caption in _FIGURE.findall(body)}


def without_figures(body):
    """Sanitised prose without its pictures and what is written under them."""
    return _FIGURE.sub("", body)


def instruments(body):
    """The codes of the instruments that chips in sanitised prose name."""
    return {code for code, _words in _CHIP.findall(body)}


def without_repeated_lead(body, lead):
    """The body without its first paragraph when that says what the lead says already.

    Agency copy often repeats the standfirst; readers should meet it once. Case, quotes, dashes,
    spaces and the full stop at the end do not make a difference; any other word does.
    """
    figures = _FIRST_FIGURES.match(body)[0]
    first = _FIRST_PARAGRAPH.match(body, len(figures))
    if first and _says(plain_text(first[1]), lead):
        return figures + body[first.end() :].lstrip()
    return body


def _says(text, lead):
    # Folding changes a letter here and there: what is twice as long says more.
    if not lead or not len(lead) / 2 <= len(text) <= 2 * len(lead):
        return False
    return _said(text) == _said(lead) != ""


def _said(text):
    return fold(text).rstrip(".… ")


def with_dateline(body, place):
    """The body with the place it was reported from at the head of its first paragraph."""
    figures = _FIRST_FIGURES.match(body)[0]
    if not place or not body.startswith("<p>", len(figures)):
        return body
    first = body[len(figures) + len("<p>") :]
    return f'{figures}<p><span class="dateline-loc">{escape(place)}.</span> {first}'


def display(body, chips=None, figure=None):
    """Sanitised prose as the page prints it: tables in a scroll region, outward links marked,
    instruments as the chips {code: markup} that are known, and as plain words otherwise.

    figure(number, caption): the markup of a picture, "" where it may not be seen. Without it
    figures are left out: a caption says nothing without its picture.
    """

    def boxed(match):
        table = match[0].replace("<table>", '<table class="ledger">', 1)
        caption = _CAPTION.search(table)
        label = escape(plain_text(caption[1])) if caption else _("Table")
        return (
            f'<div class="tablebox" tabindex="0" role="region" aria-label="{label}">{table}</div>'
        )

    def shown(match):
        if match[1] is None:  # a link
            return _CHIP.sub(in_words, match[0])
        return (chips or {}).get(match[1]) or in_words(match)

    body = _OUTWARD.sub('<a rel="external" href="', _TABLE.sub(boxed, body))
    if "<span" in body:
        body = _CHIP_OR_LINK.sub(shown, body)
    if "<figure" in body:  # last: what the portal itself writes is not looked at again
        body = _FIGURE.sub(lambda match: pictured(match, figure), body)
    return body


def pictured(match, figure):
    return figure(int(match[1]), html.unescape(match[2] or "")) if figure else ""


def in_words(chip):
    """What a chip says without its price: the writer's words, or the instrument's code."""
    return chip[2] or chip[1]
