"""A figure for other sites: one small picture with its date burned in.

It stands alone: no fonts, styles, scripts or links, so it may be shown anywhere as an <img>.
"""

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from markets import downloads, states
from portal.lib import dates

HEIGHT, EDGE = 64, 12
# Mean advance of a character, in parts of its size; Cyrillic and bold run wider.
ADVANCE, WIDE_ADVANCE = 0.56, 0.63
MAX_AGE = 300


def width_of(text, size, advance=ADVANCE):
    """Units that a text takes in whatever sans-serif the reader has; rather more than less."""
    is_wide = any(character > "\u024f" for character in text)
    return len(text) * size * max(advance, WIDE_ADVANCE if is_wide else 0)


def svg(quote):
    """The markup of the badge of a Quote."""
    label, unit = quote.instrument.label, quote.units
    told = []
    if quote.is_known:
        told.append(dates.written(quote.as_of, "day"))
    if quote.is_override:
        told.append(_("Set by the newsroom"))
    elif quote.state.kind not in (states.FRESH, states.GAP):
        told.append(quote.state.label)
    note = " · ".join(told)
    upper = width_of(label, 13, 0.7) + EDGE + width_of(note, 12)
    lower = width_of(quote.text, 24, 0.6) + 8 + width_of(unit, 12)
    width = round(max(200, upper, lower) + 2 * EDGE)
    return render_to_string(
        "markets/badge.svg",
        {
            "quote": quote,
            "label": label,
            "note": note,
            "width": width,
            "right": width - EDGE,
            "height": HEIGHT,
        },
    )


def answer(request, quote):
    response = HttpResponse(svg(quote), content_type="image/svg+xml")
    response = downloads.known_by_content(request, response)
    # It stands on other people's pages: their readers need not ask for each view.
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    # Opened as a page of its own it can do nothing.
    response._csp_replace = {"default-src": ["'none'"], "sandbox": []}
    return response
