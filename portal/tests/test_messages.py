"""The texts to translate: found as Django looks them up, none missing, and the check can fail."""

import gettext
import re
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.template import Context, Template
from django.utils import translation

import portal
from portal import messages
from portal.admin_site import TITLES


@pytest.fixture
def asked(monkeypatch):
    """What Django looks up while a template is rendered: [(text or (one, many), context), …]."""
    found = []

    def record(context, *texts):
        found.append((texts[0] if len(texts) == 1 else texts, context))
        return texts[0]

    lookups = {
        "gettext": lambda text: record(None, text),
        "pgettext": lambda context, text: record(context, text),
        "ngettext": lambda one, many, number: record(None, one, many),
        "npgettext": lambda context, one, many, number: record(context, one, many),
    }
    for name, lookup in lookups.items():
        monkeypatch.setattr(translation._trans, name, lookup)
    return found


@pytest.mark.parametrize(
    "source",
    [
        '{% translate "Oil" %}',
        "{% trans 'Oil' %}",
        '{% translate "Up 5 % today" %}',
        """{% translate "It's" %}{% translate 'Say "oil"' %}""",
        '{% translate "Change" context "price" %}',
        '{% translate "Search" as name %}{{ name }}',
        '{% translate "oil"|capfirst %}',
        '{{ nothing|default:_("5 % of it") }}',
        '{{ _("Oil") }}{{ _("Gas")|default:_("Coal") }}',
        '{% firstof nothing _("Terms of use") %}',
        '{% if 1 %}{% with word=_("Oil") %}{{ word }}{% endwith %}{% endif %}',
        "{% blocktranslate %}Up {{ share }} % on <b>{{ day }}</b>{% endblocktranslate %}",
        "{% blocktrans with share=day|upper %}Up {{ share }}{% endblocktrans %}",
        '{% blocktranslate with day=_("Monday") %}On {{ day }}{% endblocktranslate %}',
        "{% blocktranslate trimmed %}\n  Oil\n  and gas\n{% endblocktranslate %}",
        "{% blocktranslate %}\n  Oil\n  and gas\n{% endblocktranslate %}",
        "{% blocktranslate count n=5 %}{{ n }} story{% plural %}{{ n }} stories"
        "{% endblocktranslate %}",
        '{% blocktranslate trimmed count n=1 context "found" %}\n{{ n }} story\n{% plural %}\n'
        "{{ n }} stories, 100 %\n{% endblocktranslate %}",
        '{% blocktranslate context "price" asvar x %}Change{% endblocktranslate %}{{ x }}',
        "{% load portal %}{% blocktranslate with who=name|initials %}By {{ who }}"
        "{% endblocktranslate %}",
    ],
)
def test_template_texts_are_those_django_looks_up(asked, source):
    Template("{% load i18n %}" + source).render(Context({"day": "Monday", "name": "A. Serikova"}))
    found = [
        (text, context)
        for _line, text, context in messages.template_texts("{% load i18n %}" + source)
    ]
    assert asked
    assert set(found) >= set(asked)
    # A fallback that was not needed is a text all the same.
    assert {text for text, _context in found} - {text for text, _context in asked} <= {"Coal"}


def test_template_texts_that_are_none():
    source = """{% load i18n %}{% translate word %}{# _("Oil") #}{{ "_('Oil')" }}
        {% comment %}{% translate "Oil" %}{% endcomment %}
        {% verbatim %}{{ _("Oil") }}{% endverbatim %}"""
    assert list(messages.template_texts(source)) == []


def test_template_texts_know_their_line():
    source = '{% load i18n %}\n<p>\n{% translate "Oil" %}'
    assert list(messages.template_texts(source)) == [(3, "Oil", None)]


def test_python_texts():
    source = """
_("Oil")
gettext("Gas " "and coal")
gettext_lazy('Power')
ngettext("%(n)s story", "%(n)s stories", n)
pgettext("price", "Change")
pgettext_lazy("status", "Draft")
npgettext("found", "%(n)s story", "%(n)s stories", n)
_(word)
print("no text")
"""
    assert [(text, context) for _line, text, context in messages.python_texts(source)] == [
        ("Oil", None),
        ("Gas and coal", None),
        ("Power", None),
        (("%(n)s story", "%(n)s stories"), None),
        ("Change", "price"),
        ("Draft", "status"),
        (("%(n)s story", "%(n)s stories"), "found"),
    ]


