"""Two texts side by side, three texts brought together: words for people, decisions for code.

Pure: no database, no clock. Whatever the input, the HTML is well-formed, escaped and says with
hidden words what colour says. Long texts cost little: what cannot be matched quickly is shown as a
whole block taken out and another put in.
"""

from .contents import Change, compare_contents, field_html, label
from .differences import prose_html, words_html
from .merging import State, merge, merge_contents, three_way

__all__ = [
    "Change",
    "State",
    "compare_contents",
    "field_html",
    "label",
    "merge",
    "merge_contents",
    "prose_html",
    "three_way",
    "words_html",
]
