"""The form of one picture: what its file says is filled in, the same file is noticed."""

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from news import prefilling, renditions
from news.alt import looks_like_file_name
from news.models import Picture
from portal.lib.languages import columns

CREDIT = columns("credit")[0]
FROM_THE_FILE = '<strong class="lib-mark lib-mark--warn">{}</strong> {}'


def page_of(picture):
    return reverse("admin:news_picture_change", args=[picture.pk])


def alt_errors(form, cleaned):
    """Beside its field: a file name is not an alternative text."""
    for column in columns("alt"):
        if column in cleaned and looks_like_file_name(cleaned[column]):
            form.add_error(column, _("This is the name of a file. Say what the picture shows."))


def mark_prefilled(form):
    """Say beside each field whose words come from the file that a person should check them."""
    for name in form.instance.prefilled:
        field = form.fields.get(name)
        if field is not None:
            words = _("From the file: check it.")
            field.help_text = format_html(FROM_THE_FILE, words, field.help_text)


class PictureForm(forms.ModelForm):
    # The number of the picture whose file this one shares, when a person wants it twice.
    again = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Picture
        fields = "__all__"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if CREDIT not in self.fields:  # somebody who may only look
            return
        self.fields[CREDIT].required = False  # the file may say it: see clean
        mark_prefilled(self)
        if self.data.get("again"):
            self.fields["file"].required = False

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and not getattr(file, "_committed", False):
            renditions.read(file)  # its ValidationError stands beside the field
        return file

    def clean(self):
        cleaned = super().clean()
        file = cleaned.get("file")
        self.instance.prefilled = []
        if self._shares(cleaned):
            pass
        elif not file and "file" not in self.errors:
            self.add_error("file", self.fields["file"].error_messages["required"])
        elif file and not getattr(file, "_committed", False):
            self._notice_twin(file)
            self._prefill(cleaned, file.portal_image.said)
        alt_errors(self, cleaned)
        if not cleaned.get(CREDIT) and CREDIT not in self.errors:
            self.add_error(CREDIT, _("Say who made it. The file does not."))
        if (
            self.instance.pk
            and not self.errors
            and {"focus_x", "focus_y", CREDIT} & {*self.changed_data}
        ):
            self._need_original(file)
        return cleaned

    def _shares(self, cleaned):
        """Whether this is a second entry for a file of the library, as a person asked."""
        twin = Picture.objects.filter(pk=cleaned.get("again") or 0).first()
        if twin is None or self.instance.pk or cleaned.get("file"):
            return False
        for name in ("file", "width", "height", "sizes", "digest"):
            setattr(self.instance, name, getattr(twin, name))
        cleaned["file"] = twin.file.name
        return True

    def _notice_twin(self, file):
        twins = Picture.objects.of_file(renditions.fingerprint(file))
        twin = twins.exclude(pk=self.instance.pk).first()
        if twin is None or self.cleaned_data.get("again") == twin.pk:
            return
        words = _("The same file is in the library already:")
        self.add_error(
            "file",
            ValidationError(format_html('{} <a href="{}">{}</a>', words, page_of(twin), twin)),
        )
        if not self.instance.pk:
            self._offer(twin)

    def _offer(self, twin):
        """The next time a tick is enough: nobody uploads the file again."""
        self.fields["again"] = forms.IntegerField(
            required=False,
            label=_("Add the same file a second time"),
            widget=forms.CheckboxInput(attrs={"value": twin.pk}),
        )
        self._bound_fields_cache.pop("again", None)

    def _prefill(self, cleaned, said):
        for name, value in prefilling.columns(said).items():
            if name.startswith("alt_") and cleaned.get("is_decorative"):
                continue
            if name in self.fields and not cleaned.get(name) and name not in self.errors:
                cleaned[name] = value
                self.instance.prefilled.append(name)

    def _need_original(self, file):
        """Its sizes are written again from it."""
        if file and getattr(file, "_committed", False) and not file.storage.exists(file.name):
            self.add_error(
                None, _("The original file is missing: upload it again to change focus or credit.")
            )
