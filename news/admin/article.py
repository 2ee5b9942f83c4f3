"""The story's form in the admin: what is typed becomes a new version, a button makes a move."""

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.widgets import AutocompleteSelectMultiple, RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from news import checklist, roles
from news.models import Article, EditConflict, MoveRefused
from portal.lib import dates
from portal.lib.admin import MOST, CappedPaginator
from portal.lib.text import fold

from . import (
    conflict,
    corrections,
    drafts,
    export,
    history,
    kept,
    moves,
    previews,
    prose,
    translations,
)
from .checks import StoryChecks
from .context import story_context
from .forms import ArticleForm
from .listing import Listing

# Lines of the form that only tell, and what each tells.
HOURS = {
    "published": "published_at",
    "updated": "updated_at",
    "withdrawn": "withdrawn_at",
    "until": "expires_at",
}
TOLD = HOURS | {"withdrawal_reason": "withdrawal_reason"}
FIELDS = {"bylines": "authors"}  # name in a content -> name on the model, where they differ


def _hour(name):
    """A line of the form that says an hour as the whole portal writes it, with its zone."""

    @admin.display(description=Article._meta.get_field(name).verbose_name)
    def written(desk, story):
        return dates.moment(getattr(story, name))

    return written


@admin.register(Article)
class ArticleAdmin(Listing, admin.ModelAdmin):
    form = ArticleForm
    checks_class = StoryChecks
    search_fields = ["headline"]  # asks for the search box; get_search_results does the search
    search_help_text = gettext_lazy("Words of the headline, the kicker or the byline")
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator
    autocomplete_fields = ["picture", "source", "tags"]
    published, updated, withdrawn, until = map(_hour, HOURS.values())
    readonly_fields = list(TOLD)
    change_form_template = "admin/news/article/change_form.html"
    fieldsets = [
        (None, {"fields": ["kicker", "headline", "lead", "dateline", "body"]}),
        (
            gettext_lazy("Publication"),
            {
                "classes": ["side"],
                "fields": [
                    "section",
                    ("language", "kind"),
                    "published",
                    "updated",
                    "expires_at",
                    "until",
                    "withdrawn",
                    "withdrawal_reason",
                ],
            },
        ),
        (
            gettext_lazy("Picture"),
            {"classes": ["side"], "fields": ["picture", "picture_caption"]},
        ),
        (
            gettext_lazy("Source and topics"),
            {
                "classes": ["side"],
                "fields": [
                    "source",
                    "source_url",
                    "is_reprint",
                    "no_byline_reason",
                    "tags",
                    "instruments",
                ],
            },
        ),
        (
            gettext_lazy("In lists and search engines"),
            {
                "classes": ["side", "collapse"],
                "fields": [
                    "listing_headline",
                    "listing_lead",
                    "seo_title",
                    "seo_description",
                    "slug",
                ],
            },
        ),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("section", "pending")

    def changelist_view(self, request, extra_context=None):
        # "Select story to change" is no name for a page.
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """No button beside a story's section or source deletes that section or source."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(getattr(field, "widget", None), RelatedFieldWidgetWrapper):
            field.widget.can_delete_related = field.widget.can_view_related = False
        return field

    def get_search_results(self, request, queryset, search_term):
        """Folded on both sides, so that Cyrillic is found in any case on every database.

        Words within words are looked for in every row, and a page of the list asks twice, for its
        number of stories and for its own: the list looks once, and keeps what its pages can show.
        """
        found = queryset
        for word in fold(search_term).split()[:8]:
            found = found.filter(search_row__title__contains=word)
        match = request.resolver_match
        if found is queryset or match is None or match.url_name != "news_article_changelist":
            return found, False
        shown = list(found.values_list("pk", flat=True)[: MOST + 1])
        return queryset.filter(pk__in=shown), False

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        """Tags by their names: Django offers none where the table between has columns of its own,
        and nobody writes those.
        """
        if db_field.name != "tags":
            return super().formfield_for_manytomany(db_field, request, **kwargs)
        return db_field.formfield(widget=AutocompleteSelectMultiple(db_field, self.admin_site))

    # Who may -------------------------------------------------------------------------------------

    def has_view_permission(self, request, obj=None):
        return roles.may(request.user, "view") or self.has_change_permission(request, obj)

    def has_add_permission(self, request):
        return roles.may(request.user, "write")

    def has_change_permission(self, request, obj=None):
        if obj is None:
            return request.user.has_perm(roles.CHANGE)
        return roles.may_edit(request.user, obj)

    def has_delete_permission(self, request, obj=None):
        if obj is None:
            return request.user.has_perm("news.delete_article")
        return roles.may(request.user, "delete", obj)

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        return fields if roles.may(request.user, "set expiry") else [*fields, "expires_at"]

    def get_fieldsets(self, request, obj=None):
        """Of the lines that only tell, those that have something to tell."""
        silent = {line for line, name in TOLD.items() if not getattr(obj, name, None)}
        is_asked = self.has_change_permission(request, obj) and roles.may(
            request.user, "set expiry"
        )
        if obj is None:
            silent |= {"expires_at"}  # a new story has no hours yet
        else:
            silent |= {"until"} if is_asked else {"expires_at"}
        return [
            (name, options | {"fields": [f for f in options["fields"] if f not in silent]})
            for name, options in super().get_fieldsets(request, obj)
        ]

    def view_on_site(self, article):
        return article.get_absolute_url() if article.is_public else None

    # The form ------------------------------------------------------------------------------------

    def get_urls(self):
        info = "news_article"

        def view(function, *args):
            return self.admin_site.admin_view(lambda *a, **k: function(self, *a, **k))

        own = [
            path("export/", view(export.as_csv), name=f"{info}_export"),
            path("<int:pk>/compare/", view(history.compare), name=f"{info}_compare"),
            path("<int:pk>/restore/", view(history.restore), name=f"{info}_restore"),
            path("<int:pk>/preview/", view(previews.three_widths), name=f"{info}_preview"),
            path("<int:pk>/preview/page/", view(previews.page), name=f"{info}_preview_page"),
            path("<int:pk>/share/", view(previews.share), name=f"{info}_share"),
            path("<int:pk>/revoke/", view(previews.revoke), name=f"{info}_revoke"),
            path("<int:pk>/translate/", view(translations.translate), name=f"{info}_translate"),
            path("<int:pk>/original/", view(translations.original), name=f"{info}_original"),
            path("<int:pk>/correct/", view(corrections.correct), name=f"{info}_correct"),
            *drafts.urls(self),
            *prose.urls(self),
        ]
        return [kept.rescued(self, pattern) for pattern in [*own, *super().get_urls()]]

    def get_object(self, request, object_id, from_field=None):
        """With ?aside=7 the form opens with the text of that revision, upon what is there now."""
        known = getattr(request, "story", None)
        if known is not None and str(known.pk) == object_id:
            return known
        request.story = story = super().get_object(request, object_id, from_field)
        number = request.GET.get("aside", "")
        if story is not None and request.method == "GET" and number.isdecimal():
            revision = story.revisions.filter(number=int(number[:9])).first()
            if revision is not None:
                story.shown_content = revision.content
        return story

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        story = self.get_object(request, object_id) if object_id else None
        if request.method == "POST" and object_id:
            if story is None:
                return kept.page(request, kept.GONE)
            if "_resolve" in request.POST:
                return conflict.resolve(self, request, story)
            if not self.has_change_permission(request, story):
                is_button_alone = "_move" in request.POST and "headline" not in request.POST
                if is_button_alone and self.has_view_permission(request, story):
                    return moves.make(self, request, story, moves.seen(request))
                return kept.page(request, kept.NOT_ALLOWED)
        elif request.method == "POST" and not self.has_add_permission(request):
            return kept.page(request, kept.NOT_ALLOWED)
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except EditConflict as clash:
            return conflict.page(self, request, clash)
        except Article.DoesNotExist:
            return kept.page(request, kept.GONE)
        except MoveRefused as refused:
            return kept.page(request, " ".join(refused.reasons))
        except ValidationError as error:
            return kept.page(request, " ".join(error.messages), status=422)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["story"] = story_context(self, request, context["adminform"].form, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    # Saving --------------------------------------------------------------------------------------

    def save_model(self, request, obj, form, change):
        if not change:
            written = Article.objects.write(form.content(), by=request.user)
            obj.pk, obj._state.adding = written.pk, False
            obj.refresh_from_db()
            drafts.saved(request, obj)
            return
        content = moves.repaired(request, form.content())
        obj.edit(content, by=request.user, base=form.cleaned_data.get("version") or 0)
        drafts.saved(request, obj)
        self._tell_of_change(request, obj, form)
        if "expires_at" in form.changed_data:
            moves.set_expiry(self, request, obj, form.cleaned_data["expires_at"])

    def _tell_of_change(self, request, obj, form):
        if obj.is_out and form.cleaned_data.get("stage") in roles.NEVER_OUT:
            words = _("The story went out while you wrote: your text waits as pending changes.")
            self.message_user(request, words, messages.WARNING)
        if obj.missing:
            fields = (Article._meta.get_field(FIELDS.get(name, name)) for name in obj.missing)
            names = dict.fromkeys(str(field.verbose_name) for field in fields)
            words = _("Left out, as it is no longer there: %(names)s.")
            self.message_user(request, words % {"names": ", ".join(names)}, messages.WARNING)
        if obj.stage == "scheduled" and "_move" not in request.POST:
            for finding in checklist.check(obj):
                if finding.level == "block":
                    words = _("It goes out at its hour as it is: %(words)s")
                    words %= {"words": finding.words}
                    self.message_user(request, words, messages.WARNING)

    def save_related(self, request, form, formsets, change):
        """All that hangs on a story is part of its content: edit() has written it."""

    def log_addition(self, request, obj, message):
        """write() has done so."""

    def response_add(self, request, obj, post_url_continue=None):
        if IS_POPUP_VAR in request.POST:  # begun from another form, which waits for it
            return super().response_add(request, obj, post_url_continue)
        return self.response_change(request, obj)

    def response_change(self, request, obj):
        if "_move" in request.POST:
            return moves.make(self, request, obj, obj.version)
        if obj.pending_changes:
            words = _("Saved. Readers see it once the changes are published.")
        else:
            words = _("Saved.")
        self.message_user(request, words, messages.SUCCESS)
        if "_close" in request.POST:
            return HttpResponseRedirect(reverse("admin:news_article_changelist"))
        return HttpResponseRedirect(reverse("admin:news_article_change", args=[obj.pk]))

    # History -------------------------------------------------------------------------------------

    def history_view(self, request, object_id, extra_context=None):
        story = self.get_object(request, object_id)
        if story is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not roles.may(request.user, "history", story):
            raise PermissionDenied
        return history.page(self, request, story)