# The tree ----------------------------------------------------------------------------------------


def test_no_kazakh_sentence_is_the_russian_one():
    """Short words may be the same in both: автор, файл, график."""
    russian = {message.id: message.string for message in messages.Translations("ru")}
    same = [
        message.id
        for message in messages.Translations("kk")
        if message.id and russian.get(message.id) == message.string and is_sentence(message.id)
    ]
    assert same == []


def is_sentence(text):
    text = text if isinstance(text, str) else text[0]
    return len(re.findall(r"[A-Za-z]{2,}", re.sub(r"%\(\w+\)\w|\{\w+\}", "", text))) > 2


def test_every_text_of_the_portal_is_translated():
    call_command("messages", check=True)


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "1 материал"), (2, "2 материала"), (5, "5 материалов"), (21, "21 материал")],
)
def test_russian_counts(number, text):
    with translation.override("ru"):
        found = translation.ngettext("%(count)s story", "%(count)s stories", number)
    assert found % {"count": number} == text


# A small copy to break ---------------------------------------------------------------------------

PYTHON = """
from django.utils.translation import gettext as _, ngettext

def words(n):
    return [_("Oil"), _("On {day}"), ngettext("%(n)s story", "%(n)s stories", n)]
"""
TEMPLATE = """{% load i18n %}{% translate "Change, %" context "price" %}
{% blocktranslate %}Stories by <b>{{ name }}</b>{% endblocktranslate %}"""
RUSSIAN = {
    'msgid "Oil"\nmsgstr ""': 'msgid "Oil"\nmsgstr "Нефть"',
    'msgid "On {day}"\nmsgstr ""': 'msgid "On {day}"\nmsgstr "На {day}"',
    'msgstr[0] ""': 'msgstr[0] "%(n)s материал"',
    'msgstr[1] ""': 'msgstr[1] "%(n)s материала"',
    'msgstr[2] ""': 'msgstr[2] "%(n)s материалов"',
    'msgstr[3] ""': 'msgstr[3] "%(n)s материала"',
    'msgid "Change, %%"\nmsgstr ""': 'msgid "Change, %%"\nmsgstr "Изменение, %%"',
    '</b>"\nmsgstr ""': '</b>"\nmsgstr "<b>%(name)s</b>: материалы"',
}


class Copy:
    """A portal of two files, with one translation."""

    def __init__(self, root):
        self.python = root / "news" / "words.py"
        self.template = root / "templates" / "page.html"
        for path, text in ((self.python, PYTHON), (self.template, TEMPLATE)):
            path.parent.mkdir()
            path.write_text(text, encoding="utf-8")
        folder = root / "locale" / "ru" / "LC_MESSAGES"
        self.po, self.mo = folder / "django.po", folder / "django.mo"
        call_command("messages")
        for old, new in RUSSIAN.items():
            self.edit(old, new)
        call_command("messages")

    def edit(self, old, new):
        text = self.po.read_text(encoding="utf-8")
        assert old in text
        self.po.write_text(text.replace(old, new), encoding="utf-8")

    def complaint(self):
        with pytest.raises(CommandError) as error:
            call_command("messages", check=True)
        return str(error.value)


@pytest.fixture
def copy(tmp_path, settings):
    settings.BASE_DIR = tmp_path
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    settings.LANGUAGES = [("en", "English"), ("ru", "Русский")]
    return Copy(tmp_path)


