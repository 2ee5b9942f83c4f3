"""One address of every page kind of the demonstration, for tests that look at all of them."""

from django.utils import timezone

from news.models import Article

PLAIN = """
/ /oil-gas/ /tag/pipelines/ /author/a-serikova/ /source/steppe-pipeline-register/ /archive/
/search/ /search/?q=pipeline /corrections/ /about/ /about/standards/ /markets/ /markets/usd-rub/
""".split()


def pages():
    """Public addresses that answer 200, in English, Russian and Kazakh."""
    month = timezone.localdate().strftime("/archive/%Y/%m/")
    english = [*PLAIN, month]
    found = english + [f"/{code}{address}" for code in ("ru", "kk") for address in english]
    for code in ("en", "ru", "kk"):
        story = Article.objects.published().in_language(code).newest().first()
        found.append(story.get_absolute_url())
    return found


def errors():
    """(address, status) of pages for what is not there."""
    withdrawn = Article.objects.get(status="withdrawn")
    return [
        ("/nowhere/", 404),
        ("/ru/nowhere/", 404),
        ("/kk/oil-gas/?page=abc", 404),
        (withdrawn.get_absolute_url(), 410),
    ]
