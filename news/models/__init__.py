"""The nouns of the newsroom."""

from .article import Article
from .bylines import Byline, Mention
from .corrections import Correction
from .figures import Figure
from .drafts import Autosave, Presence
from .front import FrontSlot
from .history import PendingChanges, Revision, Step
from .people import Author
from .pictures import Picture
from .policies import Policy
from .previews import PreviewLink
from .refusals import ChangedMeanwhile, EditConflict, MoveRefused
from .redirects import Merged, OldAddress
from .search import SearchRow
from .taxonomy import Section, Source, Tag

__all__ = [
    "Article",
    "Author",
    "Autosave",
    "Byline",
    "ChangedMeanwhile",
    "Correction",
    "EditConflict",
    "FrontSlot",
    "Mention",
    "MoveRefused",
    "PendingChanges",
    "Figure",
    "Merged",
    "OldAddress",
    "Picture",
    "Policy",
    "PreviewLink",
    "Revision",
    "Presence",
    "SearchRow",
    "Section",
    "Source",
    "Step",
    "Tag",
]
