"""A story in a list: the components that stand on a page dozens of times.

They are Python, not templates: a template of this size takes longer than the query behind it.
Every text is escaped where it is put in. Stories that pages share (news.loading) keep what was
made of them for as long as they are shared.
"""

from html import escape

from django import template
from django.utils.safestring import mark_safe

from news.templatetags.news import front_headline, picture, shown_picture
from portal.templatetags.portal import ago, clock, stamp

register = template.Library()


def kept(article, *key, make):
    """make(), or what it gave before for the same story and key."""
    known = article.__dict__.get("markup")
    if known is None:
        return make()
    found = known.get(key)
    if found is None:
        found = known[key] = make()
    return found


@register.simple_tag
def card(article, variant, place="", level=3, *, bare=False, plain=False, more=()):
    """A story (from for_cards) as lead, wide, thumb, row or text.

    place: of {% picture %}; level: of the heading; bare: without its lead and its writers; plain:
    without its kicker; more: stories whose headlines stand below.
    """
    if more:
        rest = "".join(f"<li>{headline(story)}</li>" for story in more)
        rest = f'<ul class="story__more">{rest}</ul>'
        return mark_safe(_card(article, variant, place, level, bare, plain, rest))  # noqa: S308
    how = variant, place, level, bare, plain
    hides = getattr(article, "hides_picture", False)
    return kept(article, hides, *how, make=lambda: mark_safe(_card(article, *how)))  # noqa: S308


def _card(article, variant, place, level, bare, plain, rest=""):
    shown = shown_picture(article)
    missing = " story--noimg" if variant == "row" and not shown else ""
    parts = [f'<article class="story story--{variant}{missing}">']
    if shown and variant != "text":
        parts.append(f'<div class="story__media">{picture(shown, place)}</div>')
    parts.append("<div>")
    if not plain:
        parts.append(f'<span class="kicker">{kicker(article)}</span>')
    parts.append(f'<h{level} class="story__hl">{headline(article)}</h{level}>')
    if not bare and article.card_lead:
        parts.append(f'<p class="story__sf">{escape(article.card_lead)}</p>')
    parts.append('<p class="meta">')
    if not bare and variant != "text":
        names = ", ".join(escape(author.name) for author in article.writers)
        parts.append(names and f"{names} · ")
    parts.append(f"{ago(article.published_at)}</p>{rest}</div></article>")
    return "".join(parts)


@register.simple_tag
def cards(stories, *args, before="<div>", after="</div>", **kwargs):
    """Cards of the same kind, each in an element."""
    return mark_safe("".join(f"{before}{card(s, *args, **kwargs)}{after}" for s in stories))  # noqa: S308


@register.simple_tag
def kicker(article):
    """What a story is about, or its section; and what kind of text it is when that is not news."""
    words, is_news = escape(article.kicker), article.kind == "news"
    if is_news:
        return mark_safe(words or escape(article.section.name))  # noqa: S308
    name = escape(article.get_kind_display())
    kind = f'<b class="kind kind--{article.kind}">{name}</b>'
    return mark_safe(f"{kind} · {words}" if words else kind)  # noqa: S308


def headline(article):
    return f'<a href="{article.get_absolute_url()}">{escape(front_headline(article))}</a>'


@register.simple_tag
def latest(stories):
    """Stories (from for_lines) by the hour."""
    items = "".join(kept(one, "latest", make=lambda one=one: _latest(one)) for one in stories)
    return mark_safe(f'<ol class="latest">{items}</ol>')  # noqa: S308


def _latest(story):
    at = story.published_at
    hour = f'<time datetime="{stamp(at)}">{clock(at)}</time>'
    return f"<li>{hour}{headline(story)}</li>"


@register.simple_tag
def lines(stories):
    """Stories (from for_lines) as text, for a rail."""
    items = "".join(
        f'<li><article class="story story--row story--noimg"><div><h3 class="story__hl">'
        f'{headline(story)}</h3><p class="meta">{ago(story.published_at)}</p></div></article></li>'
        for story in stories
    )
    return mark_safe(f'<ul class="list">{items}</ul>')  # noqa: S308
