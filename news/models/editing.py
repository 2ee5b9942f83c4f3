"""How a text changes: one writer at a time, each upon the version they have seen."""

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.db import transaction
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from news import roles

from .content import same_substance, tidy, words_of_address
from .figures import Figure
from .history import PendingChanges, Revision, Step
from .refusals import EditConflict, MoveRefused
from .status import Status

# Chosen from our own lists, and looked up when they are read: no second question about each.
LINKS = (
    "section picture source translation_of created_by story created_at modified_at status".split()
)


def name_of(person):
    return (person.get_full_name() or person.get_username())[:160] if person else ""


class Editing:
    """The part of Article that changes the working text. Each act is one transaction."""

    @property
    def pending_changes(self):
        """The PendingChanges of this story, or None."""
        try:
            return self.pending
        except PendingChanges.DoesNotExist:
            self._state.fields_cache["pending"] = None  # as select_related keeps it
            return None

    def working(self):
        """What the people of the newsroom work on: the pending changes, or what the row says."""
        pending = self.pending_changes
        return pending.content if pending else self.content()

    def edit(self, content, *, by, base, verb=None, note=""):
        """Write a new working text upon version `base`; returns its Revision.

        A story that is out keeps its row, and the text waits as pending changes. Raises
        EditConflict, MoveRefused or ValidationError, and has written nothing then.
        """
        content = tidy(content)
        with transaction.atomic():
            now = self._hold()
            action = roles.EDIT_AT.get(self.stage)
            if action is None:
                raise MoveRefused([_("A withdrawn story is not edited: reopen it first.")])
            if not roles.may(by, action, self):
                raise MoveRefused([roles.words_of_refusal(action)])
            was = self.working()
            if self.version != base:
                if content == was | {"slug": content["slug"]}:
                    return self._latest  # one form, sent twice
                raise EditConflict(self, content, base)
            self._begin_history()
            content = self._with_address(content, was)
            if content == was:
                return self._latest
            content = self._checked(content)
            self.version += 1
            if self.is_out:
                self._keep_pending(content, by, now)
                verb = verb or Revision.Verb.CHANGES_SAVED
            else:
                self._apply(content)
                content = self.content()
                verb = verb or Revision.Verb.SAVED
            return self._record(verb, by=by, note=note, content=content, now=now)

    def restore(self, revision, *, by, base):
        """Bring an earlier text forward as a new version; history stays as it was."""
        note = _("from revision %(number)s") % {"number": revision.number}
        verb = Revision.Verb.RESTORED
        return self.edit(revision.content, by=by, base=base, verb=verb, note=note)

    def set_aside(self, content, *, by, base, note=""):
        """Keep a text that could not be saved, so that closing the page loses nothing."""
        content = tidy(content)
        with transaction.atomic():
            now = self._hold()
            self._begin_history()
            verb = Revision.Verb.SET_ASIDE
            known = self.revisions.filter(verb=verb, by=by, version=base).first()
            if known and known.content == content:
                return known
            return self._record(verb, by=by, note=note, content=content, version=base, now=now)

    def text_at(self, version):
        """The working text as it was at a version; None where it is no longer known."""
        if version == self.version:
            return self.working()
        kept = self.revisions.exclude(verb__in=Revision.ASIDE).filter(version=version).first()
        kept = kept or self.steps.filter(version=version).order_by("-pk").first()
        return kept.content if kept else None

    def log(self, by, words, flag=CHANGE):
        """A line in the admin's own history."""
        if by is not None:
            LogEntry.objects.log_actions(by.pk, [self], flag, words, single_object=True)

    @cached_property
    def _latest(self):
        """The newest Revision, whatever it tells of; known anew whenever the row is held."""
        return self.revisions.first()

    # Held by the transaction of the caller -------------------------------------------------------

    def _hold(self):
        """Lock the row and read it afresh; returns now. What the clock has done is written down.

        What was set on this instance and not saved is gone.
        """
        self.refresh_from_db(from_queryset=type(self).objects.select_for_update())
        for name in ("prose", "_latest"):
            self.__dict__.pop(name, None)
        self._gather()
        now = timezone.now()
        if self.status == Status.SCHEDULED and self.is_out:
            self._label_as_out()
        return now

    def _label_as_out(self):
        """Its hour has come: the label follows, the text is on record as one that readers had."""
        self._begin_history()
        self.status = Status.PUBLISHED
        self._readers_get(self.content(), self.published_at)
        self.save()
        self._record(Revision.Verb.PUBLISHED, by=None, is_public=True, now=self.published_at)

    def _begin_history(self):
        """The state before the first change, and whatever a command has written since the last."""
        last = self._latest
        if last is not None and last.is_aside:
            last = self.revisions.exclude(verb__in=Revision.ASIDE).first()
        if last is not None and (self.pending_changes or last.content == self.content()):
            return
        is_public = self.is_out
        if is_public and not self.public_version:
            self.public_version = self.version
            type(self).objects.filter(pk=self.pk).update(public_version=self.version)
        since = self.published_at if is_public and last is None else self.modified_at
        self._record(Revision.Verb.SAVED, by=None, is_public=is_public, now=since)

    def _with_address(self, content, was):
        """Until readers have had it, the words of the address follow the headline."""
        follows = was["slug"] == words_of_address(was["headline"]) and not self.published_at
        slug = content["slug"]
        if not slug or (follows and slug == was["slug"]):
            slug = words_of_address(content["headline"])
        return content | {"slug": slug}

    def _checked(self, content):
        """What of a content is there; raises ValidationError for what no story may say."""
        content = self._present(content)
        twin = self._twin(content)
        twin.clean_fields(exclude=LINKS)
        twin.clean_reprint()
        if content["language"] != self.language:
            twin.validate_constraints(exclude={"status", "expires_at", "published_at"})
        return content

    def _look_at_source(self, before):
        """A new address of the original is one of the web, whoever writes the row: it becomes a
        link. What has stood there before keeps nobody from saving: the checklist speaks of it.
        """
        if self.source_url and (before is None or before.source_url != self.source_url):
            self._meta.get_field("source_url").run_validators(self.source_url)

    def _keep_pending(self, content, by, now):
        live = self.content()
        mine = {"content": content, "by": by, "by_name": name_of(by), "made_at": now}
        pending = self.pending_changes
        if content == live:  # changed back: nothing is pending any more
            if pending:
                pending.delete()
        elif pending:
            for name, value in mine.items():
                setattr(pending, name, value)
            pending.save()
        else:
            pending = PendingChanges(article=self, base=live, began_at=now, **mine)
            pending.save()
        type(self).objects.filter(pk=self.pk).update(version=self.version, modified_at=now)
        self._state.fields_cache.pop("pending", None)
        Figure.objects.read_off(self, pending=content)

    def _record(self, verb, *, by, now, note="", content=None, version=None, is_public=False):
        """Write a Revision of the working text, or fold a quick save into the last one."""
        content = self.working() if content is None else content
        version = self.version if version is None else version
        last = self._latest
        if last is not None and not note and not is_public and last.takes(verb, by, now):
            Step.objects.create(
                article=self, version=last.version, content=last.content, made_at=now
            )
            last.version, last.content, last.made_at = version, content, now
            last.save(update_fields=["version", "content", "made_at"])
            return last
        self._latest = Revision.objects.create(
            article=self,
            number=last.number + 1 if last else 1,
            version=version,
            verb=verb,
            by=by,
            by_name=name_of(by),
            note=note,
            content=content,
            began_at=now,
            made_at=now,
            is_public=is_public,
        )
        return self._latest

    def _readers_get(self, content, now):
        """Tell readers and translators of a change in substance. The caller saves the row."""
        last = self.revisions.filter(is_public=True).first()
        if last is None:
            self.public_version = self.version
            self._meet_translations()
        elif not same_substance(last.content, content):
            self.public_version = self.version
            self.updated_at = now


def write(model, content, *, by, story=None, **fields):
    """A new draft with its first Revision. `news.models.Article.objects.write()` calls it."""
    content = tidy(content)
    article = model(created_by=by, **fields)
    if story:
        article.story = story
    content["slug"] = content["slug"] or words_of_address(content["headline"])
    with transaction.atomic():
        content = article._present(content)
        article._set_fields(content)
        article.clean_fields(exclude=LINKS)
        article.clean_reprint()
        article.validate_constraints()
        article._apply(content)
        article._record(Revision.Verb.SAVED, by=by, now=timezone.now(), content=article.content())
        article.log(by, [{"added": {}}], ADDITION)
    return article
