"""The editor of a story's text: the form's widget and what its choosers ask the server.

Without JavaScript the widget is the textarea it stands on. `urls(model_admin)` goes to the top of
`get_urls` of the admin whose form has it.
"""

import re

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms.renderers import TemplatesSetting
from django.forms.widgets import Script
from django.http import JsonResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from news import renditions
from news.alt import looks_like_file_name
from news.models import Article, Mention, Picture
from portal.lib import dates, languages
from portal.lib.admin import AnyCaseSearch
from portal.lib.text import fold, one_line

MOST = 24  # of a chooser's answers; who wants others types another letter
LONGEST = 200
_IDS = re.compile(r"[1-9][0-9]{0,9}(?:,[1-9][0-9]{0,9}){0,199}", re.ASCII)
NAME = "news_article_prose_"


class ProseWidget(forms.Textarea):
    """A textarea that static/js/admin-prose.js turns into the editor. It stays the form's field:
    it holds the HTML at any moment and tells of each change with an `input` event; who sets its
    value dispatches `change`, and the editor follows.
    """

    template_name = "admin/news/prose/widget.html"

    def __init__(self, attrs=None):
        super().__init__({"rows": 24, "class": "vLargeTextField", **(attrs or {})})

    def get_context(self, name, value, attrs):
        addresses = ("pictures", "stories", "instruments", "upload")
        context = super().get_context(name, value, attrs)
        asks = {what: reverse(f"admin:{NAME}{what}") for what in addresses}
        context["widget"]["config"] = {"asks": asks, "words": words()}
        return context

    def render(self, name, value, attrs=None, renderer=None):
        """With the project's templates: Django's own form renderer knows only those of apps."""
        return super().render(name, value, attrs, TemplatesSetting())

    @property
    def media(self):
        return forms.Media(
            css={"all": ["css/admin-prose.css"]},
            js=[Script("js/admin-prose.js", type="module")],
        )


def words():
    """What the editor's scripts say."""
    return {
        "site": settings.SITE_URL,
        "text": _("Text of the story"),
        "placeholder": _("Write here, or paste a text."),
        "caption": _("Caption for this use"),
        "gone": _("This picture is no longer in the library: readers see nothing here."),
        "upload": _("Pictures are not pasted: upload them with the Picture tool."),
        "plain": _("This text holds markup that the editor does not know: it is shown as it is."),
        "address": _("Write an address such as https://example.org/, or choose a story below."),
        "searching": _("Searching…"),
        "nothing": _("Nothing found. Try fewer or other words."),
        "more": _("There are more: another word narrows them down."),
        "sending": _("Uploading…"),
        "mend": _("Please mend what is marked."),
        "offline": _("The server does not answer. What is typed here stays; try again."),
        "login": _("You are logged out. Log in in another tab, then try again here."),
        "refused": _("Your account may not do this."),
        "big": _("The file is too large for the server."),
        "failed": _("The server could not answer. Try again."),
    }


def urls(model_admin):
    """The choosers' addresses, open to whom the admin site and the permission let in."""

    def route(name, view, *permissions):
        def guarded(request):
            if not request.user.has_perms(permissions):
                raise PermissionDenied
            return view(request, model_admin)

        method = require_POST if view is upload else require_GET
        view_of_site = model_admin.admin_site.admin_view(method(guarded))
        return path(f"prose/{name}/", view_of_site, name=f"{NAME}{name}")

    return [
        route("pictures", pictures, "news.view_picture"),
        route("stories", stories, "news.view_article"),
        route("instruments", instruments, "news.view_article"),
        route("upload", upload, "news.add_picture"),
    ]


def pictures(request, model_admin):
    """The library, newest first: what matches q, or the pictures of ids."""
    ids = request.GET.get("ids", "")
    found = Picture.objects.order_by("-pk")
    if _IDS.fullmatch(ids):
        rows, more = found.filter(pk__in=ids.split(",")), False
    else:
        rows, more = first(_PictureSearch().get_search_results(request, found, asked(request))[0])
    return JsonResponse(
        {
            "items": [told(picture) for picture in rows],
            "more": more,
            "may_upload": request.user.has_perm("news.add_picture"),
        }
    )


class _PictureSearch(AnyCaseSearch):
    def get_search_fields(self, request):
        return [
            column for name in ("alt", "caption", "credit") for column in languages.columns(name)
        ]


