"""The list of stories as a file: what its filters and its search leave, in its order, all of it."""

from django.conf import settings
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone

from news import roles
from news.models.queries import lines_of_cards
from portal.lib import sheets

# A promise: new columns are added at the end, none is renamed.
COLUMNS = (
    *("id", "language", "status", "section", "kind", "kicker", "headline", "byline"),
    *("published_at", "updated_at", "expires_at", "saved_at", "changes_wait", "address"),
)
READ = (
    *("language", "status", "kind", "kicker", "headline", "slug", "published_at", "updated_at"),
    *("expires_at", "modified_at", "section__slug"),
)
AT_ONCE = 1000  # stories in memory at a time
BEGINNING = "\ufeff"  # by it spreadsheets know the letters; readers of CSV skip it


def as_csv(desk, request):
    """Hours are those of the newsroom's zone, with their offset; words are those of the tables."""
    if not roles.may(request.user, "export"):
        raise PermissionDenied
    request.GET = request.GET.copy()
    for name in (PAGE_VAR, ALL_VAR):  # of the page that was looked at: the file has no pages
        request.GET.pop(name, None)
    try:
        stories = desk.get_changelist_instance(request).queryset
    except IncorrectLookupParameters:
        back = reverse("admin:news_article_changelist")
        return HttpResponseRedirect(f"{back}?{ERROR_FLAG}=1")
    response = StreamingHttpResponse(_lines(stories), content_type=sheets.CONTENT_TYPE)
    name = f"stories-{timezone.localdate():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _lines(stories):
    stories = (
        stories.select_related(None)
        .select_related("section", "pending")
        .only(*READ, "pending__article")
    )
    stories = stories.prefetch_related(None).prefetch_related(Prefetch("bylines", lines_of_cards()))
    write = sheets.writer().writerow
    yield BEGINNING + write(COLUMNS)
    for story in stories.iterator(chunk_size=AT_ONCE):
        yield write(_row(story))


def _row(story):
    hours = (story.published_at, story.updated_at, story.expires_at, story.modified_at)
    return (
        story.pk,
        story.language,
        story.stage,
        sheets.cell(story.section.slug),
        story.kind,
        sheets.cell(story.kicker),
        sheets.cell(story.headline),
        sheets.cell(", ".join(author.name for author in story.writers)),
        *(at and timezone.localtime(at).isoformat(timespec="seconds") for at in hours),
        "yes" if story.pending_changes else "",
        settings.SITE_URL + story.get_absolute_url(),
    )
