"""The story's form and the list of stories."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from news.models import Article, Byline, Correction, Mention
from portal.lib import dates
from portal.lib.admin import AnyCaseSearch, CappedPaginator
from portal.lib.text import fold

# The statuses of a story that is still the reporter's own.
OF_REPORTERS = (Article.Status.DRAFT, Article.Status.REVIEW)


class BylineInline(admin.TabularInline):
    model = Byline
    autocomplete_fields = ["author"]
    extra = 0
    min_num = 0


class MentionInline(admin.TabularInline):
    model = Mention
    autocomplete_fields = ["instrument"]
    extra = 0


class CorrectionInline(admin.StackedInline):
    """Notes are added, never changed or removed."""

    model = Correction
    extra = 0
    fields = ["kind", "is_grave", "text", "noted_at"]
    readonly_fields = ["noted_at"]

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class ArticleForm(forms.ModelForm):
    class Meta:
        model = Article
        fields = "__all__"
        widgets = {
            "headline": forms.TextInput(attrs={"class": "vLargeTextField"}),
            "lead": forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
            "body": forms.Textarea(attrs={"rows": 24, "class": "vLargeTextField"}),
        }
        help_texts = {
            "body": _("HTML, or plain text with a blank line between paragraphs."),
        }


@admin.register(Article)
class ArticleAdmin(admin.ModelAdmin):
    form = ArticleForm
    list_display = ["headline", "status", "language", "section", "published", "last_saved"]
    list_filter = ["status", "language", "section", "kind"]
    list_select_related = ["section"]
    search_fields = ["headline"]  # asks for the search box; get_search_results does the search
    search_help_text = _("Words of the headline, the kicker or the byline")
    ordering = ["-modified_at", "-pk"]
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator
    autocomplete_fields = ["picture", "source", "tags"]
    readonly_fields = ["withdrawn_at", "created_at", "modified_at"]
    inlines = [BylineInline, MentionInline, CorrectionInline]
    save_on_top = True
    fieldsets = [
        (None, {"fields": ["kicker", "headline", "lead", "dateline", "body"]}),
        (
            _("Publication"),
            {
                "fields": [
                    ("status", "published_at"),
                    ("language", "section", "kind"),
                    ("updated_at", "expires_at"),
                    ("withdrawn_at", "withdrawal_reason"),
                ]
            },
        ),
        (_("Picture"), {"fields": ["picture", "picture_caption"]}),
        (_("Source and topics"), {"fields": [("source", "source_url"), "is_reprint", "tags"]}),
        (
            _("In lists and search engines"),
            {
                "classes": ["collapse"],
                "fields": [
                    "listing_headline",
                    "listing_lead",
                    "seo_title",
                    "seo_description",
                    "slug",
                    "story",
                    ("created_at", "modified_at"),
                ],
            },
        ),
    ]

    @admin.display(description=_("published"), ordering="published_at", empty_value="—")
    def published(self, article):
        return article.published_at and dates.brief(article.published_at)

    @admin.display(description=_("last saved"), ordering="modified_at")
    def last_saved(self, article):
        return dates.brief(article.modified_at)

    def get_search_results(self, request, queryset, search_term):
        """Folded on both sides, so that Cyrillic is found in any case on every database."""
        for word in fold(search_term).split()[:8]:
            queryset = queryset.filter(search_row__title__contains=word)
        return queryset, False

    def may_publish(self, request):
        return request.user.has_perm("news.publish_article")

    def has_change_permission(self, request, obj=None):
        """Who may not publish may not touch what readers have, had or are about to have."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or obj.status in OF_REPORTERS or self.may_publish(request))

    def has_delete_permission(self, request, obj=None):
        """What readers have had is withdrawn, never deleted."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or obj.published_at is None)

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        if db_field.name == "status" and not self.may_publish(request):
            kwargs["choices"] = [
                choice for choice in Article.Status.choices if choice[0] in OF_REPORTERS
            ]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        if not self.may_publish(request):
            fields = [*fields, "published_at", "updated_at", "expires_at", "withdrawal_reason"]
        return fields

    def get_actions(self, request):
        """No bulk delete: a story goes one at a time, with its corrections in sight."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def view_on_site(self, article):
        return article.get_absolute_url() if article.is_public else None


@admin.register(Correction)
class CorrectionAdmin(AnyCaseSearch, admin.ModelAdmin):
    list_display = ["article", "kind", "is_grave", "text", "noted_at"]
    list_filter = ["kind", "is_grave"]
    list_select_related = ["article"]
    search_fields = ["text", "article__headline"]
    autocomplete_fields = ["article"]
    show_full_result_count = False
    paginator = CappedPaginator

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
