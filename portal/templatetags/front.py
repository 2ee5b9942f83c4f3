"""Blocks of the front page, in Python as the cards in them."""

from html import escape

from django import template
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from news.templatetags.news import face, front_headline
from portal.templatetags.cards import card

register = template.Library()
PICTURED = 3  # cards of the wide block that have their picture; the others are text


@register.simple_tag
def front_block(block):
    """A section's stories, in a row of four or in the wide block."""
    section, name = block.section, escape(block.section.name)
    cards = "".join(
        f"<div>{_placed(story, place, block.is_wide)}</div>"
        for place, story in enumerate(block.stories)
    )
    more = f'{escape(_("More"))}<span class="vh">: {name}</span>'
    return mark_safe(  # noqa: S308
        f'<section class="wrap band"><div class="sechead"><h2>{name}</h2>'
        f'<a href="{section.get_absolute_url()}">{more}</a></div>'
        f'<div class="blk blk--{"a" if block.is_wide else "4"}">{cards}</div></section>'
    )


def _placed(story, place, is_wide):
    if is_wide and place == 0:
        return card(story, "wide", "wide")
    if is_wide and place >= PICTURED:
        return card(story, "text", bare=True, plain=True)
    return card(story, "thumb", "card", bare=is_wide)


@register.simple_tag
def front_voices(stories):
    """Analysis and opinion, with the faces of those who wrote them; nothing without any."""
    if not stories:
        return ""
    title = escape(_("Analysis and opinion"))
    voices = "".join(map(_voice, stories))
    return mark_safe(  # noqa: S308
        f'<section class="wrap band"><div class="sechead"><h2>{title}</h2></div>'
        f'<div class="voices">{voices}</div></section>'
    )


def _voice(story):
    writers = story.writers
    names = escape(", ".join(author.name for author in writers))
    link = f'<a href="{story.get_absolute_url()}">{escape(front_headline(story))}</a>'
    lead = f"<p>{escape(story.card_lead)}</p>" if story.card_lead else ""
    return (
        f'<div class="voice">{face(writers[0])}<div><p class="by">{names}</p>'
        f"<h3>{link}</h3>{lead}</div></div>"
    )
