"""The page of a story, in Python for the reason that cards are: as a template its parts took longer
than the questions behind them. Every text is escaped where it is put in.
"""

from functools import lru_cache
from html import escape
from types import SimpleNamespace
from urllib.parse import quote

from django import template
from django.conf import settings
from django.utils.safestring import mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import override

from markets.templatetags.markets import market_rail
from news.templatetags.news import face, picture
from portal.lib import languages
from portal.templatetags.cards import cards, latest
from portal.templatetags.portal import moment, stamp

register = template.Library()
SLASH = '<span aria-hidden="true">/</span>'
SHOWN = 60  # characters of an address that stands for a source without a name


@lru_cache
def words(code):
    """What the page itself says in a language, escaped."""
    with override(code):
        told = {
            "author": _("Author:"),
            "source": _("Source:"),
            "more_from_source": _("More from this source"),
            "published": _("Published"),
            "updated": _("Updated"),
            "also_in": _("Also in:"),
            "mail": _("E-mail"),
            "copy": _("Copy link"),
            "copied": _("Link copied"),
            "topics": _("Topics"),
            "latest": _("Latest"),
            "more": _("More news"),
            "related": _("Related stories"),
            "report": _("Report an error in this story"),
        }
    return SimpleNamespace(**{name: escape(said) for name, said in told.items()})


@register.simple_tag
def story_named(article, section):
    """For the head of the page: by whom, when, in which section."""
    writers, site = article.writers, settings.SITE_URL
    names = ", ".join(author.name for author in writers) or languages.site_name()
    named = [("name", "robots", "max-image-preview:large"), ("name", "author", names)]
    told = [("published_time", stamp(article.published_at))]
    if article.shown_updated_at:
        told.append(("modified_time", stamp(article.shown_updated_at)))
    told.append(("section", section.name))
    told += [("author", f"{site}{author.get_absolute_url()}") for author in writers]
    named += [("property", f"article:{name}", value) for name, value in told]
    return mark_safe(  # noqa: S308
        "".join(
            f'<meta {kind}="{name}" content="{escape(value)}">\n' for kind, name, value in named
        )
    )


@register.simple_tag
def story_head(article, section):
    """Section, kind and kicker; headline and lead."""
    trail = [f'<a href="{section.get_absolute_url()}">{escape(section.name)}</a>']
    if article.kind != "news":
        kind = escape(article.get_kind_display())
        trail.append(f'<b class="kind kind--{article.kind}">{kind}</b>')
    if article.kicker:
        trail.append(escape(article.kicker))
    lead = f'<p class="standfirst">{escape(article.lead)}</p>' if article.lead else ""
    return mark_safe(  # noqa: S308
        f'<p class="crumb">{SLASH.join(trail)}</p><h1>{escape(article.headline)}</h1>{lead}'
    )


@register.simple_tag
def story_picture(article):
    """The picture above the text, with its caption and credit; nothing without one."""
    hero = article.shown_picture
    if hero is None:
        return ""
    caption = escape(article.picture_caption or hero.caption)
    credit = f'<span class="by">{escape(hero.credit)}</span>'
    return mark_safe(  # noqa: S308
        f'<figure class="art__hero">{picture(hero, "hero", True)}'
        f"<figcaption>{caption} {credit}</figcaption></figure>"
    )


@register.simple_tag(takes_context=True)
def story_meta(context):
    """Who wrote it, from where it is, when; in which languages it stands; how to pass it on."""
    article, said = context["article"], words(languages.current())
    address = f"{context['site'].url}{article.get_absolute_url()}"
    parts = [_writer(author, said) for author in article.writers]
    if helpers := article.helpers:
        lines = "".join(
            f"<p>{escape(line.get_role_display())}: {_linked(line.author)}</p>" for line in helpers
        )
        parts.append(f'<div class="credit">{lines}</div>')
    parts += [_source(article, said), f'<dl class="times"><dt>{said.published}</dt>']
    parts.append(f"<dd>{moment(article.published_at)}</dd>")
    if article.shown_updated_at:
        parts.append(f"<dt>{said.updated}</dt><dd>{moment(article.shown_updated_at)}</dd>")
    parts.append("</dl>")
    if context.get("siblings"):
        parts.append(_translations(context["editions"], context["siblings"], said))
    mail = f"mailto:?subject={quoted(article.headline)}&amp;body={quoted(address)}"
    parts.append(
        f'<p class="share"><a class="btn" href="{mail}">{said.mail}</a>'
        f'<button class="btn" type="button" hidden data-copy="{escape(address)}" '
        f'data-done="{said.copied}">{said.copy}</button></p>'
    )
    return mark_safe("".join(parts))  # noqa: S308


