"""Many pictures at once: each file has its own answer; then a page to describe them together."""

import logging
import time
from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import modelformset_factory
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from news import prefilling, renditions
from news.admin.picture_form import CREDIT, alt_errors, mark_prefilled
from news.models import Picture
from portal.lib import languages
from portal.lib.languages import columns

log = logging.getLogger(__name__)
MOST = 40  # files in one request
PATIENCE = 40  # seconds one request may work; proxies give up after a minute


@dataclass
class Answer:
    """What became of one file: stored, same (it is there already) or refused."""

    name: str
    state: str
    words: str = ""
    picture: Picture | None = None


def upload(desk, request):
    """The page; a POST of files answers each. A script asks for the rows of the answer alone."""
    if not desk.has_add_permission(request):
        raise PermissionDenied
    answers = _answers(desk, request) if request.method == "POST" else []
    context = {
        **desk.admin_site.each_context(request),
        "opts": desk.opts,
        "media": desk.media,
        "title": _("Upload pictures"),
        "answers": answers,
        "describe": _describe_address([a.picture for a in answers if a.state == "stored"]),
        "most": MOST,
        "limit": renditions.mega(settings.PICTURE_MAX_BYTES),
        "limit_bytes": settings.PICTURE_MAX_BYTES,
        "limit_pixels": renditions.mega(settings.PICTURE_MAX_PIXELS),
    }
    if request.headers.get("X-Rows"):
        response = render(request, "admin/news/picture/_answers.html", context)
        response["X-Rows"] = "1"  # not the page of the login, to which a script is led as well
        return response
    return TemplateResponse(request, "admin/news/picture/upload.html", context)


def _answers(desk, request):
    twin = request.POST.get("again", "")
    if twin:
        return [_again(desk, request, twin)]
    started, answers = time.monotonic(), []
    for number, file in enumerate(request.FILES.getlist("files")):
        if number >= MOST:
            words = _("Not stored: more than %(most)s files at once. Send it again.")
            answers.append(Answer(file.name, "refused", words % {"most": MOST}))
        elif time.monotonic() - started > PATIENCE:
            words = _("Not stored: the others took too long. Send it again.")
            answers.append(Answer(file.name, "refused", words))
        else:
            answers.append(_take(desk, request, file))
    if not answers:
        answers.append(Answer("", "refused", _("No file was chosen.")))
    return answers


def _take(desk, request, file):
    try:
        image = renditions.read(file)
    except ValidationError as refused:
        return Answer(file.name, "refused", " ".join(refused.messages))
    twin = Picture.objects.of_file(renditions.fingerprint(file)).first()
    if twin is not None:
        return Answer(file.name, "same", _("The same file is in the library already:"), twin)
    filled = prefilling.columns(image.said)
    picture = Picture(file=file, prefilled=sorted(filled), **filled)
    try:
        picture.save()
    except OSError:  # a full disk, a storage that does not answer: the other files have their turn
        log.exception("an uploaded picture could not be stored")
        words = _("Not stored: the server could not write it. Tell an administrator.")
        return Answer(file.name, "refused", words)
    return _stored(request, picture, file.name)


def _again(desk, request, number):
    """A second entry for a file that is in the library, as a person asked."""
    twin = Picture.objects.filter(pk=number if number.isdecimal() else 0).first()
    if twin is None:
        return Answer("", "refused", _("That picture is no longer in the library."))
    picture = twin.twin()
    picture.save()
    return _stored(request, picture, str(twin))


def _stored(request, picture, name):
    words = [{"added": {}}]
    LogEntry.objects.log_actions(request.user.pk, [picture], ADDITION, words, single_object=True)
    return Answer(name, "stored", _told(picture), picture)


def _told(picture):
    """What the file gave, in the names of the columns."""
    if not picture.prefilled:
        return _("The file says nothing of its maker: describe it.")
    meta = Picture._meta
    names = ", ".join(str(meta.get_field(name).verbose_name) for name in picture.prefilled)
    return _("From the file, to be checked: %(names)s.") % {"names": names}


# Describing --------------------------------------------------------------------------------------

OTHERS = [f"{name}_{code}" for code in languages.CODES if code != languages.DEFAULT
          for name in ("alt", "caption", "credit")]  # fmt: skip


class DescribeForm(forms.ModelForm):
    class Meta:
        model = Picture
        fields = [
            columns("alt")[0],
            "is_decorative",
            columns("caption")[0],
            CREDIT,
            "rights_holder",
            "licence",
            "rights_until",
            *OTHERS,
        ]
        widgets = {
            "rights_until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # What nobody has touched is not asked about: ten may be described today, ten tomorrow.
        self.empty_permitted, self.use_required_attribute = True, False
        mark_prefilled(self)

    def clean(self):
        cleaned = super().clean()
        alt_errors(self, cleaned)
        self.instance.prefilled = []
        return cleaned

    @property
    def first_fields(self):
        return [self[name] for name in self._meta.fields if name not in OTHERS]

    @property
    def other_fields(self):
        return [self[name] for name in OTHERS]


def _describe_address(pictures):
    if not pictures:
        return ""
    return _describe() + "?" + urlencode({"pk": [p.pk for p in pictures]}, doseq=True)


def _describe():
    return reverse("admin:news_picture_describe")


def _looked_at(pictures):
    """Words from the file were seen and left as they are; what has no alternative text waits."""
    for picture in pictures:
        has_alt = picture.is_decorative or any(getattr(picture, name) for name in columns("alt"))
        if picture.prefilled and has_alt:
            picture.prefilled = []
            picture.save(update_fields=["prefilled"])


def describe(desk, request):
    """Alternative text, caption, credit and rights of several pictures on one page."""
    if not desk.has_change_permission(request):
        raise PermissionDenied
    numbers = [pk for pk in request.GET.getlist("pk") if pk.isdecimal() and len(pk) < 19][:MOST]
    pictures = Picture.objects.filter(pk__in=numbers).order_by("pk")
    if not pictures:
        raise Http404("no such pictures")
    formset_class = modelformset_factory(
        Picture, form=DescribeForm, extra=0, max_num=MOST, absolute_max=MOST
    )
    formset = formset_class(request.POST or None, queryset=pictures)
    if request.method == "POST" and formset.is_valid():
        formset.save()
        changed = [picture for picture, _fields in formset.changed_objects]
        _looked_at(form.instance for form in formset if not form.has_changed())
        for picture, fields in formset.changed_objects:
            said = [{"changed": {"fields": fields}}]
            LogEntry.objects.log_actions(
                request.user.pk, [picture], CHANGE, said, single_object=True
            )
        words = ngettext("%(n)s picture described.", "%(n)s pictures described.", len(changed))
        desk.message_user(request, words % {"n": len(changed)}, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:news_picture_changelist"))
    context = {
        **desk.admin_site.each_context(request),
        "opts": desk.opts,
        "media": desk.media,
        "title": _("Describe the pictures"),
        "formset": formset,
    }
    return TemplateResponse(request, "admin/news/picture/describe.html", context)