def told(picture):
    """A picture as the editor shows it."""
    shown = bool(picture.sizes)
    width, height, address = picture.middle if shown else (0, 0, "")
    return {
        "id": picture.pk,
        "name": str(picture),
        "alt": picture.alt,
        "caption": picture.caption,
        "credit": picture.credit,
        "thumb": picture.address("sq", "webp") if shown else "",
        "src": address,
        "width": width,
        "height": height,
        "problem": "" if getattr(picture, "is_usable", True) else _("The rights have ended."),
    }


def stories(request, model_admin):
    """Stories a link may lead to: those readers can open now, in the language of the story."""
    found = Article.objects.published()
    language = request.GET.get("language", "")
    language = language if language in languages.CODES else None
    if words := asked(request):
        found = found.matching(words, language)
    if language:
        found = found.in_language(language)
    rows, more = first(found.newest().for_lines())
    items = [
        {
            "headline": story.headline,
            "address": story.get_absolute_url(),
            "about": f"{story.section.name} · {dates.brief(story.published_at)}",
        }
        for story in rows
    ]
    return JsonResponse({"items": items, "more": more})


def instruments(request, model_admin):
    """Instruments with every word of q in their code or one of their names; there are few. Their
    names are those of the story's language: they become words of its text.
    """
    instrument = Mention._meta.get_field("instrument").remote_field.model
    code = request.GET.get("language", "")
    code = code if code in languages.CODES else languages.current()
    words = fold(asked(request)).split()
    items = []
    for row in instrument.objects.active().select_related("region").order_by("position", "code"):
        names = [getattr(row, name) for name in ("code", *columns_of_names())]
        names += [row.region.name] if row.region else []
        if all(word in fold(" ".join(names)) for word in words):
            name = instrument.name.in_language(row, code)
            about = " · ".join(filter(None, [name, row.region and row.region.name]))
            label = instrument.label.in_language(row, code) or row.code
            items.append({"code": row.code, "label": label, "name": name, "about": about})
    return JsonResponse({"items": items[:MOST], "more": len(items) > MOST})


def columns_of_names():
    return [*languages.columns("label"), *languages.columns("name")]


def asked(request):
    return one_line(request.GET.get("q", ""))[:LONGEST]


def first(rows):
    """(the first answers, whether there are more)"""
    rows = list(rows[: MOST + 1])
    return rows[:MOST], len(rows) > MOST


class UploadForm(forms.Form):
    """A picture put into the library from within a story: its words are in that one's language."""

    language = forms.ChoiceField(choices=[(code, code) for code in languages.CODES])
    file = forms.FileField()
    is_decorative = forms.BooleanField(required=False)
    alt = forms.CharField(required=False, max_length=250)
    caption = forms.CharField(required=False, max_length=400)
    credit = forms.CharField(max_length=120)

    def clean_file(self):
        file = self.cleaned_data["file"]
        renditions.read(file)
        return file

    def clean(self):
        said = super().clean()
        if said.get("is_decorative"):
            said["alt"] = ""
        elif not said.get("alt") and "alt" not in self.errors:
            self.add_error("alt", _("Say what the picture shows, or mark it as decorative."))
        elif looks_like_file_name(said.get("alt", "")):
            self.add_error("alt", _("This is the name of a file. Say what the picture shows."))
        return said

    def picture(self):
        """The Picture of a valid form, not yet saved."""
        said, code = self.cleaned_data, self.cleaned_data["language"]
        words = {f"{name}_{code}": said[name] for name in ("alt", "caption", "credit")}
        # Every picture has a credit in the default language; until somebody writes it, this one.
        words.setdefault(languages.columns("credit")[0], said["credit"])
        return Picture(file=said["file"], is_decorative=said["is_decorative"], **words)


def upload(request, model_admin):
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        twin = Picture.objects.of_file(renditions.fingerprint(form.cleaned_data["file"])).first()
        if twin is not None:  # the same file is there already, with words that others may use
            return JsonResponse({"item": told(twin), "isKnown": True})
        picture = form.picture()
        try:
            picture.full_clean()
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            picture.save()
            library = model_admin.admin_site.get_model_admin(Picture)
            library.log_addition(request, picture, [{"added": {}}])
            return JsonResponse({"item": told(picture)}, status=201)
    said = {name: list(errors) for name, errors in form.errors.items()}
    return JsonResponse({"errors": said}, status=422)