def _linked(author):
    return f'<a href="{author.get_absolute_url()}">{escape(author.name)}</a>'


def _writer(author, said):
    name = f'<a href="{author.get_absolute_url()}" rel="author">{escape(author.name)}</a>'
    role = f"<span>{escape(author.role)}</span>" if author.role else ""
    who = f"<div><p>{said.author} <b>{name}</b></p>{role}</div>"
    return f'<div class="byline">{face(author)}{who}</div>'


def _source(article, said):
    """Whose report the story relies on, linked where it has an address."""
    source, url = article.source, escape(article.source_url)
    if source:
        name, url = escape(source.name), url or escape(source.url)
        if url:
            name = f'<a href="{url}" rel="external">{name}</a>'
        more = f'<a href="{source.get_absolute_url()}">{said.more_from_source}</a>'
        return f'<div class="credit"><p>{said.source} {name}</p><p class="note">{more}</p></div>'
    if url:
        shown = escape(Truncator(article.source_url).chars(SHOWN))
        link = f'<a href="{url}" rel="external">{shown}</a>'
        return f'<div class="credit"><p>{said.source} {link}</p></div>'
    return ""


def _translations(editions, siblings, said):
    known = {sibling.language for sibling in siblings}
    links = "".join(
        f'<a href="{escape(one.url)}" hreflang="{one.code}" lang="{one.code}">'
        f"{escape(one.name)}</a> "
        for one in editions
        if one.code in known
    )
    return f'<div class="credit"><p>{said.also_in} {links}</p></div>'


@register.simple_tag(takes_context=True)
def story_beside(context):
    """The latest news and the prices of the day."""
    said, rail = words(languages.current()), market_rail(context)
    if lines := context.get("latest"):
        rail = f"<section>{_headed(said.latest, ' sechead--sm')}{latest(lines)}</section>{rail}"
    return mark_safe(  # noqa: S308
        f'<aside class="art__rail rail-stack" aria-label="{said.more}">{rail}</aside>'
    )


@register.simple_tag(takes_context=True)
def story_related(context):
    """Other stories of the section; nothing without any."""
    related = context.get("related")
    if not related:
        return ""
    title, shown = words(languages.current()).related, cards(related, "thumb", "card", bare=True)
    return mark_safe(  # noqa: S308
        f'<section class="wrap band related">{_headed(title)}'
        f'<div class="blk blk--4">{shown}</div></section>'
    )


def _headed(title, css=""):
    return f'<div class="sechead{css}"><h2>{title}</h2></div>'


@register.simple_tag(takes_context=True)
def story_end(context):
    """Where to report an error; the topics."""
    article, said = context["article"], words(languages.current())
    parts = [f'<p class="errata">{_report(context, article, said)}</p>']
    if article.topics:
        items = "".join(
            f'<li><a href="{tag.get_absolute_url()}">{escape(tag.name)}</a></li>'
            for tag in article.topics
        )
        parts.append(f'<ul class="tags" aria-label="{said.topics}">{items}</ul>')
    return mark_safe("".join(parts))  # noqa: S308


def _report(context, article, said):
    """A mail that names the story; to a newsroom with a policy for it, the way to that."""
    site, policies = context["site"], context["chrome"].policies
    address = site.corrections_email
    if not address and policies:
        policy = next((one for one in policies if one.slug == "corrections-policy"), None)
        return f'<a href="{escape(policy.url)}">{said.report}</a>' if policy else ""
    subject = quoted(f"{site.url}{article.get_absolute_url()}")
    mail = f"mailto:{escape(address or site.email)}?subject={subject}"
    return f'<a href="{mail}">{said.report}</a>'


def quoted(words):
    """Words as a part of an address."""
    return quote(words, safe="")
