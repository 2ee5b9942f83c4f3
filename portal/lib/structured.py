"""Structured data (schema.org, JSON-LD): what every page says of the site, and the safe script.

Pages say nothing here that a reader cannot read on them.
"""

import json

from django.conf import settings
from django.templatetags.static import static
from django.utils.safestring import mark_safe

from portal.lib import feeds, languages
from portal.lib.sitemaps import site_name

# Slug of a policy page: what it is to machines. A newsroom that has no such page promises nothing.
POLICIES = {
    "standards": "publishingPrinciples",
    "ethics": "ethicsPolicy",
    "mission": "missionCoveragePrioritiesPolicy",
    "corrections-policy": "correctionsPolicy",
    "verification": "verificationFactCheckingPolicy",
    "unnamed-sources": "unnamedSourcesPolicy",
    "feedback": "actionableFeedbackPolicy",
    "ownership": "ownershipFundingInfo",
    "funding": "ownershipFundingInfo",
    "diversity": "diversityPolicy",
    "masthead": "masthead",
    "bylines": "noBylinesPolicy",
}
_HARMLESS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def script(nodes):
    """The nodes as one JSON-LD script, which no text in them can end or change.

    A data block is no script to a browser: Content-Security-Policy has nothing against it.
    """
    told = {"@context": "https://schema.org", "@graph": [without_nothing(node) for node in nodes]}
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":")).translate(_HARMLESS)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308  no "<" is left


def without_nothing(node):
    """The node without properties that have no value."""
    return {key: value for key, value in node.items() if value not in (None, "", [], {})}


def home(code):
    return feeds.absolute(languages.path_in("/", code))


def publisher_id(code):
    return f"{home(code)}#publisher"


def publisher(code, policies=()):
    """The newsroom. policies: pages in force, each with slug and url."""
    found = {}
    for policy in policies:
        if policy.slug in POLICIES:
            found.setdefault(POLICIES[policy.slug], feeds.absolute(policy.url))
    return {
        "@type": "NewsMediaOrganization",
        "@id": publisher_id(code),
        "name": site_name(code),
        "url": home(code),
        "logo": {
            "@type": "ImageObject",
            "url": feeds.absolute(static("img/icon-512.png")),
            "width": 512,
            "height": 512,
        },
        "email": settings.NEWSROOM_EMAIL,
        **found,
    }


def website(code):
    return {
        "@type": "WebSite",
        "@id": f"{home(code)}#site",
        "url": home(code),
        "name": site_name(code),
        "description": str(settings.SITE_DESCRIPTION),
        "inLanguage": code,
        "publisher": {"@id": publisher_id(code)},
    }


def breadcrumbs(code, *steps):
    """steps: (name, path) after the front page; the page itself may go without a path."""
    trail = [(site_name(code), languages.path_in("/", code)), *steps]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            without_nothing(
                {
                    "@type": "ListItem",
                    "position": number,
                    "name": str(name),
                    "item": path and feeds.absolute(path),
                }
            )
            for number, (name, path) in enumerate(trail, 1)
        ],
    }


def collection(code, name, description, path):
    """A page that lists stories."""
    return {
        "@type": "CollectionPage",
        "@id": feeds.absolute(path),
        "url": feeds.absolute(path),
        "name": str(name),
        "description": str(description or ""),
        "inLanguage": code,
        "isPartOf": {"@id": f"{home(code)}#site"},
        "publisher": {"@id": publisher_id(code)},
    }
