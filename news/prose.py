"""The body of a story: one allow-list for every way in, and what readers see of it."""

import re

import nh3
from django.utils.html import escape
from django.utils.translation import gettext as _

from portal.lib.text import fold, plain_text, without_controls

# Text, headings 2-3, lists, quotes, tables: what docs/newsroom.md promises, and no more.
TAGS = {
    *"p h2 h3 ul ol li blockquote footer strong em a br hr sub sup".split(),
    *"table caption thead tbody tfoot tr th td".split(),
    "span",  # only as a chip: see _chips_only
}
ATTRIBUTES = {
    "*": set(),  # without this line nh3 lets title and lang stand everywhere
    "a": {"href"},
    "blockquote": {"class"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "span": {"data-instrument"},
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
        text = _chips_only(cleaned).strip()
        if text == before:
            break
    return text


def _chips_only(text):
    """The text without every span that is no chip; what stood in it stays."""
    return _SPAN.sub(lambda match: match[1] or "", text)


def instruments(body):
    """The codes of the instruments that chips in sanitised prose name."""
    return {code for code, _words in _CHIP.findall(body)}


def without_repeated_lead(body, lead):
    """The body without its first paragraph when that says what the lead says already.

    Agency copy often repeats the standfirst; readers should meet it once. Case, quotes, dashes,
    spaces and the full stop at the end do not make a difference; any other word does.
    """
    first = _FIRST_PARAGRAPH.match(body)
    if first and _said(plain_text(first[1])) == _said(lead) != "":
        return body[first.end() :].lstrip()
    return body


def _said(text):
    return fold(text).rstrip(".… ")


def with_dateline(body, place):
    """The body with the place it was reported from at the head of its first paragraph."""
    if not place or not body.startswith("<p>"):
        return body
    return f'<p><span class="dateline-loc">{escape(place)}.</span> {body[3:]}'


def display(body, chips=None):
    """Sanitised prose as the page prints it: tables in a scroll region, outward links marked,
    instruments as the chips {code: markup} that are known, and as plain words otherwise.
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
    return _CHIP_OR_LINK.sub(shown, body) if "<span" in body else body


def in_words(chip):
    """What a chip says without its price: the writer's words, or the instrument's code."""
    return chip[2] or chip[1]
