"""A file of prices: a report for every line, then all of it or nothing."""

import base64
import hashlib
import zlib

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from markets import importing
from markets.admin.preview import MACHINES
from markets.models import Source
from portal.lib import numbers

LARGEST = 1_000_000  # bytes: what importing reads, and a form may carry
KEPT_FOR = 3600  # seconds between the report and its application
SALT = "markets.import"
LINES_SHOWN = 300


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"), help_text=gettext_lazy("CSV, up to 1 MB and 5,000 lines.")
    )
    source = forms.ModelChoiceField(
        label=gettext_lazy("Whose figures they are"),
        queryset=Source.objects.none(),
        help_text=gettext_lazy("The source readers are told."),
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        by_hand = Source.objects.exclude(key__in=MACHINES)
        self.fields["source"].queryset = by_hand
        self.fields["source"].initial = by_hand.filter(key="editorial").first()

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(_("The file is larger than 1 MB."))
        return file


def keep(body, name, source, user):
    """The file as a signed text for the form: nobody uploads it twice, nobody swaps it between."""
    packed = base64.b64encode(zlib.compress(body)).decode()
    kept = {"body": packed, "name": name, "source": source.key, "user": user.pk}
    return signing.dumps(kept, salt=SALT)


def kept(text, user):
    """(body, name, source) of a form's kept file; BadSignature when it is foreign or too old."""
    found = signing.loads(text, salt=SALT, max_age=KEPT_FOR)
    if found["user"] != user.pk:
        raise signing.BadSignature("somebody else's file")
    body = zlib.decompress(base64.b64decode(found["body"]))
    return body, found["name"], Source.objects.get(key=found["source"])


VERDICTS = {
    "new": ("good", gettext_lazy("new")),
    "same": ("quiet", gettext_lazy("known already")),
    "revision": ("warn", gettext_lazy("replaces a value")),
    "held": ("hold", gettext_lazy("will be held for another person")),
    "error": ("hold", gettext_lazy("wrong")),
}


def import_view(desk, request):
    """The page: upload, report, apply. `desk` is the ModelAdmin it belongs to."""
    if not desk.has_add_permission(request):
        raise PermissionDenied
    template, title = "observation/import.html", _("Import a file")
    if request.method != "POST":
        return desk.page(request, template, title, form=UploadForm())
    if "kept" in request.POST:
        try:
            body, name, source = kept(request.POST["kept"], request.user)
        except signing.BadSignature:
            messages.error(request, _("The report has grown old. Please choose the file again."))
            return redirect("admin:markets_observation_import")
    else:
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return desk.page(request, template, title, form=form)
        body, source = form.cleaned_data["file"].read(), form.cleaned_data["source"]
        name = form.cleaned_data["file"].name[:100]
    report = importing.read(body, source.key)
    if report.is_clean and "_apply" in request.POST:
        run = importing.apply(report, by=request.user, source_key=source.key)
        messages.success(request, _("The file is stored: %s.") % summary(report))
        return redirect("admin:markets_fetchrun_change", run.pk)
    return desk.page(
        request,
        template,
        title,
        form=UploadForm(initial={"source": source}),
        report=report,
        summary=summary(report),
        lines=lines_shown(report),
        more=max(0, len(report.lines) - LINES_SHOWN),
        name=name,
        source=source,
        sha256=hashlib.sha256(body).hexdigest()[:12],
        kept=keep(body, name, source, request.user) if report.is_clean else "",
    )


def summary(report):
    """How many lines of each verdict: "8 new, 1 wrong"."""
    counts = ((report.count(verdict), word) for verdict, (_mark, word) in VERDICTS.items())
    return ", ".join(f"{count} {word}" for count, word in counts if count)


def lines_shown(report):
    """The report's first lines for the template; of a long one those with trouble before all."""
    lines = report.lines
    if len(lines) > LINES_SHOWN:
        lines = sorted(lines, key=lambda line: line.verdict not in ("error", "held"))
    return [
        {
            "number": line.number,
            "instrument": line.instrument,
            "day": line.as_of and line.as_of.isoformat(),
            "value": "" if line.value is None else numbers.written(line.value, 0, 8),
            "mark": VERDICTS[line.verdict][0],
            "verdict": VERDICTS[line.verdict][1],
            "message": line.message,
        }
        for line in lines[:LINES_SHOWN]
    ]
