"""What a fresh database needs: the bones of a newsroom, and the demonstration.

Both only add what is missing: nothing an editor has changed is ever written over.
"""

import json
import re
import tomllib
import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import Group
from django.core import serializers
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from markets import sample
from markets.models import Instrument
from news.models import (
    Article,
    Author,
    Byline,
    Correction,
    FrontSlot,
    Mention,
    Picture,
    Section,
    Source,
    Tag,
)
from portal.lib import languages
from portal.models import Notice, User

FIXTURES = settings.BASE_DIR / "fixtures"
STORIES = FIXTURES / "demo" / "stories"
DEMO_PASSWORD = "meridian-demo"  # noqa: S105  printed by `make run`, refused in production
# Role (group of fixtures/groups.json) -> account. The administrator has every right.
DEMO_ACCOUNTS = {
    "reporter": "Reporters",
    "editor": "Editors",
    "chief": "Chief editors",
    "markets": "Market editors",
    "admin": "Administrators",
}
# Account -> the author whose stories are its own.
DEMO_AUTHORS = {"reporter": "n-karim", "editor": "d-orlov"}
FRONT = {
    "en": ["eastern-line", "refiners-delay-repairs", "early-january", "wagon-shortage"],
    "ru": ["early-january", "intervyu-dispetcher", "wind-second-line", "zapravki-sever"],
    "kk": ["early-january", "solar-tender", "qyzylorda-su", "astana-jylu"],
}
STORY_NAMESPACE = uuid.UUID("70e70e70-0000-4000-8000-000000000070")
_AGE = re.compile(r"(-?)(\d+)([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
NOTICE = {
    "en": "This is a demonstration: its stories, people, firms and prices are invented.",
    "ru": "Это демонстрация: тексты, имена, компании и цены вымышлены.",
    "kk": "Бұл — көрсетілім: мәтіндер, есімдер, компаниялар мен бағалар ойдан шығарылған.",
}


class UnsafeHere(Exception):
    """The demonstration, with its known passwords, was asked for in production."""


def load_missing(name):
    """Objects of a fixture that the database does not have yet; returns how many were added."""
    added = 0
    with open(FIXTURES / f"{name}.json", encoding="utf-8") as file:
        for item in serializers.deserialize("json", file):
            if item.object.pk is None:
                item.save()
                added += 1
    return added


@transaction.atomic
def seed_base():
    """Roles, sections, instruments and moved holidays: what a real newsroom starts from.

    No stories, no quotes.
    """
    names = ("groups", "sections", "instruments", "holidays")
    return sum(load_missing(name) for name in names)


@transaction.atomic
def seed_demo(now=None):
    """The demonstration, dated back from `now`. Returns the number of stories added."""
    if settings.PRODUCTION:
        raise UnsafeHere
    now = (now or timezone.now()).replace(microsecond=0)
    seed_base()
    for name in ("demo_authors", "demo_sources", "demo_tags", "demo_policies"):
        load_missing(name)
    _accounts()
    sample.load(timezone.localdate(now))
    if not Notice.objects.exists():
        Notice.objects.create(**{f"text_{code}": NOTICE.get(code, "") for code in languages.CODES})
    pictures = _pictures()
    known = {
        "section": {section.slug: section for section in Section.objects.all()},
        "source": {source.slug: source for source in Source.objects.all()},
        "author": {author.slug: author for author in Author.objects.all()},
        "tag": {tag.slug: tag for tag in Tag.objects.all()},
        "instrument": {instrument.code: instrument for instrument in Instrument.objects.all()},
        "picture": pictures,
    }
    added = 0
    for code in languages.CODES:
        for path in sorted((STORIES / code).glob("*.html")):
            added += _story(path, code, known, now)
    _front()
    return added


def _accounts():
    for name, role in DEMO_ACCOUNTS.items():
        user, is_new = User.objects.get_or_create(
            username=name,
            defaults={"is_staff": True, "is_superuser": name == "admin", "email": ""},
        )
        if is_new:
            user.set_password(DEMO_PASSWORD)
            user.save()
            user.groups.add(Group.objects.get(name=role))
            if name in DEMO_AUTHORS:
                Author.objects.filter(slug=DEMO_AUTHORS[name], user=None).update(user=user)


def _pictures():
    """{key: Picture}. The library keeps a picture's key as the beginning of its licence line."""
    found = {}
    described = json.loads((FIXTURES / "demo" / "pictures.json").read_text(encoding="utf-8"))
    for item in described:
        key = item.pop("key")
        mark = {"alt_en": item["alt_en"], "credit_en": item["credit_en"]}
        picture = Picture.objects.filter(**mark).first()
        if picture is None:
            picture = Picture(**item)
            content = (FIXTURES / "demo" / "pictures" / f"{key}.webp").read_bytes()
            picture.file = ContentFile(content, name=f"{key}.webp")
            picture.save()
        found[key] = picture
    return found


def age(text, now):
    """The instant "40m", "5h", "3d" before now; a leading minus means after it."""
    sign, count, unit = _AGE.fullmatch(text).groups()
    return now - timedelta(**{_UNITS[unit]: int(count)}) * (-1 if sign else 1)


def read_story(path):
    """(front matter, body) of a demo story file."""
    _nothing, matter, body = path.read_text(encoding="utf-8").split("+++\n", 2)
    return tomllib.loads(matter), body.strip()


def _story(path, code, known, now):
    meta, body = read_story(path)
    story = uuid.uuid5(STORY_NAMESPACE, meta["key"])
    if Article.objects.filter(story=story, language=code).exists():
        return 0
    article = Article(
        story=story,
        language=code,
        body=body,
        section=known["section"][meta["section"]],
        source=known["source"][meta["source"]] if meta["source"] else None,
        picture=known["picture"][meta["picture"]] if meta["picture"] else None,
        published_at=age(meta["age"], now) if meta["age"] else None,
        updated_at=age(meta["updated"], now) if meta.get("updated") else None,
        **{name: meta.get(name, "") for name in ("kind", "headline", "kicker", "lead", "status")},
        **{
            name: meta.get(name, "")
            for name in ("source_url", "dateline", "seo_title", "seo_description")
        },
        no_byline_reason="" if meta["authors"] else UNSIGNED[code],
    )
    if article.status == Article.Status.WITHDRAWN:
        article.withdrawn_at = age(meta["withdrawn_age"], now)
        article.withdrawal_reason = meta["withdrawn_reason"]
    article.full_clean(exclude=["slug"])
    article.save()
    for position, line in enumerate(meta["authors"], 1):
        role, _colon, slug = line.rpartition(":")
        Byline.objects.create(
            article=article,
            author=known["author"][slug],
            role=role or Byline.Role.AUTHOR,
            position=position,
        )
    article.tags.set([known["tag"][slug] for slug in meta["tags"]])
    for position, instrument in enumerate(meta["instruments"], 1):
        Mention.objects.update_or_create(  # a chip in the text may have named it already
            article=article,
            instrument=known["instrument"][instrument],
            defaults={"position": position},
        )
    for note in meta.get("corrections", []):
        Correction.objects.create(
            article=article,
            kind=note["kind"],
            text=note["text"],
            noted_at=age(note["age"], now),
        )
    return 1


# Why a story of the demonstration names nobody: the newsroom sees it, readers do not.
UNSIGNED = {
    "en": "Agency copy, unsigned.",
    "ru": "Сообщение агентства без подписи.",
    "kk": "Агенттік хабары, қолы қойылмаған.",
}


def _front():
    for code, keys in FRONT.items():
        if code not in languages.CODES or FrontSlot.objects.filter(language=code).exists():
            continue
        for number, key in enumerate(keys):
            zone = FrontSlot.Zone.SECOND if number else FrontSlot.Zone.LEAD
            FrontSlot.objects.create(
                language=code,
                zone=zone,
                position=number or 1,
                article=Article.objects.get(story=uuid.uuid5(STORY_NAMESPACE, key), language=code),
            )


def accounts_text(address):
    """What `make run` prints: where the portal is and, with the demo, who can log in."""
    lines = [f"Meridian 70 is at {address}", f"The newsroom is at {address}/{settings.ADMIN_PATH}/"]
    names = User.objects.filter(username__in=DEMO_ACCOUNTS).order_by("pk")
    accounts = list(names.values_list("username", flat=True))
    if accounts:  # hashing each to see whether somebody changed it would cost seconds
        lines += ["", f"Demo accounts (password {DEMO_PASSWORD}, unless you have changed it):"]
        lines += [f"  {name:<10} {DEMO_ACCOUNTS[name]}" for name in accounts]
    return "\n".join(lines)
