"""The nouns of the newsroom."""

from .article import Article
from .bylines import Byline, Mention
from .corrections import Correction
from .drafts import Autosave, Presence
from .front import FrontSlot
from .people import Author
from .pictures import Picture
from .policies import Policy
from .search import SearchRow
from .taxonomy import Section, Source, Tag

__all__ = [
    "Article",
    "Author",
    "Autosave",
    "Byline",
    "Correction",
    "FrontSlot",
    "Mention",
    "Picture",
    "Policy",
    "Presence",
    "SearchRow",
    "Section",
    "Source",
    "Tag",
]
