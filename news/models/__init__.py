"""The nouns of the newsroom."""

from .article import Article
from .bylines import Byline, Mention
from .corrections import Correction
from .front import FrontLog, FrontSlot
from .people import Author
from .pictures import Picture
from .policies import Policy
from .search import SearchRow
from .taxonomy import Section, Source, Tag

__all__ = [
    "Article",
    "Author",
    "Byline",
    "Correction",
    "FrontLog",
    "FrontSlot",
    "Mention",
    "Picture",
    "Policy",
    "SearchRow",
    "Section",
    "Source",
    "Tag",
]
