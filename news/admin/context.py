"""What the template of the story's form is given beside the form."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from news import checklist, hours, roles
from news.models import Article
from portal.lib import dates

from . import moves
from .forms import MoveForm
from .listing import Listing


def story_context(desk, request, form, story):
    """A dict; `article` is None for a story that has not been saved yet.

    moves: [{"name", "label", "asks", "css", "form", "is_open"}]: form has the field it asks for.
    """
    known = {
        "article": story,
        "form": form,
        "bylines": form.bylines if "headline" in form.fields else None,
        "zone": dates.zone(timezone.now()),
        "can_save": "headline" in form.fields,
        "moves": [],
        "findings": [],
        "pending": None,
        "last_revision": None,
        "autosave_url": "",
        "presence_url": "",
    }
    user = request.user
    asked = _asked(request, story)
    if story is None:
        buttons = [_button(move, asked) for move in Article().moves_for(user)]
        return known | {"moves": buttons}
    content = getattr(story, "shown_content", None) or story.working()
    return known | {
        "status": Listing.status_words(story),
        "stage": story.stage,
        "hour": story.published_at and dates.moment(story.published_at),
        "from_now": story.published_at and hours.from_now(story.published_at),
        "moves": [_button(move, asked) for move in story.moves_for(user)],
        "override": roles.may(user, "override checklist", story),
        "override_words": (asked["form"].initial or {}).get("_override", ""),
        "version": story.version,
        "pending": story.pending_changes,
        "findings": checklist.check(story.with_content(content)),
        "last_revision": story.revisions.defer("content").first(),
        "is_aside": hasattr(story, "shown_content"),
        "history_url": reverse("admin:news_article_history", args=[story.pk]),
        "preview_url": reverse("admin:news_article_preview", args=[story.pk]),
        "correct_url": _url(user, "correct", story),
        "compare_url": f"{reverse('admin:news_article_compare', args=[story.pk])}?to=working",
        "translate": _languages(user, story),
        "translate_url": reverse("admin:news_article_translate", args=[story.pk]),
        "original_url": story.translation_of_id
        and reverse("admin:news_article_original", args=[story.pk]),
        "is_out_of_date": story.is_out_of_date,
        "corrections": list(story.corrections.all()) if story.published_at else [],
    }


def _button(move, asked):
    return {
        "name": move.name,
        "label": move.label,
        "asks": move.asks,
        "css": move.css,
        "is_checked": move.is_checked,
        "field": asked["form"][f"_{move.asks}"] if move.asks else None,
        "is_open": asked["name"] == move.name,
    }


def _asked(request, story):
    """The fields that moves ask for, filled with what was typed beside a refused one."""
    if request.method == "POST":
        return {
            "name": request.POST.get("_move", ""),
            "form": MoveForm(initial=request.POST.dict()),
        }
    refused = moves.refused(request, story) if story else {}
    return {"name": refused.get("name", ""), "form": MoveForm(initial=refused.get("typed"))}


def _url(user, action, story):
    if roles.may(user, action, story):
        return reverse(f"admin:news_article_{action}", args=[story.pk])
    return ""


def _languages(user, story):
    """[(code, name)] of the languages that this story may still be translated into."""
    if not roles.may(user, "translate", story):
        return []
    taken = set(
        Article.objects.filter(story=story.story).order_by().values_list("language", flat=True)
    )
    return [(code, name) for code, name in settings.LANGUAGES if code not in taken]
