"""The admin as a browser sees it: opens forms, fills them, sends them."""

from html.parser import HTMLParser

from django.test import Client
from django.urls import reverse

ADD = "/admin/news/article/add/"


class Form(HTMLParser):
    """The fields of a page's main form, as a browser would send them back."""

    def __init__(self, text):
        super().__init__()
        self.fields, self.choices, self._within, self._open = {}, {}, False, None
        self._templates = 0  # what lies in <template> is no part of the page yet
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self._templates += tag == "template"
        if self._templates:
            return
        attrs = dict(attrs)
        if tag == "form":
            self._within = attrs.get("id", "").endswith("_form")
        name = attrs.get("name")
        if tag == "option" and self._open:
            self.choices[self._open].append(attrs.get("value", ""))
            if "selected" in attrs:
                self.fields.setdefault(self._open, []).append(attrs.get("value", ""))
        if not self._within or not name or "disabled" in attrs:
            return
        kind = attrs.get("type", "text")
        if tag == "select":
            self._open = name
            self.choices[name] = []
        elif tag == "textarea":
            self._open = name
            self.fields[name] = ""
        elif tag == "input" and kind in {"checkbox", "radio"}:
            if "checked" in attrs:
                self.fields[name] = attrs.get("value", "on")
        elif tag == "input" and kind not in {"submit", "file", "button"}:
            self.fields[name] = attrs.get("value", "")

    def handle_endtag(self, tag):
        if self._templates:
            self._templates -= tag == "template"
            return
        if tag == "form":
            self._within = False
        if tag in {"select", "textarea"}:
            if tag == "textarea" and self._open:
                self.fields[self._open] = self.fields[self._open].removeprefix("\n")
            self._open = None

    def handle_data(self, data):
        if self._open and isinstance(self.fields.get(self._open), str):
            self.fields[self._open] += data


def form_of(response):
    assert response.status_code == 200
    return Form(response.text)


def sent(client, path, **changes):
    """Open a form, change some fields, send it as a browser would."""
    fields = form_of(client.get(path)).fields | changes
    return client.post(path, {name: value for name, value in fields.items() if value is not None})


def errors(response):
    """{field: messages} of a form that came back; {} when it was taken."""
    if response.status_code == 302:
        return {}
    assert response.status_code == 200
    return dict(response.context["adminform"].form.errors)


def change_path(thing):
    return reverse(f"admin:{thing._meta.label_lower.replace('.', '_')}_change", args=[thing.pk])


def client_of(user):
    client = Client()
    client.force_login(user)
    return client
