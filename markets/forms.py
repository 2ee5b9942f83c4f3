"""What readers type: an amount, a pair of currencies, a day. Errors are sentences, shown beside."""

import re
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.lib import languages, numbers

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_DOTTED = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", re.ASCII)
# In English 1,000 is a thousand to most readers and one to a few: nobody guesses about money.
_THOUSAND = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}", re.ASCII)


def iso_day(text):
    """The date that an ISO text names. ValueError for anything else."""
    found = _ISO.fullmatch(text)
    if not found:
        raise ValueError("not a date")
    return date(*map(int, found.groups()))


def any_day(text):
    """The same, or a date as 22.02.2020."""
    found = _DOTTED.fullmatch(text)
    return date(*map(int, found.groups()[::-1])) if found else iso_day(text)


class AmountField(forms.Field):
    """A Decimal above zero as a person writes it, with a dot or a comma."""

    def to_python(self, value):
        text = str(value or "").strip()
        if not text:
            raise ValidationError(_("Enter an amount, for example 100."))
        try:
            amount = numbers.read(text)
        except ValueError:
            raise ValidationError(_("Enter a number, for example 100 or 99.50.")) from None
        if languages.current() == "en" and _THOUSAND.fullmatch(text):
            raise ValidationError(
                _("Is that {thousand} or {one}? Write it without the comma.").format(
                    thousand=text.replace(",", ""), one=text.replace(",", ".")
                )
            )
        if amount == 0:
            raise ValidationError(_("Enter an amount above zero."))
        return amount


class DayField(forms.Field):
    """A date in either form; empty is None."""

    def to_python(self, value):
        text = str(value or "").strip()
        try:
            return any_day(text) if text else None
        except ValueError:
            raise ValidationError(_("Write the day as 2020-02-22 or 22.02.2020.")) from None


class ConverterForm(forms.Form):
    """?amount=100&from=USD&to=RUB&on=2020-02-22"""

    amount = AmountField()
    on = DayField(required=False)

    def __init__(self, data, currencies):
        super().__init__(data)
        choices = [(code, code) for code in currencies]
        wrong = {"invalid_choice": gettext_lazy("There are no rates for this currency.")}
        for name in ("from", "to"):
            self.fields[name] = forms.ChoiceField(choices=choices, error_messages=wrong)

    def clean(self):
        found = super().clean()
        if found.get("from") and found.get("from") == found.get("to"):
            self.add_error("to", _("Choose two different currencies."))
        return found

    def typed(self, name):
        """What the reader wrote in a field."""
        return self[name].value() or ""

    def said(self, name):
        """What is wrong with a field, in words."""
        return " ".join(self.errors.get(name, []))
