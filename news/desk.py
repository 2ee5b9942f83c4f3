"""What waits for whom in the newsroom: each list of the start page is one query here.

Lists hold at most MOST stories, with what a line shows and nothing else.
"""

from datetime import timedelta

from django.db.models import Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from news.models import Article, Autosave, Picture
from news.models.status import TIMED, Status, published_q
from portal.lib import languages

MOST = 12
AHEAD = timedelta(hours=24)
# A story whose hour has come keeps the label "scheduled" no longer than the clock needs to pass.
PATIENCE = timedelta(minutes=5)
# Older stories without alternative text are not today's work.
RECENT = timedelta(days=30)
# Nor are more of the newest than these.
AMONG = 1_000
SHOWN = "headline language status published_at expires_at modified_at section".split()


def lines(stories, *more):
    return stories.select_related("section").only(*SHOWN, *more)


def drafts(user):
    return lines(Article.objects.drafts().of(user)).order_by("-modified_at")[:MOST]


def in_review(user=None):
    """What waits for an editor, the longest wait first; for one user, what is their own."""
    stories = Article.objects.in_review()
    if user is not None:
        stories = stories.of(user)
    return lines(stories).order_by("modified_at")[:MOST]


def coming(now=None):
    """What readers get, and what they lose, in the coming 24 hours, in the order of the clock.

    Each story has `moment` and `is_end`.
    """
    now = now or timezone.now()
    until = now + AHEAD
    goes_out = Q(status=Status.SCHEDULED, published_at__gt=now, published_at__lte=until)
    ends = Q(status__in=TIMED, expires_at__gt=now, expires_at__lte=until)
    stories = lines(Article.objects.filter(goes_out | ends)).order_by("pk")[: 5 * MOST]
    found = []
    for story in stories:
        story.is_end = story.published_at <= now
        story.moment = story.expires_at if story.is_end else story.published_at
        found.append(story)
    return sorted(found, key=lambda story: (story.moment, story.pk))


def published_today(now=None):
    now = now or timezone.now()
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    # Naming the languages lets the index of the newest stories answer.
    stories = Article.objects.filter(
        published_q(now), published_at__gte=midnight, language__in=languages.CODES
    )
    return lines(stories).order_by("-published_at")[:MOST]


def with_pending():
    """Out, with changes that wait to be published; the longest wait first. With their `pending`."""
    stories = lines(Article.objects.with_pending(), "pending__by_name", "pending__made_at")
    return stories.select_related("section", "pending").order_by("pending__made_at")[:MOST]


def out_of_date():
    """Translations whose original has changed in substance since, the newest first."""
    return lines(Article.objects.out_of_date()).order_by("-modified_at")[:MOST]


def expired_pictures():
    """Pictures in use whose rights have ended: readers no longer see them."""
    return Picture.objects.expired().used().order_by("-rights_until", "-pk")[:MOST]


def without_alt(now=None):
    """Stories whose picture says nothing, in their language, to readers who cannot see it."""
    now = now or timezone.now()
    silent = Q()
    for code in languages.CODES:
        silent |= Q(**{"language": code, f"picture__alt_{code}": ""})
    hours = Article.objects.filter(published_at__gte=now - RECENT).order_by("-published_at")
    last = hours.values("published_at")[AMONG - 1 : AMONG]
    stories = Article.objects.filter(
        silent,
        status__in=TIMED,
        picture__is_decorative=False,
        published_at__gte=Coalesce(Subquery(last), Value(now - RECENT)),
    )
    return lines(stories).order_by("-published_at")[:MOST]


def overdue(now=None):
    """Out by their hour and still labelled scheduled: the clock's task does not run."""
    now = now or timezone.now()
    # Sorted here: asked for in that order the database walks through the hours of all stories.
    late = Article.objects.scheduled().filter(published_at__lt=now - PATIENCE)
    found = lines(late).order_by("-modified_at")[: 5 * MOST]
    return sorted(found, key=lambda story: (story.published_at, story.pk))[:MOST]


def unsaved(user):
    """Texts typed into forms and never saved, newest first."""
    copies = Autosave.objects.of(user).waiting()
    return copies.select_related("article").order_by("-saved_at")[:MOST]
