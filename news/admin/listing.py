"""The list of stories: where each stands, when it goes out, what waits."""

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ActionForm
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from news import hours
from news.models import Article, Presence
from news.models.queries import lines_of_cards
from portal.lib import dates, languages

from . import drafts, moves

NEVER_READ = ("body", "lead", "seo_title", "seo_description", "withdrawal_reason", "source_url")


class NoteForm(ActionForm):
    note = forms.CharField(
        label=gettext_lazy("Note or reason"), required=False, max_length=400, strip=True
    )


class Mine(admin.SimpleListFilter):
    title = gettext_lazy("work")
    parameter_name = "work"

    def lookups(self, request, model_admin):
        return [
            ("mine", _("my own")),
            ("pending", _("changes wait")),
            ("behind", _("translation out of date")),
        ]

    def queryset(self, request, queryset):
        chosen = {
            "mine": lambda: queryset.of(request.user),
            "pending": queryset.with_pending,
            "behind": queryset.out_of_date,
        }
        return chosen[self.value()]() if self.value() in chosen else queryset


class Listing:
    """The part of ArticleAdmin that lists."""

    list_display = ["title", "standing", "hour", "edition", "section", "people"]
    list_filter = [Mine, "status", "language", "section", "kind"]
    ordering = ["-modified_at", "-pk"]
    list_per_page = 50
    action_form = NoteForm
    actions = [moves.bulk(name) for name in moves.BULK]

    def get_queryset(self, request):
        """The list reads no text, only what its columns show."""
        stories = super().get_queryset(request)
        match = request.resolver_match
        if match is not None and match.url_name == "news_article_changelist":
            unread = [*NEVER_READ, *(f"translation_of__{name}" for name in NEVER_READ)]
            unread += ["pending__content", "pending__base"]
            stories = stories.select_related("translation_of").defer(*unread)
            stories = stories.prefetch_related(Prefetch("bylines", lines_of_cards()))
        return stories

    def get_changelist_instance(self, request):
        page = super().get_changelist_instance(request)
        Presence.objects.mark(page.result_list, but=request.user)
        return page

    @admin.display(description=gettext_lazy("headline"), ordering="headline")
    def title(self, story):
        return drafts.title(story)

    def get_actions(self, request):
        """No bulk delete: a story goes one at a time, with its corrections in sight."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        allowed = {f"{name}_chosen" for name in moves.bulk_actions(request.user)}
        return {name: action for name, action in actions.items() if name in allowed}

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def standing(self, story):
        """The status as a pill, and the version that the actions of this page are for."""
        marks = [(f"pill pill--{story.stage}", self.status_words(story))]
        if story.pending_changes:
            marks.append(("pill pill--pending", _("changes wait")))
        if story.is_out_of_date:
            marks.append(("pill pill--behind", _("translation out of date")))
        return format_html(
            '{}<input type="hidden" name="seen" value="{}:{}">',
            format_html_join(" ", '<span class="{}">{}</span>', marks),
            story.pk,
            story.version,
        )

    @staticmethod
    def status_words(story):
        if story.stage != "live":
            return story.get_status_display()
        if story.expires_at and story.expires_at <= timezone.now():
            return _("Ended")
        return Article.Status.PUBLISHED.label

    @admin.display(description=gettext_lazy("goes out"), ordering="published_at", empty_value="—")
    def hour(self, story):
        at = story.published_at
        if at:
            said = (dates.brief(at), dates.zone(at), hours.from_now(at))
            return format_html("{} {} <small>{}</small>", *said)

    @admin.display(description=gettext_lazy("language"), ordering="language")
    def edition(self, story):
        """As the switch of the site writes it: EN."""
        return languages.SHORT[story.language]

    @admin.display(description=gettext_lazy("byline"), ordering="modified_at")
    def people(self, story):
        """Who wrote it, and when somebody last worked on it: by this the list is ordered."""
        names = ", ".join(author.name for author in story.writers) or "—"
        saved = _("saved {time}").format(time=dates.brief(story.modified_at))
        return format_html("{} <small>{}</small>", names, saved)
