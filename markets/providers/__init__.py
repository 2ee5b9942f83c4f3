"""Who is asked for figures. A further source is one file here, a payload and a line in `ALL`."""

from urllib.parse import urlsplit

from django.conf import settings

from markets.providers.base import Call, Parsed, Point, Provider, ProviderError
from markets.providers.cbr import BankOfRussia
from markets.providers.ecb import EuropeanCentralBank
from markets.providers.eia import EnergyInformationAdministration
from markets.providers.fred import Fred
from markets.providers.nbk import NationalBankOfKazakhstan
from portal.lib.http import LOOPBACK

__all__ = ["ALL", "Call", "Parsed", "Point", "Provider", "ProviderError", "base_url", "key_of"]

ALL: dict[str, Provider] = {
    provider.key: provider
    for provider in (
        BankOfRussia(),
        NationalBankOfKazakhstan(),
        EuropeanCentralBank(),
        EnergyInformationAdministration(),
        Fred(),
    )
}


def base_url(key):
    """The address of a source, without a slash at the end. It stands in settings alone."""
    return settings.MARKETS["PROVIDERS"][key]["base_url"].rstrip("/")


def key_of(key):
    """The secret a source asks for, or "" where there is none."""
    return settings.MARKETS["PROVIDERS"][key].get("key", "")


def hosts(provider):
    """The names that may be asked for a provider: its own, and those the settings add."""
    return provider.hosts | frozenset(settings.MARKETS["HOSTS"])


def unsafe_addresses():
    """[(source, address, what is wrong with it)] of the settings, for a public installation."""
    found = []
    for key, provider in ALL.items():
        url = base_url(key)
        parts = urlsplit(url)
        if parts.scheme != "https":
            found.append((key, url, "is not https"))
        elif parts.hostname in LOOPBACK:
            found.append((key, url, "is this machine"))
        elif parts.hostname not in hosts(provider):
            found.append((key, url, "is not on the list of hosts"))
    return found
