"""Names of what contents of stories refer to by number: for comparisons and for people."""

from news.models import Article, Author, Picture, Section, Source, Tag


def names_of(*contents):
    """resolve(kind, id) for `news.comparing`, knowing every section, picture … these contents name.

    One query for each kind that occurs, at most six. What is gone is "".
    """
    wanted = {
        kind: set() for kind in ("section", "picture", "source", "tag", "instrument", "author")
    }
    for content in contents:
        for kind in ("section", "picture", "source"):
            wanted[kind].add(content.get(kind))
        wanted["tag"].update(content.get("tags") or ())
        wanted["instrument"].update(content.get("instruments") or ())
        wanted["author"].update(author for author, _role in content.get("bylines") or ())
    models = {
        "section": Section,
        "picture": Picture,
        "source": Source,
        "tag": Tag,
        "instrument": Article._meta.get_field("instruments").related_model,
        "author": Author,
    }
    found = {}
    for kind, keys in wanted.items():
        keys -= {None, ""}
        if keys:
            rows = models[kind]._default_manager.in_bulk(keys)
            found |= {(kind, pk): str(row) for pk, row in rows.items()}
    return lambda kind, pk: found.get((kind, pk), "")