def test_a_translated_copy_passes(copy, capsys):
    call_command("messages", check=True)
    assert capsys.readouterr().out.endswith("5 texts, all translated.\n")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"Нефть"', '""', "news/words.py:5: ru: no translation: 'Oil'"),
        ('msgid "Oil"', '#, fuzzy\nmsgid "Oil"', "news/words.py:5: ru: fuzzy translation: 'Oil'"),
        (
            'msgid "Oil"\nmsgstr "Нефть"',
            '#~ msgid "Oil"\n#~ msgstr "Нефть"',
            "news/words.py:5: ru: no translation: 'Oil'",
        ),
        (
            'msgstr[2] "%(n)s материалов"',
            'msgstr[2] ""',
            "news/words.py:5: ru: plural form missing: '%(n)s story'",
        ),
        (
            'msgstr[3] "%(n)s материала"\n',
            "",
            "news/words.py:5: ru: plural form missing: '%(n)s story'",
        ),
        (
            "%(n)s материалов",
            "%(m)s материалов",
            "news/words.py:5: ru: other placeholders or tags: '%(n)s story'",
        ),
        ("На {day}", "На {дату}", "news/words.py:5: ru: other placeholders or tags: 'On {day}'"),
        (
            "Изменение, %%",
            "Изменение, %",
            "templates/page.html:1: ru: other placeholders or tags: 'Change, %%'",
        ),
        (
            "<b>%(name)s</b>: материалы",
            "%(name)s: материалы",
            "templates/page.html:2: ru: other placeholders or tags: 'Stories by",
        ),
        (
            'msgctxt "price"\n',
            "",
            "templates/page.html:1: ru: no translation: 'Change, %%'",
        ),
        ('"Нефть"', '"Сырая нефть"', "locale/ru/LC_MESSAGES/django.mo: not what django.po"),
    ],
)
def test_the_check_fails_for(copy, old, new, complaint):
    copy.edit(old, new)
    assert complaint in copy.complaint()


def test_the_check_fails_for_a_new_text(copy):
    copy.template.write_text(TEMPLATE + '\n{% translate "Gas" %}', encoding="utf-8")
    assert copy.complaint().startswith("templates/page.html:3: ru: no translation: 'Gas'\n")


def test_the_check_fails_for_a_new_language(copy, settings):
    settings.LANGUAGES = [*settings.LANGUAGES, ("kk", "Қазақша")]
    assert "news/words.py:5: kk: no translation: 'Oil'" in copy.complaint()


def test_a_template_django_cannot_read_is_named(copy):
    copy.template.write_text("{% load i18n %}{% translate %}", encoding="utf-8")
    assert copy.complaint().startswith("templates/page.html: ")


def test_the_check_writes_nothing(copy):
    copy.edit('"Нефть"', '"Сырая нефть"')
    copy.mo.unlink()
    before = copy.po.read_bytes()
    copy.complaint()
    assert not copy.mo.exists()
    assert copy.po.read_bytes() == before


def test_collecting_again_changes_nothing(copy):
    before = copy.po.read_bytes(), copy.mo.read_bytes()
    call_command("messages")
    assert (copy.po.read_bytes(), copy.mo.read_bytes()) == before


def test_moved_texts_keep_the_file_as_it_was(copy):
    before = copy.po.read_bytes()
    copy.python.write_text("\n\n" + PYTHON, encoding="utf-8")
    call_command("messages")
    assert copy.po.read_bytes() == before


def test_dropped_texts_leave_the_catalog(copy):
    copy.template.write_text("nothing to say", encoding="utf-8")
    call_command("messages")
    assert "Stories by" not in copy.po.read_text(encoding="utf-8")
    assert "Нефть" in copy.po.read_text(encoding="utf-8")


def test_the_header_says_nothing_of_days_and_people(copy):
    with copy.mo.open("rb") as file:
        header = gettext.GNUTranslations(file).info()
    assert set(header) == {
        "language",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
        "plural-forms",
    }


def test_without_babel_one_plain_sentence(monkeypatch):
    for name in [*sys.modules]:
        if name == "portal.messages" or name.startswith("babel."):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "babel", None)
    monkeypatch.delattr(portal, "messages")
    with pytest.raises(CommandError, match=r"^This command needs Babel: pip install"):
        call_command("messages", check=True)


def test_titles_of_djangos_own_pages_need_no_inflection():
    with translation.override("ru"):
        assert translation.gettext("Add %s") % "плашка" == "Добавить: плашка"
    for code, _name in settings.LANGUAGES[1:]:
        with translation.override(code):
            assert all(translation.gettext(text) != text for text in TITLES)
