"""The nouns of the newsroom."""

from .article import Article
from .bylines import Byline, Mention, Tagging
from .corrections import Correction
from .drafts import Autosave, Presence
from .figures import Figure
from .front import FrontLog, FrontSlot
from .history import PendingChanges, Revision, Step
from .people import Author
from .pictures import Picture
from .policies import Policy
from .previews import PreviewLink
from .redirects import Merged, OldAddress
from .refusals import ChangedMeanwhile, EditConflict, MoveRefused
from .search import Reindexing, SearchRow, SearchWord
from .taxonomy import Section, Source, Tag

__all__ = [
    "Article",
    "Author",
    "Autosave",
    "Byline",
    "ChangedMeanwhile",
    "Correction",
    "EditConflict",
    "Figure",
    "FrontLog",
    "FrontSlot",
    "Mention",
    "Merged",
    "MoveRefused",
    "OldAddress",
    "PendingChanges",
    "Picture",
    "Policy",
    "Presence",
    "PreviewLink",
    "Reindexing",
    "Revision",
    "SearchRow",
    "SearchWord",
    "Section",
    "Source",
    "Step",
    "Tag",
    "Tagging",
]
