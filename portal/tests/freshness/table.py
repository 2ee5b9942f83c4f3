"""What readers see of each change, page by page.

o  the page opens (200), and the new words stand there
+  the new words stand there, the old ones no more
a  the new words stand there, maybe beside the old ones
-  the old words stand there no more
x  the page is gone (410)
*  it changes in another way, such as a date
=  not a byte of it changes, nor its ETag
"""

from collections import defaultdict

from django.utils import timezone

# {name: address}, for a story of the room.
SURFACES = {
    "article": "{story}",
    "home": "/",
    "section": "/shared/",
    "tag": "/tag/shared/",
    "author": "/author/shared/",
    "source": "/source/shared/",
    "day": "/archive/{day}/",
    "month": "/archive/{month}/",
    "archive": "/archive/",
    "search": "/search/?q={key}",
    "notes": "/corrections/",
    "rss": "/feeds/all.rss",
    "atom": "/feeds/tag/shared.atom",
    "json": "/feeds/author/shared.json",
    "stories": "/sitemap-stories-1.xml",
    "news": "/sitemap-news.xml",
    "pages": "/sitemap-pages.xml",
    "index": "/sitemap.xml",
    "dollar": "/markets/usd-rub/",
    "board": "/markets/",
    "csv": "/markets/usd-rub.csv",
    "strip": "/markets/ticker/",
    "about": "/about/",
    "none": "/no/such/page/",
    "ru": "/ru/",
}
# Made for each reader anew: asked less often.
NOT_KEPT = {"search", "stories", "news", "pages", "index", "csv"}
STORIES = """
                article home section tag author source day month archive search notes rss atom
publish         o       +    +       +   +      +      +   +     =       +      =     +   +
schedule        o       +    +       +   +      +      +   +     =       +      =     +   +
edit            +       +    +       +   +      +      +   +     =       +      =     +   +
correct         +       =    =       =   =      =      =   =     =       =      +     +   +
withdraw        x       -    -       -   -      -      -   -     =       -      =     -   -
expire          x       -    -       -   -      -      -   -     =       -      =     -   -
pin_ends        =       -    =       =   =      =      =   =     =       =      =     =   =
slot_moved      =       +    =       =   =      =      =   =     =       =      =     =   =
tag_renamed     +       =    =       +   =      =      =   =     =       =      =     +   +
author_renamed  +       +    +       +   +      +      +   +     =       +      =     +   +
section_renamed +       +    +       +   +      +      +   +     +       +      +     +   +
quote           a       a    a       a   a      a      a   a     a       a      a     =   =
banner_on       +       +    +       +   +      +      +   +     +       +      +     =   =
banner_off      -       -    -       -   -      -      -   -     -       -      -     =   =
policy_edited   =       =    =       =   =      =      =   =     =       =      =     =   =
"""
OTHERS = """
                json stories news pages index dollar board csv strip about none ru
publish         +    +       +    *     *     =      =     =   =     =     +    =
schedule        +    +       +    *     *     =      =     =   =     =     +    =
edit            +    *       +    =     *     =      =     =   =     =     +    =
correct         +    *       *    =     *     =      =     =   =     =     =    =
withdraw        -    -       -    *     *     =      =     =   =     =     -    =
expire          -    -       -    *     *     =      =     =   =     =     -    =
pin_ends        =    =       =    =     =     =      =     =   =     =     =    =
slot_moved      =    =       =    =     =     =      =     =   =     =     =    =
tag_renamed     +    =       =    =     =     =      =     =   =     =     =    =
author_renamed  +    =       =    =     =     =      =     =   =     =     =    +
section_renamed +    =       =    =     =     +      +     =   =     +     +    =
quote           =    =       =    =     =     a      a     a   a     a     a    *
banner_on       =    =       =    =     =     +      +     =   =     +     +    =
banner_off      =    =       =    =     =     -      -     =   =     -     -    =
policy_edited   =    =       =    =     =     =      =     =   =     +     =    =
"""


def rows():
    """{change: {surface: cell}}."""
    found = defaultdict(dict)
    for table in (STORIES, OTHERS):
        head, *lines = table.strip("\n").splitlines()
        for line in lines:
            change, *cells = line.split()
            found[change] |= dict(zip(head.split(), cells, strict=True))
    # The banner of "banner_off" goes in its hour as well.
    found["banner_ends"] = found["banner_off"]
    assert all(row.keys() == SURFACES.keys() for row in found.values())
    return dict(found)


def addresses(story):
    """{surface: path} for a story, also one that is not out yet."""
    day = timezone.localtime(story.published_at)
    values = {
        "story": story.get_absolute_url(),
        "key": story.key,
        "day": f"{day:%Y/%m/%d}",
        "month": f"{day:%Y/%m}",
    }
    return {name: path.format(**values) for name, path in SURFACES.items()}
