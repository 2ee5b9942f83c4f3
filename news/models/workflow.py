"""From draft to reader: the table of moves, each one transaction with its revision."""

from dataclasses import dataclass
from datetime import datetime
from functools import partialmethod

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from news import roles
from portal.lib import dates, text

from .corrections import Correction
from .history import Revision, Step
from .refusals import ChangedMeanwhile, MoveRefused
from .status import Status

Verb = Revision.Verb


@dataclass(frozen=True)
class Move:
    """name is the method on Article and what a button sends; asks: "note", "at", "reason", None.

    action is its row in news.roles.ACTIONS, which says from where and by whom.
    """

    name: str
    label: str
    action: str
    verb: str
    to: str = ""
    asks: str | None = None
    css: str = ""
    is_checked: bool = False  # readers will have the text: the checklist is asked

    @property
    def stages(self):
        return roles.ACTIONS[self.action].stages


MOVES = {
    move.name: move
    for move in (
        Move(
            "submit",
            pgettext_lazy("move", "Submit for review"),
            "submit",
            Verb.SUBMITTED,
            Status.REVIEW,
            css="main",
        ),
        Move(
            "publish",
            pgettext_lazy("move", "Publish now"),
            "publish",
            Verb.PUBLISHED,
            Status.PUBLISHED,
            css="main",
            is_checked=True,
        ),
        Move(
            "schedule",
            pgettext_lazy("move", "Schedule"),
            "schedule",
            Verb.SCHEDULED,
            Status.SCHEDULED,
            asks="at",
            is_checked=True,
        ),
        Move(
            "publish_changes",
            pgettext_lazy("move", "Publish changes"),
            "publish changes",
            Verb.CHANGES_PUBLISHED,
            css="main",
            is_checked=True,
        ),
        Move(
            "discard_changes",
            pgettext_lazy("move", "Discard changes"),
            "discard changes",
            Verb.DISCARDED,
            css="quiet",
        ),
        Move(
            "send_back",
            pgettext_lazy("move", "Send back"),
            "send back",
            Verb.SENT_BACK,
            Status.DRAFT,
            asks="note",
        ),
        Move(
            "withdraw",
            pgettext_lazy("move", "Withdraw"),
            "withdraw",
            Verb.WITHDRAWN,
            Status.WITHDRAWN,
            asks="reason",
            css="grave",
        ),
        Move(
            "reopen",
            pgettext_lazy("move", "Reopen as a draft"),
            "reopen",
            Verb.REOPENED,
            Status.DRAFT,
        ),
    )
}
OF_PENDING = {"publish_changes", "discard_changes"}
# Columns of other tables, written by the edit before and true by the database's own keys.
KEYS = ("section", "picture", "source", "translation_of", "created_by")


