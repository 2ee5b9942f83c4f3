"""What differs between two texts, as HTML for people."""

from collections import Counter
from itertools import groupby

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .blocks import BREAK, blocks, tokens
from .matching import opcodes, pairs

CONTEXT = 1  # unchanged blocks shown on each side of a change
ALIKE = 0.35  # below this share of common words two blocks are two texts, not one that changed


# Words ------------------------------------------------------------------------------------------


def words_html(old, new):
    """A plain text with what was taken out in <del> and what was put in in <ins>."""
    return _line(tokens(old), tokens(new))


def marked(tag, html):
    """HTML as taken out ("del") or put in ("ins"), said in words too."""
    if tag == "ins":
        form, word = '<ins><span class="visually-hidden">{} </span>{}</ins>', _("added:")
    else:
        form, word = '<del><span class="visually-hidden">{} </span>{}</del>', _("removed:")
    return format_html(form, word, html)


def _line(old, new):
    """The tokens of two lines as one line of HTML."""
    shown = []
    for tag, run in _runs(old, new):
        html = _html(run, is_changed=bool(tag))
        shown.append(marked(tag, html) if tag else html)
    return mark_safe("".join(shown))  # noqa: S308  made of escaped pieces above


def _runs(old, new):
    """[("" or "del" or "ins", tokens)], without islands of a sign or two between changes."""
    steps = opcodes([t.key for t in old], [t.key for t in new])
    kept = sum(i2 - i1 for tag, i1, i2, _j1, _j2 in steps if tag == "equal")
    if kept < ALIKE / 2 * max(len(old), len(new)):
        steps = [("replace", 0, len(old), 0, len(new))]
    gone, come, runs = [], [], []

    def flush():
        if gone:
            runs.append(("del", gone[:]))
        if come:
            runs.append(("ins", come[:]))
        gone.clear()
        come.clear()

    for number, (tag, i1, i2, j1, j2) in enumerate(steps):
        is_island = (
            tag == "equal"
            and 0 < number < len(steps) - 1
            and sum(any(c.isalnum() for c in t.text) for t in old[i1:i2]) < 2
            and sum(len(t.text) for t in old[i1:i2]) <= 3
        )
        if tag == "equal" and not is_island:
            flush()
            runs.append(("", new[j1:j2]))
        else:
            gone += old[i1:i2]
            come += new[j1:j2]
    flush()
    return runs


def _html(run, is_changed=False):
    """Tokens as HTML: each stretch under the same marks is wrapped once."""
    shown = []
    for marks, part in groupby(run, key=lambda token: token.marks):
        part = list(part)
        html = format_html_join("", "{}{}", ((_token(t), t.space) for t in part))
        for tag, address in reversed(marks):
            if tag != "a":
                html = format_html("<{0}>{1}</{0}>", mark_safe(tag), html)  # noqa: S308
            elif is_changed:
                html = format_html(
                    '<u>{}</u> <span class="cmp__address">({})</span> ', html, address
                )
            else:
                html = format_html("<u>{}</u>", html)
        shown.append(html)
    return mark_safe("".join(shown))  # noqa: S308  made of escaped pieces above


def _token(token):
    if token.chip:
        words = token.text if token.text.strip() else token.chip
        return format_html('<span class="cmp__chip">{} [{}]</span>', words, token.chip)
    if token.text == BREAK and not token.marks:
        return format_html('<span aria-hidden="true">{}</span>', BREAK)
    return escape(token.text)


# Bodies -----------------------------------------------------------------------------------------


def prose_html(old, new, resolve=None, context=CONTEXT):
    """Two bodies block by block; within a changed block word by word.

    resolve("picture", id) names the picture of a figure. context=None shows every unchanged block.
    """
    before, after = blocks(old), blocks(new)
    rows = []
    for tag, i1, i2, j1, j2 in opcodes([b.key for b in before], [b.key for b in after]):
        if tag == "equal":
            rows += [("", b, b) for b in after[j1:j2]]
            continue
        for left, right in pairs(before[i1:i2], after[j1:j2], _alike, ALIKE):
            rows.append(("changed", left, right))
    return mark_safe("".join(_folded(rows, resolve, context)))  # noqa: S308  escaped in _row


def _alike(one, other):
    """0…1: how much of two blocks is the same."""
    if one.kind != other.kind or one.picture != other.picture:
        return 0
    if one.picture and not (one.tokens and other.tokens):
        return 1
    common = sum((Counter(one.words) & Counter(other.words)).values())
    return 2 * common / max(1, len(one.tokens) + len(other.tokens))


def _folded(rows, resolve, context):
    number = 0
    for changed, group in groupby(rows, key=lambda row: bool(row[0])):
        group = list(group)
        first, last = number == 0, number + len(group) == len(rows)
        number += len(group)
        if not changed and context is not None:
            head = 0 if first else context
            tail = 0 if last else context
            hidden = len(group) - head - tail
            if hidden > 1:
                yield from (_row(row, resolve) for row in group[:head])
                text = ngettext("%d unchanged block", "%d unchanged blocks", hidden) % hidden
                yield format_html('<p class="cmp__gap">{}</p>', text)
                group = group[len(group) - tail :] if tail else []
        yield from (_row(row, resolve) for row in group)


def _row(row, resolve):
    _changed, old, new = row
    if old is None:
        html = marked("ins", _whole(new, resolve))
    elif new is None:
        html = marked("del", _whole(old, resolve))
    else:
        html = format_html(
            "{}{}", _label(new, resolve, len(new.tokens)), _line(old.tokens, new.tokens)
        )
    return format_html('<p class="cmp__block cmp__block--{}">{}</p>', (new or old).kind, html)


def _whole(block, resolve):
    html = _html(block.tokens, is_changed=True)
    return format_html("{}{}", _label(block, resolve, len(block.tokens)), html)


def _label(block, resolve, has_words):
    """What a block without words of its own, or a picture, is called."""
    if block.kind == "hr":
        return _("divider")
    if block.kind != "figure":
        return ""
    name = (resolve and resolve("picture", _number(block.picture))) or block.picture
    return format_html("[{} {}]{}", _("picture"), name, " " if has_words else "")


def _number(text):
    return int(text) if text.isascii() and text.isdecimal() else text
