"""The form of a story: what is typed becomes one content, whatever table it is kept in."""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.forms import BaseFormSet, formset_factory
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from news import hours
from news.admin import drafts
from news.admin.prose import ProseWidget
from news.models import Article, Author, Byline
from news.models.content import FLAGS, KEYS, WORDS

Instrument = Article._meta.get_field("instruments").related_model


class InOrder(AutocompleteSelectMultiple):
    """The chosen ones stand in the order in which they were chosen."""

    def optgroups(self, name, value, attr=None):
        groups = super().optgroups(name, value, attr)
        place = {str(chosen): number for number, chosen in enumerate(value)}
        for _label, options, _index in groups:
            options.sort(key=lambda option: place.get(str(option["value"]), -1))
        return groups


class WallClockField(forms.DateTimeField):
    """An hour on the newsroom's clock; one that happens twice or never is refused with reasons."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    input_formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"]

    def prepare_value(self, value):
        return hours.on_wall(value) if hasattr(value, "utcoffset") and value.tzinfo else value

    def to_python(self, value):
        if value in self.empty_values:
            return None
        for format_ in self.input_formats:
            try:
                return hours.from_wall(self.strptime(str(value).strip(), format_))
            except forms.ValidationError:
                raise
            except (ValueError, TypeError):
                continue
        raise forms.ValidationError(self.error_messages["invalid"], code="invalid")

    def has_changed(self, initial, data):
        return (self.prepare_value(initial) or "") != (data or "")


class AuthorField(forms.ModelChoiceField):
    """Chosen among the authors that the whole byline names: one query for all its lines."""

    known = {}

    def to_python(self, value):
        return self.known.get(str(value)) or super().to_python(value)


class BylineForm(forms.Form):
    author = AuthorField(Author.objects.all(), label=gettext_lazy("author"), required=False)
    role = forms.ChoiceField(
        choices=Byline.Role.choices,
        initial=Byline.Role.AUTHOR,
        label=pgettext_lazy("byline", "role"),
    )
    order = forms.IntegerField(
        label=gettext_lazy("order"), required=False, min_value=1, max_value=99
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = Byline._meta.get_field("author")
        self.fields["author"].widget = AutocompleteSelect(field, admin.site)
        self.fields["author"].widget.choices = self.fields["author"].choices
        self.fields["order"].widget.attrs |= {"class": "vIntegerField", "inputmode": "numeric"}


class Lines(BaseFormSet):
    """Bylines in their order. A line without an author is no line."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields["author"].known = self.known

    @cached_property
    def known(self):
        names = (f"{self.prefix}-{number}-author" for number in range(self.total_form_count()))
        sent = {self.data.get(name, "") for name in names} if self.is_bound else set()
        numbers = [int(pk) for pk in sent if pk.isdecimal() and len(pk) < 19]
        return {str(pk): author for pk, author in Author.objects.in_bulk(numbers).items()}

    def lines(self):
        found = []
        for number, form in enumerate(self.forms):
            data = form.cleaned_data
            if data.get("author") and not data.get("DELETE"):
                found.append((data.get("order") or 99, number, data["author"].pk, data["role"]))
        return [[author, role] for _order, _number, author, role in sorted(found)]

    def clean(self):
        if any(form.errors for form in self.forms):
            return
        lines = [tuple(line) for line in self.lines()]
        if len(set(lines)) < len(lines):
            raise forms.ValidationError(
                _("One person stands in the byline twice in the same role.")
            )


BylineFormSet = formset_factory(BylineForm, formset=Lines, extra=1, can_delete=True, max_num=30)


class ArticleForm(drafts.Restorable, forms.ModelForm):
    # What the person has before their eyes: the text's version, and where the story stood.
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    stage = forms.CharField(widget=forms.HiddenInput, required=False)
    # The hidden twin tells whether this person has changed it: the hour is no part of the text.
    expires_at = WallClockField(
        label=gettext_lazy("public until"),
        required=False,
        show_hidden_initial=True,
        help_text=gettext_lazy("Empty: for good."),
    )
    instruments = forms.ModelMultipleChoiceField(
        Instrument._default_manager.all(), required=False, label=gettext_lazy("instruments")
    )

    class Meta:
        model = Article
        fields = [*WORDS, *KEYS, *FLAGS, "tags", "expires_at"]
        exclude = ["instruments"]  # noqa: DJ006  declared above, and not read a second time
        widgets = {
            "kicker": forms.TextInput(attrs={"class": "vTextField"}),
            "headline": forms.TextInput(attrs={"class": "vLargeTextField"}),
            "lead": forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
            "body": ProseWidget,
        }

    def __init__(self, *args, instance=None, **kwargs):
        known = instance is not None and instance.pk is not None
        content = None
        if known:
            instance._gather()
            content = getattr(instance, "shown_content", None) or instance.working()
            given = kwargs.get("initial") or {}
            kwargs["initial"] = content | {"version": instance.version} | given
            kwargs["initial"]["stage"] = instance.stage
        super().__init__(*args, instance=instance, **kwargs)
        self.bylines = BylineFormSet(
            self.data if self.is_bound else None, prefix="bylines", initial=self._lines(content)
        )
        if "instruments" in self.fields:
            field = self.fields["instruments"]
            field.widget = InOrder(Article._meta.get_field("instruments"), admin.site)
            field.widget.choices = field.choices

    @staticmethod
    def _lines(content):
        lines = content["bylines"] if content else []
        return [
            {"author": author, "role": role, "order": place}
            for place, (author, role) in enumerate(lines, 1)
        ]

    @property
    def media(self):
        return super().media + self.bylines.media

    def clean(self):
        cleaned = super().clean()
        language = cleaned.get("language")
        if language and self.instance.pk and language != self.initial.get("language"):
            others = Article.objects.filter(story=self.instance.story, language=language)
            if others.exclude(pk=self.instance.pk).exists():
                self.add_error("language", _("This story already has a text in that language."))
        if not self.bylines.is_valid():
            self.add_error(None, _("The byline needs a look."))
        return cleaned

    def _get_validation_exclusions(self):
        """Fields that have just looked at their choices are not asked about them again; what a
        change of the text can break in the table, Article.edit() looks at.
        """
        return super()._get_validation_exclusions() | {*KEYS, *FLAGS, "kind", "language"}

    def has_changed(self):
        return super().has_changed() or self.bylines.has_changed()

    def content(self):
        """What was typed, as a content."""
        data = self.cleaned_data
        content = {name: data.get(name, "") for name in (*WORDS, *KEYS, *FLAGS)}
        return content | {
            "bylines": self.bylines.lines(),
            "tags": [tag.pk for tag in data["tags"]],
            "instruments": self._chosen(data["instruments"]),
        }

    def _chosen(self, instruments):
        sent = self.data.getlist(self.add_prefix("instruments"))
        return sorted((one.pk for one in instruments), key=lambda pk: sent.index(str(pk)))


class MoveForm(forms.Form):
    """What a move asks for. Names as the buttons' neighbours send them."""

    _at = WallClockField(label=gettext_lazy("Goes out"), required=False)
    _note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=400)
    _reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=400)
    _override = forms.CharField(label=gettext_lazy("Why in spite of it"), required=False)
