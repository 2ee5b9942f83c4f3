"""What makes the newsroom's pages stale: which tables, and which hours."""

from news.models import Article, FrontSlot
from news.models.status import TIMED, Status
from portal.lib.triggers import Watch

# Drafts are written all day long and are no reader's business. A withdrawn story has its page.
_SEEN = ", ".join(f"'{status}'" for status in (*TIMED, Status.WITHDRAWN))
_PUBLIC = f"{{row}}.status IN ({_SEEN})"
# By the story's key: as a list of all public stories SQLite would gather a million for one row.
_OF_PUBLIC = (
    "EXISTS (SELECT 1 FROM news_article story"  # noqa: S608
    f" WHERE story.id = {{row}}.article_id AND story.status IN ({_SEEN}))"
)
TABLES = [
    Watch("news_article", ("news",), where=_PUBLIC),
    Watch("news_byline", ("news",), where=_OF_PUBLIC),
    Watch("news_mention", ("news",), where=_OF_PUBLIC),
    Watch("news_article_tags", ("news",), where=_OF_PUBLIC),
    Watch("news_figure", ("news",), where=f"{{row}}.article_id IS NULL OR {_OF_PUBLIC}"),
    Watch("news_correction", ("news",)),
    Watch("news_frontslot", ("news",)),
    Watch("news_oldaddress", ("news",)),
    Watch("news_merged", ("news",)),
    Watch("news_picture", ("news",)),
    Watch("news_author", ("news",)),
    Watch("news_tag", ("news",)),
    Watch("news_source", ("news",)),
    # Every page names the sections above and the policies below.
    Watch("news_section", ("news", "frame")),
    Watch("news_policy", ("news", "frame")),
]
# Written by people at work, by machines, or kept for the newsroom alone.
PRIVATE = {
    "news_autosave",
    "news_frontlog",
    "news_pendingchanges",
    "news_presence",
    "news_previewlink",
    "news_reindexing",
    "news_revision",
    "news_searchrow",  # the search page is never kept
    "news_searchword",
    "news_step",
}


def next_hour(now):
    """When the next story comes out or ends, or a place on a front falls free. Three queries.

    What goes by days (rights of a picture, policies) changes at midnight, as every page does.
    """
    # Whatever their status: an hour at which nothing happens after all does no harm, and a question
    # about the status would be answered from its index.
    coming = Article.objects.filter(published_at__gt=now).order_by("published_at")
    ending = Article.objects.filter(expires_at__gt=now).order_by("expires_at")
    slots = FrontSlot.objects.filter(until__gt=now).order_by("until")
    found = [
        rows.values_list(name, flat=True)[:1]
        for rows, name in ((coming, "published_at"), (ending, "expires_at"), (slots, "until"))
    ]
    return min((at for rows in found for at in rows), default=None)
