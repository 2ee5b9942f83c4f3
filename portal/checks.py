"""System checks: what would be unsafe in production stops the start, each with its own cure."""

from django.conf import settings
from django.core.checks import Error, Tags, register

from markets import providers
from portal import robots

LOOPBACK = {"localhost", "127.0.0.1", "[::1]", "::1", ".localhost", "testserver"}


@register(Tags.security)
def unsafe_settings(app_configs, **kwargs):
    """Errors portal.E001-E008. Outside production only a wrong ENVIRONMENT or open hosts count."""
    errors = []
    if settings.ENVIRONMENT not in {"development", "production"}:
        errors.append(
            Error(
                f"ENVIRONMENT is {settings.ENVIRONMENT!r}.",
                hint="Set ENVIRONMENT to development or production.",
                id="portal.E001",
            )
        )
    weak = (
        settings.SECRET_KEY in {settings.DEVELOPMENT_KEY, "unset"}
        or len(settings.SECRET_KEY) < 50
        or len(set(settings.SECRET_KEY)) < 10
    )
    public = [host for host in settings.ALLOWED_HOSTS if host not in LOOPBACK]
    if weak and (settings.PRODUCTION or public):
        errors.append(
            Error(
                "SECRET_KEY is missing, short or the development key.",
                hint="Set SECRET_KEY to at least 50 random characters: "
                'python -c "import secrets; print(secrets.token_urlsafe(50))"',
                id="portal.E002",
            )
        )
    errors += unknown_words()
    if not settings.PRODUCTION:
        return errors
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        errors.append(
            Error(
                "ALLOWED_HOSTS is empty or allows every host.",
                hint="Set ALLOWED_HOSTS to the names readers use: news.example.org,www.example.org",
                id="portal.E003",
            )
        )
    if settings.DEBUG:
        errors.append(
            Error(
                "DEBUG is on: error pages would show settings and code to readers.",
                hint="Remove DEBUG from the environment.",
                id="portal.E004",
            )
        )
    if not settings.SITE_URL.startswith("https://"):
        errors.append(
            Error(
                f"SITE_URL is {settings.SITE_URL!r}: not an https address.",
                hint="Set SITE_URL to the public address: https://news.example.org",
                id="portal.E005",
            )
        )
    return errors + unsafe_sources()


def unknown_words():
    """portal.E007, E008: settings that machines read and that must be one of few words."""
    errors = []
    if settings.AI_CRAWLERS not in robots.AI_POLICIES:
        errors.append(
            Error(
                f"AI_CRAWLERS is {settings.AI_CRAWLERS!r}.",
                hint=f"Set AI_CRAWLERS to one of {', '.join(robots.AI_POLICIES)}.",
                id="portal.E007",
            )
        )
    if not settings.SECURITY_CONTACT.startswith(("mailto:", "https://", "tel:")):
        errors.append(
            Error(
                f"SECURITY_CONTACT is {settings.SECURITY_CONTACT!r}.",
                hint="Set SECURITY_CONTACT to an address such as mailto:security@example.org or "
                "https://example.org/security (RFC 9116).",
                id="portal.E008",
            )
        )
    return errors


def unsafe_sources():
    """portal.E006 for each address of figures that a public server must not ask."""
    found = providers.unsafe_addresses()
    wrong = [f"The address of {key}, {url!r}, {why}." for key, url, why in found]
    if settings.MARKETS["ALLOW_LOOPBACK"]:
        wrong.append("MARKETS_ALLOW_LOOPBACK is on.")
    hint = "Use the https address of the source; a mirror's name must stand in MARKETS_HOSTS."
    return [Error(text, hint=hint, id="portal.E006") for text in wrong]


def refuse_unsafe_start():
    """End the process with the plain messages above; gunicorn runs no checks of its own."""
    errors = unsafe_settings(None)
    if errors:
        lines = [f"{error.id}: {error.msg} {error.hint}" for error in errors]
        raise SystemExit("The portal does not start:\n" + "\n".join(lines))
