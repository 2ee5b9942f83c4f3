"""The frame of the pages: what all of a language have in common is rendered once."""

from html import escape

from django import template
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from portal.lib import languages
from portal.lib.shared import shared

register = template.Library()

CURRENT = ' aria-current="true"'
# Stands for the language switch, which differs from page to page, in what is kept.
SWITCH = mark_safe("\x00switch\x00")


class KeptNode(template.Node):
    def __init__(self, name, differs, nodelist):
        self.name, self.differs, self.nodelist = name, differs, nodelist

    def render(self, context):
        if not context.get("marks"):  # a page for one visitor: with what is true for that one
            found = self.rendered(context)
        else:
            differs = [repr(one.resolve(context, ignore_failures=True)) for one in self.differs]
            key = ("frame", self.name, languages.current(), *differs)
            found = shared(key, ("frame",), lambda: self.rendered(context))
        return found.replace(SWITCH, switch(context)) if SWITCH in found else found

    def rendered(self, context):
        with context.push(switch=SWITCH):
            return self.nodelist.render(context)


def switch(context):
    """The language switch of this page, which has it in three places."""
    known = context.render_context.get(SWITCH)
    if known is None:
        items = "".join(
            f'<li><a href="{escape(one.url)}" hreflang="{one.code}" lang="{one.code}"'
            f"{CURRENT if one.is_current else ''}>"
            f'<span aria-hidden="true">{escape(one.short)}</span>'
            f'<span class="vh">{escape(one.name)}</span></a></li>'
            for one in context["editions"]
        )
        known = f'<ul class="langs" aria-label="{escape(_("Language"))}">{items}</ul>\n'
        context.render_context[SWITCH] = known
    return known


@register.tag
def kept(parser, token):
    """{% kept name value … %} … {% endkept %}: rendered once for each language, each set of values
    and each state of the frame. Inside, `switch` is the language switch; everything else in there
    has to be the site's or the frame's, or to be named as a value.
    """
    _kept, name, *values = token.split_contents()
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(name, [parser.compile_filter(value) for value in values], nodelist)
