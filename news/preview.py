"""A story in the real template before readers have it: for its people, or by a signed link."""

from django.db import transaction
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone, translation

from news import prose, views
from news.models import Mention, PreviewLink
from portal.lib import dates


def shared(request, token):
    """/preview/<token>/: one text of one story for 72 hours; the story itself once it is out."""
    link = PreviewLink.objects.by_token(token)
    if link is None or link.article.stage == "withdrawn":
        return _closed(request)
    story = link.article
    if story.is_out and not _waits(link):
        return _private(HttpResponseRedirect(story.get_absolute_url()))
    return page(request, story, link.revision.content, until=link.expires_at)


def _waits(link):
    """The text of the link is of changes that wait still: readers do not have it elsewhere."""
    pending = link.article.pending_changes
    return pending is not None and link.revision.made_at >= pending.began_at


def page(request, story, content, until=None):
    """The page as readers would get it, under a bar that says it is none of theirs yet."""
    twin = story.with_content(content)
    twin.published_at = twin.published_at or timezone.now()
    with translation.override(twin.language):
        request.LANGUAGE_CODE = twin.language
        request.editions = {}
        bar = {"until": until and dates.moment(until), "is_live": story.is_public}
        with transaction.atomic():
            is_lent = _lend_mentions(twin)
            context = views.page_context(twin, timezone.now()) | {"preview": bar}
            response = render(request, "news/article.html", context)
            transaction.set_rollback(is_lent)
        response["Content-Language"] = twin.language
    return _private(response)


def _lend_mentions(twin):
    """Instruments that only waiting changes name get a Mention for as long as it takes to print
    their prices; True when the transaction has to be undone.
    """
    codes = prose.instruments(twin.body)
    known = Mention.objects.filter(article=twin.pk).values("instrument")
    named = Q(pk__in=[mention.instrument_id for mention in twin.mentions.all()])
    instruments = Mention._meta.get_field("instrument").related_model._default_manager
    missing = instruments.filter(named | Q(code__in=codes)).exclude(pk__in=known)
    lent = [Mention(article_id=twin.pk, instrument=instrument) for instrument in missing]
    return bool(Mention.objects.bulk_create(lent))


def _closed(request):
    return _private(render(request, "portal/preview_closed.html", status=404))


def _private(response):
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
