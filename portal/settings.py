"""Settings of the portal: one file, the environment decides (see .env.example).

With nothing set this is a safe development machine: DEBUG off, loopback hosts, SQLite under var/.
ENVIRONMENT=production refuses an unsafe secret, host list or DEBUG (portal/checks.py).
"""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()
env.read_env(env.str("ENV_FILE", default=str(BASE_DIR / ".env")))

# 1. Where we are ----------------------------------------------------------------------------------

ENVIRONMENT = env.str("ENVIRONMENT", default="development")
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.bool("DEBUG", default=False)
DEVELOPMENT_KEY = "development-only-key-for-loopback-never-for-a-public-address"
SECRET_KEY = env.str("SECRET_KEY", default="" if PRODUCTION else DEVELOPMENT_KEY) or "unset"
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"]
)
# The public address, without a slash at the end: canonical links, feeds and mails use it.
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL])
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

# 2. Rooms -----------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "portal.apps.PortalConfig",
    "news",
    "markets",
    "portal.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "django_prose_editor",  # its editor.js and nothing else: see docs/decisions/0010
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
AUTH_USER_MODEL = "portal.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ADMIN_PATH = env.str("ADMIN_PATH", default="admin").strip("/")

# 3. Walk of a request -----------------------------------------------------------------------------

MIDDLEWARE = [
    # Answers what it remembers; the next ones see what it does not.
    "portal.middleware.Pages",
    # Early, so that what the next ones refuse has the headers and the language of the site too.
    "portal.middleware.SecurityHeaders",
    "portal.middleware.Policy",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.middleware.Language",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.ReadersOnlyRead",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context_processors.site",
                "markets.context_processors.ticker",
            ],
        },
    }
]

# 4. Data ------------------------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR}/db.sqlite3")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        # Writers queue up instead of failing halfway; readers never wait (WAL).
        "transaction_mode": "IMMEDIATE",
        "timeout": 5,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
        # A little memory for each thread: the machine keeps the file in its own, and what would be
        # mapped counts for every process.
        "PRAGMA cache_size=-500;",
    }
    # To open the file and read its schema costs as much as a whole page.
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=None)
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
CACHE_URL = env.str("CACHE_URL", default="")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if CACHE_URL:
    CACHES["default"] = {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": CACHE_URL,
        "OPTIONS": {  # a dead or frozen Redis costs a tenth of a second, never an error
            "SOCKET_CONNECT_TIMEOUT": 0.1,
            "SOCKET_TIMEOUT": 0.1,
            "IGNORE_EXCEPTIONS": True,
        },
    }

# Rendered pages that each process keeps in memory, in megabytes; 0: none. Six hold some 170.
PAGE_MEMORY_MB = env.int("PAGE_MEMORY_MB", default=6)

# 5. Languages and time ----------------------------------------------------------------------------

LANGUAGES = [("en", "English"), ("ru", "Русский"), ("kk", "Қазақша")]
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en")
# The newsroom's own choice of language: a cookie of the admin alone, readers never have one.
LANGUAGE_COOKIE_PATH = f"/{ADMIN_PATH}/"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="Europe/Moscow")  # the newsroom's zone

# 6. Static files and pictures ---------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
# Django serves uploaded pictures itself until nginx or S3 takes over.
SERVE_MEDIA = env.bool("SERVE_MEDIA", default=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "portal.staticfiles.PortalStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 60
# The map of the editor's script has 2 MB and hardly a reader: not worth seconds of every start.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
FILE_UPLOAD_PERMISSIONS = 0o644
PICTURE_MAX_BYTES = env.int("PICTURE_MAX_BYTES", default=15_000_000)
PICTURE_MAX_PIXELS = env.int("PICTURE_MAX_PIXELS", default=40_000_000)
DATA_UPLOAD_MAX_MEMORY_SIZE = 4_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

# 7. Security --------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "img-src": [SELF],
        "style-src": [SELF],
        "script-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
HTTPS = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.views.csrf_failure"
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=HTTPS)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
FORMS_URLFIELD_ASSUME_HTTPS = True  # a web address typed without its scheme; Django 6's default
if env.bool("BEHIND_PROXY", default=False):  # only when our own nginx sets the header
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# 8. The newsroom ----------------------------------------------------------------------------------

SITE_NAMES = {"en": "Meridian 70", "ru": "Меридиан 70", "kk": "Меридиан 70"}
SITE_DESCRIPTION = _(
    "Independent reporting on oil, gas, power, fuel and business in Central Asia and Russia."
)
NEWSROOM_EMAIL = env.str("NEWSROOM_EMAIL", default="newsroom@example.org")
# Where readers report an error in a story; empty: the story leads to the corrections policy.
CORRECTIONS_EMAIL = env.str("CORRECTIONS_EMAIL", default="")
# Whom a finder of a security hole writes to: a mailto:, https: or tel: address.
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default=f"mailto:{NEWSROOM_EMAIL}")
# The whole text of a story in feeds, or its lead alone.
FEED_FULL_TEXT = env.bool("FEED_FULL_TEXT", default=True)
# Who names the entries of feeds (RFC 4151): a domain that was ours, and a year or day in which it
# was. Not to be changed when the site moves: reader programs would show every entry again.
FEED_AUTHORITY = env.str(
    "FEED_AUTHORITY", default=f"{SITE_URL.partition('://')[2].partition(':')[0]},2026"
)
# What robots.txt says to machines that collect texts for language models: allow; no-training
# (they may look up and link, not learn); none.
AI_CRAWLERS = env.str("AI_CRAWLERS", default="no-training")

# 9. Markets ---------------------------------------------------------------------------------------

# Where figures are fetched. Addresses and keys stand here and never in the database, so nobody who
# gets into the admin can make this server ask another one.
MARKETS = {
    "PROVIDERS": {
        "cbr": {"base_url": env.str("MARKETS_CBR_URL", default="https://www.cbr.ru")},
        "nbk": {"base_url": env.str("MARKETS_NBK_URL", default="https://nationalbank.kz")},
        "ecb": {"base_url": env.str("MARKETS_ECB_URL", default="https://www.ecb.europa.eu")},
        "eia": {
            "base_url": env.str("MARKETS_EIA_URL", default="https://api.eia.gov"),
            "key": env.str("EIA_API_KEY", default=""),
            "key_env": "EIA_API_KEY",
        },
        "fred": {"base_url": env.str("MARKETS_FRED_URL", default="https://fred.stlouisfed.org")},
    },
    # Further names that may be asked, such as a mirror of the newsroom's own.
    "HOSTS": env.list("MARKETS_HOSTS", default=[]),
    # This machine may be asked, in plain http: for tests of the way out. Never in production.
    "ALLOW_LOOPBACK": env.bool("MARKETS_ALLOW_LOOPBACK", default=False),
}

# 10. Mail -----------------------------------------------------------------------------------------

vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = NEWSROOM_EMAIL

# 11. Logs -----------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        # One line per failure: the request logger tells the traceback, nothing repeats it.
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
    },
}
