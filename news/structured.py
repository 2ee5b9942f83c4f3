"""Stories and their authors as schema.org describes them, from what their pages show."""

from news import crops
from news.changes import changed_at
from news.feeds import whole
from news.models import Article, Byline
from portal.lib import feeds, languages
from portal.lib.structured import publisher_id, without_nothing

Kind = Article.Kind
TYPES = {
    Kind.NEWS: ["NewsArticle", "ReportageNewsArticle"],
    Kind.ANALYSIS: ["NewsArticle", "AnalysisNewsArticle"],
    Kind.OPINION: ["NewsArticle", "OpinionNewsArticle"],
    Kind.EXPLAINER: ["NewsArticle", "BackgroundNewsArticle"],
    Kind.INTERVIEW: ["NewsArticle"],
    # Advertising is never called news.
    Kind.SPONSORED: ["Article", "AdvertiserContentArticle"],
}
# What a byline that is not the author's did for the text.
PARTS = {
    Byline.Role.TRANSLATION: "translator",
    Byline.Role.EDITING: "editor",
    Byline.Role.DATA: "contributor",
    Byline.Role.PHOTO: "contributor",
}


def article(story, notes=(), siblings=()):
    """A story (for_page). notes: its corrections; siblings: its public translations."""
    url = feeds.absolute(story.get_absolute_url())
    newsroom = {"@id": publisher_id(story.language)}
    helpers = {}
    for line in story.helpers:
        helpers.setdefault(PARTS[line.role], []).append(person(line.author))
    return {
        "@type": TYPES[story.kind],
        "@id": f"{url}#article",
        "mainEntityOfPage": url,
        "url": url,
        "headline": story.headline,
        "description": story.lead,
        "datePublished": feeds.stamp(story.published_at),
        "dateModified": feeds.stamp(changed_at(story, notes)),
        "author": [person(author) for author in story.writers] or [newsroom],
        **helpers,
        "publisher": newsroom,
        "image": pictures(story),
        "articleSection": story.section.name,
        "keywords": [tag.name for tag in story.topics],
        "dateline": story.dateline,
        "inLanguage": story.language,
        "wordCount": story.word_count,
        "isAccessibleForFree": True,
        "isBasedOn": origin(story),
        "correction": [correction(note) for note in notes],
        **translations(story, siblings),
    }


def person(author):
    """One object for one name: its own page says who that is."""
    url = feeds.absolute(author.get_absolute_url())
    told = {
        "@type": "Person",
        "@id": f"{url}#person",
        "name": author.name,
        "url": url,
        "jobTitle": author.role,
    }
    return without_nothing(told)


def pictures(story):
    """The hero in the three shapes search engines choose from, or as large as there is."""
    picture = story.shown_picture
    if picture is None or not picture.sizes:
        return []
    told = {
        "caption": story.picture_caption or picture.caption,
        "creditText": picture.credit,
        "license": picture.licence if picture.licence.startswith("https://") else "",
    }
    found = [(crop.url, crop.width, crop.height) for crop in crops.shapes(picture)]
    if not found:
        width, height, address = picture.largest
        found = [(address, width, height)]
    return [
        without_nothing(
            {"@type": "ImageObject", "url": whole(url), "width": width, "height": height, **told}
        )
        for url, width, height in found
    ]


def origin(story):
    """Whose report the story relies on, and where that stands."""
    if not (story.source or story.source_url):
        return None
    told = {"@type": "CreativeWork", "url": story.source_url}
    if story.source:
        whose = {"@type": "Organization", "name": story.source.name, "url": story.source.url}
        told["publisher"] = without_nothing(whose)
    return without_nothing(told)


def correction(note):
    return {
        "@type": "CorrectionComment",
        "name": str(note.get_kind_display()),
        "text": note.text,
        "datePublished": feeds.stamp(note.noted_at),
    }


def translations(story, siblings):
    """The text the others were made from, as the desk knows it; else the one that came first."""
    if not siblings:
        return {}
    known = {text.pk: text for text in [story, *siblings]}
    first = known.get(story.translation_of_id) or next(
        (known[text.translation_of_id] for text in siblings if text.translation_of_id in known),
        min(known.values(), key=lambda text: (text.published_at, text.pk)),
    )
    if first is story:
        return {"workTranslation": [_text(sibling) for sibling in siblings]}
    return {"translationOfWork": _text(first)}


def _text(story):
    url = feeds.absolute(story.get_absolute_url())
    return {
        "@type": "NewsArticle",
        "@id": f"{url}#article",
        "url": url,
        "inLanguage": story.language,
    }


def profile(author):
    """The page of an author (with photo)."""
    url = feeds.absolute(author.get_absolute_url())
    card = crops.of(author.portrait, "1x1")
    return {
        "@type": "ProfilePage",
        "@id": url,
        "url": url,
        "mainEntity": without_nothing(
            {
                **person(author),
                "description": author.bio,
                "image": card and whole(card.url),
                "email": author.email,
                "sameAs": author.contact_url,
                "worksFor": {"@id": publisher_id(languages.current())},
            }
        ),
    }
