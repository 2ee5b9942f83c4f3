"""What is being typed: copies of forms not saved yet, and who has which story open."""

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Case, F, Min, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

KEPT = timedelta(days=30)
# Who has not been heard of for this long has closed the story, or the lid.
SILENCE = timedelta(seconds=60)


class AlreadySaved(Exception):
    """The text of this form has been saved: what comes now is late, or a new text."""


class OutOfTurn(Exception):
    """A newer copy is here already; `turn` is its number."""

    def __init__(self, turn):
        super().__init__(turn)
        self.turn = turn


class AutosaveQuerySet(models.QuerySet):
    def of(self, user):
        return self.filter(user=user)

    def waiting(self):
        """Copies whose text nobody has saved yet."""
        return self.filter(is_done=False)

    def keep(self, *, user, key, article, version, turn, fields):
        """The newest copy of the form `key` takes the place of the one before; the row's hour.

        `turn` counts the copies of a form, so that one which arrives late replaces nothing.
        Raises AlreadySaved and OutOfTurn. Costs one statement once the row is there.
        """
        now = timezone.now()
        values = {
            "article": article,
            "base_version": version,
            "turn": turn,
            "fields": fields,
            "saved_at": now,
        }
        row = self.filter(user=user, key=key)
        if row.filter(is_done=False, turn__lt=turn).update(**values):
            return now
        try:
            with transaction.atomic():
                self.create(user=user, key=key, **values)
        except IntegrityError:
            known = row.get()
            if known.is_done:
                raise AlreadySaved from None
            raise OutOfTurn(known.turn) from None
        return now

    def finish(self, *, user, key, article=None):
        """The text of the form `key` has been saved or thrown away: only the mark of it stays.

        The mark refuses a copy that is still on its way, and tells the browser to drop its own.
        """
        mark = self.model(user=user, key=key, article=article, fields=[], is_done=True)
        self.bulk_create(
            [mark],
            update_conflicts=True,
            unique_fields=["user", "key"],
            update_fields=["article", "fields", "is_done", "saved_at"],
        )


class Autosave(models.Model):
    """A form as it stood a few seconds ago: raw fields, never cleaned, never shown to readers."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.UUIDField()  # each opened form has its own
    # A story deleted meanwhile leaves the text typed for it as the text of a new one.
    article = models.ForeignKey("news.Article", models.SET_NULL, null=True, related_name="+")
    base_version = models.PositiveIntegerField(null=True)
    turn = models.PositiveBigIntegerField(default=0)
    fields = models.JSONField(default=list)  # [[name, value], …] as a browser sends them
    is_done = models.BooleanField(default=False)
    saved_at = models.DateTimeField(default=timezone.now)

    objects = AutosaveQuerySet.as_manager()

    class Meta:
        verbose_name = _("copy of a form")
        verbose_name_plural = _("copies of forms")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="autosave_one_of_a_form")
        ]
        indexes = [models.Index(fields=["saved_at"], name="autosave_by_age")]

    def __str__(self):
        return f"{self.user} · {self.saved_at:%Y-%m-%d %H:%M:%S}"

    @property
    def headline(self):
        """The headline as it was typed; empty if there is none."""
        return next((value for name, value in self.fields if name == "headline"), "").strip()


class PresenceQuerySet(models.QuerySet):
    def alive(self, now=None):
        return self.filter(seen_at__gt=(now or timezone.now()) - SILENCE)

    def beat(self, *, article, user, key):
        """The form `key` of the story is still open."""
        now = timezone.now()
        since = Case(When(seen_at__lte=now - SILENCE, then=now), default=F("since"))
        if self.filter(user=user, key=key).update(article=article, seen_at=now, since=since):
            return
        # A page that came after a save goes on from the one before it.
        before = self.alive(now).filter(article=article, user=user).aggregate(at=Min("since"))
        values = {"article": article, "since": before["at"] or now, "seen_at": now}
        self.get_or_create(user=user, key=key, defaults=values)

    def leave(self, *, user, key):
        self.filter(user=user, key=key).delete()

    def others(self, article, user):
        """[(person, since when)] who have the story open beside the user; one query."""
        rows = self.alive().filter(article=article).exclude(user=user).select_related("user")
        return _by_person(rows)

    def mark(self, articles, *, but):
        """Give each story `open_by`, [(person, since when)] without the user; one query."""
        articles = list(articles)
        rows = self.alive().filter(article__in=articles).exclude(user=but).select_related("user")
        found = {}
        for row in rows:
            found.setdefault(row.article_id, []).append(row)
        for article in articles:
            article.open_by = _by_person(found.get(article.pk, ()))
        return articles


def _by_person(rows):
    since = {}
    for row in sorted(rows, key=lambda row: row.since, reverse=True):
        since[row.user] = row.since  # of several tabs, the one open longest
    return sorted(since.items(), key=lambda pair: pair[1])


class Presence(models.Model):
    """A story is open in somebody's form. No lock: others are told, nobody is kept out."""

    article = models.ForeignKey("news.Article", models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.UUIDField()
    since = models.DateTimeField()
    seen_at = models.DateTimeField()

    objects = PresenceQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="presence_one_of_a_form")
        ]
        indexes = [models.Index(fields=["article", "seen_at"], name="presence_of_a_story")]

    def __str__(self):
        return f"{self.user}: {self.article_id}"


def prune_drafts(now=None):
    """Forget copies after KEPT and people who left a day ago; returns how many rows went."""
    now = now or timezone.now()
    old = Autosave.objects.filter(saved_at__lt=now - KEPT).delete()[0]
    gone = Presence.objects.filter(seen_at__lt=now - timedelta(days=1)).delete()[0]
    return old + gone


def unsaved_of(user, article):
    """(copies the form of this story may offer back, keys of the user's forms that are saved).

    One query. For a story not saved yet `article` is None.
    """
    rows = (
        Autosave.objects.of(user)
        .filter(Q(is_done=True) | Q(article=article and article.pk))
        .order_by("is_done", "-saved_at")[:100]
    )
    rows = list(rows)
    waiting = [row for row in rows if not row.is_done and row.fields]
    return waiting[:5], [row.key for row in rows if row.is_done]
