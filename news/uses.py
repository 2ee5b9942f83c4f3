"""Where a picture of the library stands: asked before it is deleted, shown on its page."""

from dataclasses import dataclass

from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst

from news.models import Article, Figure, Picture

MOST = 50  # rows of each kind that a page lists


@dataclass
class Use:
    what: str  # "Stories: picture"
    name: str
    state: str = ""
    url: str = ""
    is_public: bool = False
    forbids: bool = False  # while it lasts the picture cannot be deleted


@dataclass
class Uses:
    rows: list
    is_cut: bool  # there are more than the rows say

    def __bool__(self):
        return bool(self.rows)

    @property
    def forbidding(self):
        return [use for use in self.rows if use.forbids]


def of(picture):
    """The Uses of a picture: one query for each kind of thing that may name one."""
    rows, is_cut = [], False
    for relation in Picture.uses_of():
        naming = relation.related_model._base_manager.filter(**{relation.field.name: picture})
        found = list(_loaded(naming.order_by("-pk"))[: MOST + 1])
        is_cut |= len(found) > MOST
        rows += [_use(row, relation) for row in found[:MOST]]
    return Uses(sorted(rows, key=lambda use: not use.is_public), is_cut)


def _loaded(rows):
    if rows.model is Article:
        return rows.only("headline", "status", "published_at", "expires_at")
    if rows.model is Figure:
        return rows.select_related("article", "policy").defer("article__body", "policy__body")
    return rows.select_related(
        *(f.name for f in rows.model._meta.concrete_fields if f.related_model is Article)
    )


def _use(row, relation):
    what = capfirst(row._meta.verbose_name)
    if isinstance(row, Figure):
        shown = row.text
    else:
        what = f"{what}: {relation.field.verbose_name}"
        shown = getattr(row, "article", row)
    story = shown if isinstance(shown, Article) else None
    return Use(
        what=what,
        name=str(shown),
        state=story.get_status_display() if story else "",
        url=_page(shown),
        is_public=story.is_public if story else True,
        forbids=relation.on_delete is models.PROTECT,
    )


def _page(row):
    try:
        return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    except NoReverseMatch:
        return ""
