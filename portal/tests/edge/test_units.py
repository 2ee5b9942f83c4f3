"""The units of systemd: what they start exists, and they are shut in alike."""

import configparser
import re
import shutil
import subprocess

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
SERVICES = ["portal.service", "portal-tick.service"]
OWN = {"type", "notifyaccess", "execstart", "execreload", "killmode", "restart", "restartsec"}
OWN |= {"timeoutstopsec", "timeoutstartsec", "nice", "environment"}


def service(name):
    """The lines of [Service] as {key: the last value}."""
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.read(ROOT / "deploy" / name)
    return dict(unit["Service"])


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_unit_starts_is_in_the_checkout(name):
    words = service(name)["execstart"].split()
    assert words[0].startswith("/srv/portal/.venv/bin/")
    files = [word for word in words[1:] if word.endswith(".py")]
    assert files
    assert all((ROOT / file).exists() for file in files)


def test_both_services_are_shut_in_alike():
    first, second = ({k: v for k, v in service(name).items() if k not in OWN} for name in SERVICES)
    assert first == second
    assert first["user"] == "portal"


def test_the_portal_listens_where_nginx_asks():
    unit = (ROOT / "deploy/portal.service").read_text()
    address = re.search(r"BIND=(\S+)", unit)[1]
    asked = re.findall(
        r"^\s*server (\S+) max_fails=0;", (ROOT / "deploy/nginx.conf").read_text(), re.M
    )
    assert asked == [address] * 3


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
@pytest.mark.parametrize("name", SERVICES)
def test_a_broken_portal_could_do_little_harm(name):
    """systemd's own verdict, from 0 (shut in) to 10 (may do anything)."""
    command = ["systemd-analyze", "security", "--offline=true", str(ROOT / "deploy" / name)]
    done = subprocess.run(command, capture_output=True, text=True)
    if "--offline" in done.stderr:
        pytest.skip("a systemd older than 250")
    exposure = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
    assert float(exposure[1]) <= 2.0
