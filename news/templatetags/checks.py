"""The checklist and comparisons of the newsroom, for its templates."""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from news.checklist import blocks
from news.comparing import label

register = template.Library()
# Where the form has a field that is more than one control.
TARGETS = {"bylines": "bylines"}


@register.simple_tag
def checklist_sums(findings):
    """How many findings there are of each level, in words."""
    must = len(blocks(findings))
    may = len(findings) - must
    parts = []
    if must:
        text = ngettext("%d thing must be mended", "%d things must be mended", must)
        parts.append(text % must)
    if may:
        text = ngettext("%d deserves a look", "%d deserve a look", may)
        parts.append(text % may)
    return ", ".join(parts)


@register.simple_tag
def checklist_repairs(findings):
    """Whether anything of it can be repaired with certainty."""
    return any(finding.can_repair for finding in findings)


@register.simple_tag
def checklist_target(field):
    """The id of the control a finding speaks of."""
    return TARGETS.get(field, f"id_{field}")


@register.filter
def checklist_field(field):
    return label(field) if field else _("story")
