"""The nouns of the newsroom."""

from .article import Article
from .bylines import Byline, Mention
from .corrections import Correction
from .front import FrontSlot
from .people import Author
from .pictures import Picture
from .policies import Policy
from .search import Reindexing, SearchRow, SearchWord
from .taxonomy import Section, Source, Tag

__all__ = [
    "Article",
    "Author",
    "Byline",
    "Correction",
    "FrontSlot",
    "Mention",
    "Picture",
    "Policy",
    "Reindexing",
    "SearchRow",
    "SearchWord",
    "Section",
    "Source",
    "Tag",
]