class Workflow:
    """The part of Article that moves it. A move that may not be raises MoveRefused."""

    @property
    def stage(self):
        """Its status, or "live" once its hour has come, whatever the label says."""
        return "live" if self.is_out else str(self.status)

    def moves_for(self, user):
        """The moves this person may make now, in the order of their buttons."""
        return [
            move
            for move in MOVES.values()
            if self.stage in move.stages
            and (move.name not in OF_PENDING or self.pending_changes)
            and roles.may(user, move.action, self)
        ]

    def _move(self, name, *, by, version=None, note="", at=None, override=""):
        """One transaction; returns the Revision. `version`: the text the person has seen."""
        try:
            with transaction.atomic():
                return self._moved(MOVES[name], by, version, note, at, override)
        except MoveRefused:
            self.refresh_from_db()
            raise

    def _moved(self, move, by, version, note, at, override):
        note, override = text.one_line(note), text.one_line(override)
        now = self._hold()
        self._allow(move, by, version)
        override = self._check(move, by, override) and override
        self._begin_history()
        revision = getattr(self, f"_to_{move.name}")(by=by, now=now, at=at, note=note)
        if override:
            reason = _("Published in spite of the checklist: %(reason)s") % {"reason": override}
            revision.note = f"{revision.note} {reason}".strip()
            revision.save(update_fields=["note"])
        self.log(by, f"{move.label}. {revision.note}".removesuffix(". "))
        return revision

    submit = partialmethod(_move, "submit")
    send_back = partialmethod(_move, "send_back")
    schedule = partialmethod(_move, "schedule")
    publish = partialmethod(_move, "publish")
    publish_changes = partialmethod(_move, "publish_changes")
    discard_changes = partialmethod(_move, "discard_changes")
    withdraw = partialmethod(_move, "withdraw")
    reopen = partialmethod(_move, "reopen")

    def _allow(self, move, by, version):
        if self.stage not in move.stages:
            words = _("“%(move)s” is not possible now: the story is %(status)s.")
            raise MoveRefused(
                [words % {"move": move.label, "status": self.get_status_display().lower()}]
            )
        if not roles.may(by, move.action, self):
            raise MoveRefused([roles.words_of_refusal(move.action)])
        if move.name in OF_PENDING and not self.pending_changes:
            raise MoveRefused([_("There are no changes that wait to be published.")])
        if version is not None and version != self.version:
            raise ChangedMeanwhile(self)

    def _check(self, move, by, override):
        """True when the checklist was overridden; refuses what it blocks."""
        if not move.is_checked:
            return False
        from news import checklist  # it looks at models

        pending = self.pending_changes
        story = self.with_content(pending.content) if pending else self
        blocks = [found for found in checklist.check(story) if found.level == "block"]
        if not blocks:
            return False
        if override and roles.may(by, "override checklist", self):
            return True
        raise MoveRefused([found.words for found in blocks])

    # What each move does; the row is held and the person may -------------------------------------

    def _to_submit(self, by, now, at, note):
        return self._stand(Status.REVIEW, Verb.SUBMITTED, by, now, note)

    def _to_send_back(self, by, now, at, note):
        if not note:
            raise MoveRefused([_("Say in a note why the story goes back.")])
        if self.status == Status.SCHEDULED:
            self.published_at = self._hour_readers_had_it()
        return self._stand(Status.DRAFT, Verb.SENT_BACK, by, now, note)

    def _to_schedule(self, by, now, at, note):
        if not isinstance(at, datetime) or timezone.is_naive(at):
            raise MoveRefused([_("Say when the story goes out, or keep it a draft.")])
        if at <= now:
            words = _("%(hour)s has passed. Choose an hour to come, or publish now.")
            raise MoveRefused([words % {"hour": dates.moment(at)}])
        self.published_at = at.replace(microsecond=0)
        note = note or dates.moment(at)
        return self._stand(Status.SCHEDULED, Verb.SCHEDULED, by, now, note)

    def _to_publish(self, by, now, at, note):
        if self.published_at is None or self.status == Status.SCHEDULED:
            self.published_at = self._hour_readers_had_it() or now
        self._readers_get(self.content(), now)
        if self.expires_at and self.expires_at <= now:
            words = _("Its end, %(hour)s, has passed: readers would not see it. Change the end.")
            raise MoveRefused([words % {"hour": dates.moment(self.expires_at)}])
        return self._stand(Status.PUBLISHED, Verb.PUBLISHED, by, now, note, is_public=True)

    def _to_publish_changes(self, by, now, at, note):
        pending, live = self.pending_changes, self.content()
        if pending.base != live:  # a command has written to the row since: that is kept too
            self._record(Verb.SAVED, by=None, is_public=True, content=live, now=now)
        self._readers_get(pending.content, now)
        self._drop_pending()
        self._apply(self._present(pending.content))
        content = self.content()
        verb = Verb.CHANGES_PUBLISHED
        return self._record(verb, by=by, note=note, content=content, is_public=True, now=now)

    def _to_discard_changes(self, by, now, at, note):
        content = self.pending_changes.content
        revision = self._record(Verb.DISCARDED, by=by, note=note, content=content, now=now)
        self._drop_pending()
        self.version += 1
        self.save()
        # For a form that was opened after this and meets another change before it is saved.
        Step.objects.create(article=self, version=self.version, content=self.content(), made_at=now)
        return revision

    def _to_withdraw(self, by, now, at, note):
        if self.is_out and not note:
            raise MoveRefused([_("Tell readers why the story is withdrawn.")])
        if len(note) > (longest := self._meta.get_field("withdrawal_reason").max_length):
            words = _("The reason is longer than %(count)s letters.")
            raise MoveRefused([words % {"count": longest}])
        if self.status == Status.SCHEDULED:
            self.published_at = self._hour_readers_had_it()
        self.withdrawal_reason, self.withdrawn_at = note, now
        return self._stand(Status.WITHDRAWN, Verb.WITHDRAWN, by, now, note)

    def _to_reopen(self, by, now, at, note):
        note = note or self.withdrawal_reason
        self.withdrawal_reason = ""
        pending = self.pending_changes
        self.status = Status.DRAFT
        if pending:  # nobody reads the row now: the text that is worked on is the story's
            self._drop_pending()
            self._apply(self._present(pending.content))
        return self._stand(Status.DRAFT, Verb.REOPENED, by, now, note)

    def _stand(self, status, verb, by, now, note, is_public=False):
        self.status = status
        try:
            self.full_clean(exclude=KEYS)
        except ValidationError as error:
            raise MoveRefused(error.messages) from error
        self.save()
        return self._record(verb, by=by, note=note, is_public=is_public, now=now)

    def _drop_pending(self):
        self.pending_changes.delete()
        self._state.fields_cache.pop("pending", None)

    def _hour_readers_had_it(self):
        """When a story that is not out was first out, or None: that hour stays its own."""
        first = self.revisions.filter(is_public=True).last()
        return first.began_at.replace(microsecond=0) if first else None

    # Beside the moves ----------------------------------------------------------------------------

    def set_expiry(self, expires_at, *, by):
        """Until when readers have it (None: for good). No new text, so no Revision: a log line."""
        with transaction.atomic():
            self._hold()
            if not roles.may(by, "set expiry", self):
                raise MoveRefused([roles.words_of_refusal("set expiry")])
            self.expires_at = expires_at
            try:
                self.clean()
            except ValidationError as error:
                raise MoveRefused(error.messages) from error
            self.save()
            hour = dates.moment(expires_at) if expires_at else _("for good")
            self.log(by, _("Public until: %(hour)s") % {"hour": hour})

    def correct(self, *, kind, text, by, is_grave=False):
        """Add a note that readers see, dated by the clock, for ever. Returns the Correction."""
        with transaction.atomic():
            now = self._hold()
            if not roles.may(by, "correct", self):
                raise MoveRefused([roles.words_of_refusal("correct")])
            note = Correction(article=self, kind=kind, text=text.strip(), is_grave=is_grave)
            note.full_clean(exclude=["article"])
            self._begin_history()
            note.save()
            self._record(Verb.CORRECTED, by=by, note=note.text, now=now)
            self.log(by, f"{note.get_kind_display()}: {note.text}")
            return note
