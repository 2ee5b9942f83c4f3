"""Stories for tests: complete and public unless a test says otherwise."""

import io
import itertools
from datetime import timedelta

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from news.models import Article, Author, Byline, Picture, Section, Source, Tag

_number = itertools.count(1)


def make_section(slug="fuel", **changes):
    return Section.objects.get_or_create(
        slug=slug, defaults={"name_en": slug.title(), "name_ru": "Топливо", **changes}
    )[0]


def make_author(name="A. Serikova", **changes):
    slug = changes.pop("slug", None) or f"author-{next(_number)}"
    return Author.objects.create(name_en=name, slug=slug, **changes)


def make_tag(slug="pipelines", **changes):
    return Tag.objects.create(slug=slug, **{"name_en": slug.title(), **changes})


def make_source(slug="register", **changes):
    return Source.objects.create(
        slug=slug, **{"name_en": "Steppe Register", "url": "https://example.org/", **changes}
    )


def make_article(authors=(), tags=(), **changes):
    """A published English story of an hour ago; keyword arguments change any field."""
    number = next(_number)
    section = changes.pop("section", None) or make_section()
    if isinstance(section, str):
        section = make_section(section)
    fields = {
        "headline": f"Depot {number} fills its tanks before the frost",
        "lead": f"The lead of story {number} says the fact and then the consequence.",
        "body": f"<p>The first paragraph of story {number}.</p><p>The second paragraph.</p>",
        "status": Article.Status.PUBLISHED,
        "published_at": timezone.now() - timedelta(hours=1),
        "section": section,
        **changes,
    }
    article = Article.objects.create(**fields)
    for position, author in enumerate(authors, 1):
        Byline.objects.create(article=article, author=author, position=position)
    if tags:
        article.tags.set(tags)
    return article


def make_many(count, **changes):
    """That many stories a minute apart, written at once and not indexed; newest first."""
    first = make_article(**changes)
    names = [f.attname for f in Article._meta.concrete_fields if f.name not in {"id", "story"}]
    fields = {name: getattr(first, name) for name in names}
    made = Article.objects.bulk_create(
        Article(**fields | {"published_at": first.published_at - timedelta(minutes=number)})
        for number in range(1, count)
    )
    return [first, *made]


def picture_file(width=1600, height=1000, name="upload.jpg", format_="JPEG", **options):
    """The bytes of a picture with a bright spot in its right half, as an uploaded file."""
    image = Image.new("RGB", (width, height), (35, 54, 166))
    image.paste((255, 210, 122), (width * 3 // 4, height // 4, width * 7 // 8, height // 2))
    out = io.BytesIO()
    image.save(out, format_, **options)
    return ContentFile(out.getvalue(), name=name)


def make_picture(**changes):
    fields = {
        "file": picture_file(),
        "alt_en": "A depot at dusk.",
        "credit_en": "Photo: A. Name",
        **changes,
    }
    return Picture.objects.create(**fields)
