"""What machines ask a site for by fixed names: robots.txt, security.txt, humans.txt, icons."""

from datetime import UTC, timedelta
from functools import cache

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone, translation

from portal.lib import feeds, languages
from portal.lib.sitemaps import site_name

MAX_AGE = 3600
# RFC 9116 wants less than a year. Counted from the first of a month, so that the text and its ETag
# do not change every day.
VALID = timedelta(days=300)
# Who collects texts to train models, by the names their makers publish.
TRAINERS = """
AI2Bot Ai2Bot-Dolma Amazonbot anthropic-ai Applebot-Extended Bytespider CCBot ClaudeBot cohere-ai
cohere-training-data-crawler Diffbot FacebookBot Google-Extended GPTBot ImagesiftBot
Meta-ExternalAgent omgili omgilibot PanguBot Timpibot VelenPublicWebCrawler Webzio-Extended
""".split()
# Who looks texts up to answer a person's question, and usually links to them.
ANSWERERS = """
ChatGPT-User Claude-SearchBot Claude-User Claude-Web DuckAssistBot Google-CloudVertexBot
Meta-ExternalFetcher MistralAI-User OAI-SearchBot Perplexity-User PerplexityBot YouBot
""".split()
# Setting: names that are refused, and the same said as a content signal (contentsignals.org).
AI_POLICIES = {
    "allow": ((), "search=yes, ai-input=yes, ai-train=yes"),
    "no-training": (TRAINERS, "search=yes, ai-input=yes, ai-train=no"),
    "none": ((*TRAINERS, *ANSWERERS), "search=yes, ai-input=no, ai-train=no"),
}


def _in_every_language(name):
    for code in languages.CODES:
        with translation.override(code):
            yield reverse(name)


def _text(request, template, context):
    text = render_to_string(template, context)
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    return feeds.kept(request, response, max_age=MAX_AGE)


def robots(request):
    refused, signal = AI_POLICIES[settings.AI_CRAWLERS]
    context = {
        "refused": refused,
        "signal": signal,
        # Endless and thin: every question makes a page. The newsroom's address is not told here.
        "endless": [f"{path}?" for path in _in_every_language("news:search")],
        "sitemaps": [
            feeds.absolute(path)
            for path in (reverse("sitemap"), *_in_every_language("sitemap_news"))
        ],
    }
    return _text(request, "robots.txt", context)


def security(request):
    month = timezone.now().astimezone(UTC).replace(day=1, hour=0, minute=0, second=0)
    expires = month.replace(microsecond=0) + VALID
    context = {
        "contact": settings.SECURITY_CONTACT,
        "expires": expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "languages": ", ".join(languages.CODES),
        "canonical": feeds.absolute(request.path),
    }
    return _text(request, "security.txt", context)


def humans(request):
    context = {
        "name": site_name(languages.DEFAULT),
        "email": settings.NEWSROOM_EMAIL,
        "about": feeds.absolute(reverse("news:policy")),
        "languages": ", ".join(name for _code, name in settings.LANGUAGES),
    }
    return _text(request, "humans.txt", context)


def manifest(request):
    """The edition as something that can be kept on a telephone's first screen."""
    code = languages.current()
    told = {
        "name": site_name(code),
        "short_name": site_name(code),
        "description": str(settings.SITE_DESCRIPTION),
        "lang": code,
        "dir": "ltr",
        "id": languages.path_in("/", code),
        "start_url": languages.path_in("/", code),
        "scope": "/",
        "display": "browser",
        "background_color": "#ffffff",
        "theme_color": "#0f1540",
        "icons": [
            {"src": static(f"img/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
            for size in (192, 512)
        ]
        + [
            {
                "src": static("img/icon-maskable-512.png"),
                "sizes": "512x512",
                "type": "image/png",
                "purpose": "maskable",
            },
            {"src": static("img/icon.svg"), "sizes": "any", "type": "image/svg+xml"},
        ],
    }
    response = JsonResponse(told, content_type="application/manifest+json")
    return feeds.kept(request, response, max_age=MAX_AGE)


@cache
def _icon():
    return (settings.BASE_DIR / "static" / "img" / "favicon.ico").read_bytes()


def favicon(request):
    """At the address that browsers and search engines try of themselves; it never changes."""
    response = HttpResponse(_icon(), content_type="image/x-icon")
    return feeds.kept(request, response, max_age=MAX_AGE)
