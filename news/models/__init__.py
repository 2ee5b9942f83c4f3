"""The nouns of the newsroom."""

from .article import Article
from .bylines import Byline, Mention
from .corrections import Correction
from .figures import Figure
from .front import FrontSlot
from .people import Author
from .pictures import Picture
from .policies import Policy
from .redirects import Merged, OldAddress
from .search import SearchRow
from .taxonomy import Section, Source, Tag

__all__ = [
    "Article",
    "Author",
    "Byline",
    "Correction",
    "Figure",
    "FrontSlot",
    "Mention",
    "Merged",
    "OldAddress",
    "Picture",
    "Policy",
    "SearchRow",
    "Section",
    "Source",
    "Tag",
]
