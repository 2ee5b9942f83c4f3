"""Corrections: added at their story, never changed, never removed."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from news.models import Correction, MoveRefused
from portal.lib.admin import AnyCaseSearch, CappedPaginator

from .history import story_or_404


class CorrectionForm(forms.ModelForm):
    class Meta:
        model = Correction
        fields = ["kind", "text", "is_grave"]
        widgets = {"text": forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"})}


def correct(desk, request, pk):
    """A page of its own: the text of the story is another matter than what is said about it."""
    story = story_or_404(desk, request, pk, "correct")
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            story.correct(by=request.user, **form.cleaned_data)
        except MoveRefused as refused:
            form.add_error(None, refused.reasons)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            words = _("Added. Readers see it with the story and among the corrections.")
            desk.message_user(request, words, messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:news_article_change", args=[pk]))
    context = {
        **desk.admin_site.each_context(request),
        "opts": desk.opts,
        "title": _("Add a correction: %(headline)s") % {"headline": story.headline},
        "original": story,
        "story": story,
        "form": form,
        "corrections": story.corrections.all(),
        "media": desk.media,
    }
    return render(request, "admin/news/article/correct.html", context)


@admin.register(Correction)
class CorrectionAdmin(AnyCaseSearch, admin.ModelAdmin):
    list_display = ["article", "kind", "is_grave", "text", "noted_at"]
    list_filter = ["kind", "is_grave"]
    list_select_related = ["article"]
    search_fields = ["text", "article__headline"]
    show_full_result_count = False
    paginator = CappedPaginator

    def has_add_permission(self, request):
        return False  # from the page of its story, where the text to be corrected stands

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
