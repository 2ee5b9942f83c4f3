"""The environment decides, and production refuses what is unsafe."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
SAFE = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "k3-9Zq7_xWmT2vLr8NcYb5HdJf1GsPa6QeUiOoXlMzRtVwBn4CyDj0",
    "ALLOWED_HOSTS": "news.example.org",
    "SITE_URL": "https://news.example.org",
}


def python(*arguments, tmp_path, **environment):
    """A fresh process that knows nothing but these variables."""
    known = {"PATH": os.environ["PATH"], "ENV_FILE": "/dev/null", "VAR_DIR": str(tmp_path)}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=known | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_development_needs_no_file_and_is_safe(tmp_path):
    code = (
        "import portal.wsgi; from django.conf import settings as s;"
        "print(s.DEBUG, s.ALLOWED_HOSTS, s.DATABASES['default']['ENGINE'])"
    )
    done = python("-c", code, tmp_path=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[-2] == (
        "False ['localhost', '127.0.0.1', '[::1]'] django.db.backends.sqlite3"
    )


def test_a_safe_production_starts(tmp_path):
    done = python("-c", "import portal.wsgi", tmp_path=tmp_path, **SAFE)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"SECRET_KEY": ""}, "portal.E002: SECRET_KEY is missing, short or the development key."),
        ({"SECRET_KEY": "short"}, "portal.E002"),
        ({"SECRET_KEY": "a" * 60}, "portal.E002"),
        ({"SECRET_KEY": settings.DEVELOPMENT_KEY}, "portal.E002"),
        ({"ALLOWED_HOSTS": ""}, "portal.E003: ALLOWED_HOSTS is empty or allows every host."),
        ({"ALLOWED_HOSTS": "*"}, "portal.E003"),
        ({"DEBUG": "true"}, "portal.E004: DEBUG is on"),
        ({"SITE_URL": "http://news.example.org"}, "portal.E005: SITE_URL is"),
        ({"MARKETS_CBR_URL": "http://www.cbr.ru"}, "portal.E006: The address of cbr"),
        ({"MARKETS_ECB_URL": "https://127.0.0.1"}, "portal.E006: The address of ecb"),
        ({"MARKETS_FRED_URL": "https://mirror.example.org"}, "portal.E006: The address of fred"),
        ({"MARKETS_ALLOW_LOOPBACK": "true"}, "portal.E006: MARKETS_ALLOW_LOOPBACK is on."),
        ({"AI_CRAWLERS": "some"}, "portal.E007: AI_CRAWLERS is 'some'."),
        ({"SECURITY_CONTACT": "me@example.org"}, "portal.E008: SECURITY_CONTACT is"),
        ({"ENVIRONMENT": "live"}, "portal.E001: ENVIRONMENT is 'live'."),
    ],
)
def test_production_refuses_each_unsafe_setting_with_its_own_message(change, message, tmp_path):
    server = python("-c", "import portal.wsgi", tmp_path=tmp_path, **{**SAFE, **change})
    assert server.returncode != 0
    assert message in server.stderr
    assert "Traceback" not in server.stderr
    check = python("manage.py", "check", tmp_path=tmp_path, **{**SAFE, **change})
    assert check.returncode != 0
    assert message.split(":")[0] in check.stderr


def test_a_mirror_is_asked_when_its_name_is_on_the_list(tmp_path):
    mirror = {
        "MARKETS_FRED_URL": "https://mirror.example.org",
        "MARKETS_HOSTS": "mirror.example.org",
    }
    done = python("-c", "import portal.wsgi", tmp_path=tmp_path, **SAFE, **mirror)
    assert done.returncode == 0, done.stderr


def test_two_mistakes_are_told_together(tmp_path):
    wrong = {**SAFE, "SECRET_KEY": "short", "ALLOWED_HOSTS": "*"}
    done = python("-c", "import portal.wsgi", tmp_path=tmp_path, **wrong)
    assert "portal.E002" in done.stderr
    assert "portal.E003" in done.stderr


def test_a_public_host_needs_a_secret_even_in_development(tmp_path):
    done = python("-c", "import portal.wsgi", tmp_path=tmp_path, ALLOWED_HOSTS="news.example.org")
    assert "portal.E002" in done.stderr


def test_the_example_file_names_every_variable_that_is_read():
    source = (ROOT / "portal" / "settings.py").read_text(encoding="utf-8")
    gunicorn = (ROOT / "deploy" / "gunicorn.conf.py").read_text(encoding="utf-8")
    read = set(re.findall(r'env\.\w+\(\s*"(\w+)"', source))
    read |= set(re.findall(r'environ\.get\("(\w+)"', gunicorn))
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"^#?([A-Z_]+)=", example, re.M))
    read.remove("GUNICORN_PID")  # gunicorn's own word to its next generation
    assert read - named == set(), "not in .env.example"
    assert named - read == set(), "in .env.example, but nothing reads it"


def test_the_example_file_works_as_it_stands(tmp_path):
    example = str(ROOT / ".env.example")
    done = python("-c", "import portal.wsgi", tmp_path=tmp_path, ENV_FILE=example)
    assert done.returncode == 0, done.stderr


def test_the_pinned_django_has_the_known_security_fixes():
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    version = re.search(r"^django==5\.2\.(\d+)", text, re.M)
    assert int(version[1]) >= 19
