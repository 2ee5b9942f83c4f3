"""The map of docs/rooms.md, held by reading the sources."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
APPS = ("portal", "news", "markets")
# Who may import whom. The toolbox knows no app; the apps know the toolbox; the portal knows all.
MAY = {
    "portal.lib": {"portal.lib"},
    "news": {"news", "portal.lib"},
    "markets": {"markets", "portal.lib"},
    "portal": {"portal", "portal.lib", "news", "markets"},
}


def room(module):
    return "portal.lib" if module.startswith("portal.lib") else module.split(".")[0]


def sources():
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            if not {"tests", "migrations"} & set(path.parts):
                yield path


def imports(tree, package):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:  # from .taxonomy import …
                yield ".".join(package.split(".")[: len(package.split(".")) - node.level + 1])
            elif node.module == "portal":  # from portal import lib?
                yield from (f"portal.{alias.name}" for alias in node.names)
            else:
                yield node.module


def broken_arrows(name, tree):
    package = name.rpartition(".")[0]
    return [
        f"{name} imports {target}"
        for target in imports(tree, package)
        if target.split(".")[0] in APPS and room(target) not in MAY[room(name)]
    ]


def test_no_room_imports_what_it_may_not_know():
    broken = []
    for path in sources():
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        broken += broken_arrows(name, ast.parse(path.read_text(encoding="utf-8")))
    assert broken == []


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("news.views", "from markets.models import Instrument"),
        ("markets.views", "import news.models"),
        ("news.models.article", "from portal.models import User"),
        ("portal.lib.text", "from news import prose"),
        ("markets.ticker", "from portal import chrome"),
    ],
)
def test_a_broken_arrow_is_found(name, line):
    assert broken_arrows(name, ast.parse(line))


def test_models_import_no_views_templates_or_commands():
    for path in sources():
        if "models" in path.parts or path.name == "models.py":
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"import views|\.views|django\.template|django\.shortcuts", text)


def test_nothing_writes_prose_past_the_sanitiser():
    """`update(body=…)` and `bulk_create` of stories go round Article.save."""
    for path in sources():
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\.update\([^)]*\bbody=", text), path
        assert not re.search(r"(Article|Policy)\.objects\.bulk_(create|update)", text), path


def templates():
    return sorted((ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize(
    ("forbidden", "why"),
    [
        (r"\|\s*safe\b", "stored HTML is trusted in one place only, the prose filter"),
        (r"\sstyle\s*=", "the CSP forbids inline style"),
        (r"<style", "the CSP forbids inline style"),
        (r"<script(?![^>]*\bsrc=)", "the CSP forbids inline script"),
        (r"\son[a-z]+\s*=\s*[\"']", "the CSP forbids inline handlers"),
        (r"(src|href|action)\s*=\s*[\"']?(https?:)?//", "nothing comes from a third party"),
        (r"\{%\s*autoescape\s+off", "everything is escaped"),
        (r"csrf_token|request\.user|request\.session", "public pages know no visitor"),
    ],
)
def test_public_templates_hold_nothing_forbidden(forbidden, why):
    for path in templates():
        if "admin" in path.parts:
            continue
        assert not re.search(forbidden, path.read_text(encoding="utf-8")), f"{path}: {why}"


COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(", re.I)
# Constants of the night band, of shadows and masks: the prototype has them in place.
KNOWN = {"#3a468f", "#2f3a80", "#333f8a", "#ffd27a", "#000", "#fff", "#a9b8ff", "rgb("}


def test_colours_are_named_in_the_tokens():
    for path in sorted((ROOT / "static" / "css").rglob("*.css")):
        if path.name in {"tokens.css", "site.css"}:
            continue
        text = re.sub(
            r"/\*.*?\*/|url\([^)]*\)|light-dark\([^)]*\)", "", path.read_text(), flags=re.S
        )
        assert {found.lower() for found in COLOUR.findall(text)} <= KNOWN, path


def test_every_component_opens_with_its_contract():
    for path in (ROOT / "templates" / "components").glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert text.startswith("{#") or text.startswith("<svg"), path


def test_no_file_is_a_house_of_its_own():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 420
    }
    assert long == {}


def test_rooms_of_the_map_exist():
    text = (ROOT / "docs" / "rooms.md").read_text(encoding="utf-8")
    for name in re.findall(r"`((?:news|markets|portal|templates|static|fixtures)/[^`*<]*)`", text):
        assert Path(ROOT / name).exists(), name
