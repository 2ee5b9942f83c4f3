"""What would become of a typed reading, before it is stored."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from markets import guards, providers, weighing
from markets.models import State

# Sources a machine reads; people type into the others.
MACHINES = tuple(providers.ALL)


@dataclass(frozen=True, slots=True)
class Said:
    """level: new, known, revision, warn (published, marked), hold (waits) or refused."""

    level: str
    words: str = ""


def of(series, reading):
    """Said of a reading that a person types. At most three queries."""
    found = weighing.weigh(series, [reading], is_typed=True)
    if not found:
        return Said("known", _("known already"))
    verdict = found[0].verdict
    reason = guards.words(verdict.reason)
    if verdict.state == State.REJECTED:
        return Said("refused", _("Cannot be stored: %s") % reason)
    if verdict.state == State.HELD:
        return Said("hold", _("Will be held for another person: %s") % reason)
    if verdict.is_flagged:
        return Said("warn", _("Unusual, will be marked so: %s") % reason)
    if found[0].replaces:
        return Said("revision", _("replaces the value of this day"))
    return Said("new")
