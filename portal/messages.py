"""The texts to translate: found in Python and in templates, kept in portal/locale/.

Babel does what the GNU gettext programs would, so only pip packages are needed. It is a tool of
developers: the running portal reads the compiled catalogs with Python's own gettext.
"""

import gettext
import io
import re
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django import conf
from django.conf import settings
from django.core.management.base import CommandError
from django.template import Context, Engine, TemplateSyntaxError
from django.template.base import Lexer, Parser, TokenType, Variable, constant_string
from django.template.defaulttags import load
from django.templatetags.i18n import do_block_translate, do_translate
from django.utils.translation import to_locale

SOURCE = "en"  # the language of the texts in the code
FOLDERS = ("markets", "news", "portal", "templates")
# Which arguments are texts; "c" marks the context.
KEYWORDS = {
    **dict.fromkeys(["_", "gettext", "gettext_lazy", "gettext_noop"]),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], (1, 2)),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], ((1, "c"), 2)),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], ((1, "c"), 2, 3)),
}
# What a translation must keep: placeholders, lone and doubled per cent signs, tags.
_KEPT = re.compile(r"%\(\w+\)[-+ #0-9.]*[a-z]|%[sd%]|%|\{[^{}]*\}|</?\w[^>]*>")
_CONSTANT = re.compile(constant_string)
_PLURAL_FORMS = re.compile(r"nplurals=(\d+); *plural=(.+?);? *$")


# Finding -----------------------------------------------------------------------------------------


def python_texts(source):
    """(line, text or (singular, plural), context) for each text marked in Python code."""
    file = io.BytesIO(source.encode())
    for line, text, _comments, context in extract("python", file, keywords=KEYWORDS):
        yield line, text, context


def template_texts(source):
    """The same for a Django template.

    Django's own parser reads the tags, so these are the very strings it looks up for readers.
    """
    engine = Engine.get_default()
    parser = Parser(Lexer(source).tokenize(), engine.template_libraries, engine.template_builtins)
    while parser.tokens:
        token = parser.next_token()
        if token.token_type not in (TokenType.VAR, TokenType.BLOCK):
            continue
        for constant in _CONSTANT.findall(token.contents):
            if constant.startswith("_("):
                yield token.lineno, _looked_up(Variable(constant)), None
        if token.token_type == TokenType.VAR:
            continue
        tag = token.contents.partition(" ")[0]
        if tag == "load":  # its filters may stand in a blocktranslate
            load(parser, token)
        elif tag == "comment":
            parser.skip_past("endcomment")
        elif tag in ("translate", "trans"):
            node = do_translate(parser, token)
            variable = node.filter_expression.var
            if isinstance(getattr(variable, "literal", None), str):
                yield token.lineno, _looked_up(variable), _context(node)
        elif tag in ("blocktranslate", "blocktrans"):
            node = do_block_translate(parser, token)
            text, _names = node.render_token_list(node.singular)
            if node.plural:
                text = (text, node.render_token_list(node.plural)[0])
            yield token.lineno, text, _context(node)


def _looked_up(variable):
    """Variable.resolve doubles per cent signs before it asks for the translation."""
    return str(variable.literal).replace("%", "%%")


def _context(node):
    return node.message_context and str(node.message_context.resolve(Context()))


def collect():
    """A catalog of every text of the tree, with the lines it stands on and no translation."""
    catalog = Catalog()
    for path in _files(settings.BASE_DIR):
        find = python_texts if path.suffix == ".py" else template_texts
        name = path.relative_to(settings.BASE_DIR).as_posix()
        try:
            for line, text, context in find(path.read_text(encoding="utf-8")):
                catalog.add(text, locations=[(name, line)], context=context)
        except (SyntaxError, TemplateSyntaxError) as error:
            raise CommandError(f"{name}: {error}") from error
    return catalog


def _files(root):
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            parts = path.relative_to(root).parts
            if "tests" in parts or not path.is_file():
                continue
            if path.suffix == ".py" or "templates" in parts:
                yield path


# Keeping -----------------------------------------------------------------------------------------


class Translations(Catalog):
    """The catalog of one language, as its .po file has it.

    Its header is the same on every run: no dates, no names, no tool. The rule for plurals is that
    of Django's own catalog, so both count alike.
    """

    def __init__(self, code):
        super().__init__(
            locale=to_locale(code),
            header_comment="# `manage.py messages` collects these texts and compiles the catalog.",
            fuzzy=False,
        )
        django = Path(conf.__file__).parent / "locale"
        rule = gettext.translation("django", django, [to_locale(code)]).info()["plural-forms"]
        self.mime_headers = [("Plural-Forms", rule)]
        self.folder = Path(settings.LOCALE_PATHS[0]) / to_locale(code) / "LC_MESSAGES"
        if self.po.exists():
            with self.po.open("rb") as file:
                for message in read_po(file, abort_invalid=True):
                    if message.id:
                        self[message.id] = message

    def __iter__(self):
        header = (
            f"Language: {self.locale_identifier}\n"
            "MIME-Version: 1.0\n"
            "Content-Type: text/plain; charset=UTF-8\n"
            "Content-Transfer-Encoding: 8bit\n"
            f"Plural-Forms: {self.plural_forms}\n"
        )
        yield Message("", header)
        for message in super().__iter__():
            if message.id:
                # Babel takes "50 % of" for a format; our own comparison replaces its flags.
                message.flags &= {"fuzzy"}
                yield message

    @property
    def po(self):
        return self.folder / "django.po"

    @property
    def mo(self):
        return self.folder / "django.mo"

    def compiled(self):
        file = io.BytesIO()
        write_mo(file, self)
        return file.getvalue()

    def write(self):
        """Both files. What the tree no longer says is dropped: the history keeps it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.po.open("wb") as file:
            write_po(file, self, width=100, include_lineno=False, ignore_obsolete=True)
        self.mo.write_bytes(self.compiled())


def languages():
    """Codes of the languages that need a catalog."""
    return [code for code, _name in settings.LANGUAGES if code != SOURCE]


# Judging -----------------------------------------------------------------------------------------


def problems(texts, translations):
    """One line for each text a reader would not get in the language of `translations`."""
    code = translations.locale_identifier
    for message in texts:
        if message.id:
            wrong = _wrong(message, translations)
            if wrong:
                name, line = message.locations[0]
                first = message.id[0] if message.pluralizable else message.id
                yield f"{name}:{line}: {code}: {wrong}: {first!r}"
    if not translations.mo.exists() or translations.mo.read_bytes() != translations.compiled():
        name = translations.mo.relative_to(settings.BASE_DIR).as_posix()
        yield f"{name}: not what django.po compiles to: run manage.py messages"


def _wrong(message, translations):
    found = translations.get(message.id, message.context)
    if found is None or not found.string:
        return "no translation"
    if found.fuzzy:
        return "fuzzy translation"
    forms, original = [found.string], message.id
    if message.pluralizable:
        forms, original = found.string, message.id[1]
        if not found.pluralizable or len(forms) != translations.num_plurals or not all(forms):
            return "no translation" if not any(forms) else "plural form missing"
    for form in forms:
        if set(_KEPT.findall(form)) != set(_KEPT.findall(original)):
            return "other placeholders or tags"
    return None
