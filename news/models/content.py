"""What people write in a story, as one plain document: compared, kept and put back whole."""

from django.db import models
from django.db.models import Q

from news import prose
from portal.lib import languages, text

from .bylines import Byline, Mention
from .redirects import OldAddress
from .status import Kind

WORDS = (
    "language kind kicker headline lead dateline body picture_caption source_url slug "
    "listing_headline listing_lead seo_title seo_description no_byline_reason"
).split()
KEYS = ("section", "picture", "source")
FLAGS = ("is_reprint",)
LISTS = ("bylines", "tags", "instruments")
# Readers are told that a story was updated when one of these changes, and translators too.
SUBSTANCE = ("headline", "lead", "body", "picture")


class LookAlikeIsNotSaved(Exception):
    """An Article made by with_content() was about to be saved. Use edit()."""


def blank(**known):
    """The content of a story in which nothing but `known` has been written yet."""
    empty = dict.fromkeys(WORDS, "") | dict.fromkeys(KEYS) | dict.fromkeys(FLAGS, False)
    empty |= {name: [] for name in LISTS}
    return tidy(empty | {"language": languages.DEFAULT, "kind": Kind.NEWS.value} | known)


def tidy(content):
    """The same content in its one form: every key there, prose clean, ids numbers, no doubles."""
    clean = {name: str(content.get(name) or "") for name in WORDS}
    for name, value in clean.items():
        clean[name] = prose.clean(value) if name == "body" else text.one_line(value)
    clean |= {name: _number(content.get(name)) for name in KEYS}
    clean |= {name: bool(content.get(name)) for name in FLAGS}
    lines = [(_number(author), str(role)) for author, role in content.get("bylines") or ()]
    clean["bylines"] = [list(line) for line in dict.fromkeys(lines) if line[0]]
    clean["tags"] = sorted({_number(tag) for tag in content.get("tags") or ()})
    numbers = [_number(number) for number in content.get("instruments") or ()]
    clean["instruments"] = list(dict.fromkeys(numbers))
    return clean


def _number(value):
    value = getattr(value, "pk", value)
    return int(value) if value not in (None, "") else None


def same_substance(one, other):
    return all(one[name] == other[name] for name in SUBSTANCE)


def words_of_address(headline):
    return text.address_words(headline, 80) or "story"


class Content:
    """The part of Article that reads and writes its content."""

    is_look_alike = False
    # Within the transaction that has read and locked the row, and changes nothing but its content.
    is_held = False
    # What the last change named that is no longer there: a deleted tag, a person, a picture.
    missing = ()

    def content(self):
        """What the row says: for a story that is out, what readers see. Three queries or none."""
        content = {name: getattr(self, name) for name in WORDS}
        content |= {name: getattr(self, f"{name}_id") for name in KEYS}
        content |= {name: getattr(self, name) for name in FLAGS}
        if self.pk is None and not self.is_look_alike:
            return content | {name: [] for name in LISTS}
        return content | {
            "bylines": [[line.author_id, str(line.role)] for line in self.bylines.all()],
            "tags": sorted(tag.pk for tag in self.tags.all()),
            "instruments": [mention.instrument_id for mention in self.mentions.all()],
        }

    def with_content(self, content):
        """An unsaved look-alike with other content that templates can render. Nothing is written.

        What it names and no longer exists is left out. At most six queries, none for an unchanged
        section, picture or source that is at hand.
        """
        content = tidy(content)
        twin = self._twin(content)
        get = self._meta.get_field
        for name in KEYS:
            related = get(name).related_model
            if getattr(twin, f"{name}_id") and name not in twin._state.fields_cache:
                setattr(twin, name, related.objects.filter(pk=content[name]).first())
        if twin.section is None:  # a story always stands somewhere
            twin.section = self.section
        authors = {author for author, _role in content["bylines"]}
        authors = _in_bulk(get("authors").related_model, authors, "photo")
        lines = [
            Byline(article=twin, author=authors[author], role=role, position=place)
            for place, (author, role) in enumerate(content["bylines"], 1)
            if author in authors
        ]
        tags = _in_bulk(get("tags").related_model, content["tags"]).values()
        found = _in_bulk(get("instruments").related_model, content["instruments"])
        mentions = [
            Mention(article=twin, instrument=instrument, position=place)
            for place, instrument in enumerate(found.values(), 1)
        ]
        # Prices are asked for anew, among the rows that this text still names.
        codes = prose.instruments(twin.body)
        named = Q(instrument__in=content["instruments"]) | Q(instrument__code__in=codes)
        rows = {
            "bylines": (Byline.objects.filter(article=self.pk), lines),
            "tags": (self.tags.model.objects.filter(pk__in=content["tags"]), tags),
            "mentions": (Mention.objects.filter(named, article=self.pk), mentions),
            "instruments": (
                self.instruments.model.objects.filter(pk__in=content["instruments"]),
                found.values(),
            ),
        }
        twin._prefetched_objects_cache = {name: _filled(*known) for name, known in rows.items()}
        return twin

    def _twin(self, content):
        """A copy of the row with the words of a content; nothing hangs on it yet."""
        fields = {field.attname: getattr(self, field.attname) for field in self._meta.fields}
        twin = type(self)(**fields)
        twin.is_look_alike = True
        twin._state.adding, twin._state.db = self._state.adding, self._state.db
        for name in KEYS:
            known = self._state.fields_cache.get(name)
            if known is not None and known.pk == content[name]:
                twin._state.fields_cache[name] = known
        twin._set_fields(content)
        twin.make_slug()
        return twin

    def _set_fields(self, content):
        for name in (*WORDS, *FLAGS):
            setattr(self, name, content[name])
        for name in KEYS:
            if content[name] is not None or name != "section":
                setattr(self, f"{name}_id", content[name])

    def _gather(self, *names):
        """Load what hangs on the row: content() costs nothing until the next write."""
        cache = self.__dict__.setdefault("_prefetched_objects_cache", {})
        for name in names or ("bylines", "tags", "mentions"):
            cache.pop("mentions" if name == "instruments" else name, None)
        models.prefetch_related_objects([self], "bylines", "tags", "mentions")

    def _present(self, content):
        """The content without what is no longer there; `missing` then names that.

        Asks only about what the row does not hold already.
        """
        content, get, missing = dict(content), self._meta.get_field, []
        for name in KEYS:
            pk = content[name]
            if pk not in (None, getattr(self, f"{name}_id")) and not _existing(get(name), {pk}):
                content[name] = _heirs(get(name), {pk}).get(pk)
                if content[name] is None:
                    missing.append(name)
        now = self.content()
        for name, field, key in (
            ("bylines", "authors", lambda line: line[0]),
            ("tags", "tags", int),
            ("instruments", "instruments", int),
        ):
            held = {key(item) for item in now[name]}
            there = held | _existing(get(field), {key(item) for item in content[name]} - held)
            gone = {key(item) for item in content[name]} - there
            if gone and (heirs := _heirs(get(field), gone)):
                content[name] = _renamed(content[name], heirs)
                there |= set(heirs.values())
            missing += [name for item in content[name] if key(item) not in there]
            content[name] = [item for item in content[name] if key(item) in there]
        self.missing = missing
        return content

    def _apply(self, content):
        """Write the row and all that hangs on it, in the transaction of the caller, who has held
        the row or is making it, and has asked _present().

        Lines that stay keep their rows: a mention keeps the price that was frozen with it.
        """
        before = self.content()
        self._set_fields(content)
        self.is_held = self.pk is not None
        try:
            self.save()
        finally:
            self.is_held = False
        changed = [name for name in LISTS if content[name] != before[name]]
        if "bylines" in changed:
            self._write_bylines(content["bylines"])
        if "tags" in changed:
            tags, wanted = set(before["tags"]), set(content["tags"])
            self.tags.remove(*(tags - wanted))
            self.tags.add(*(wanted - tags))
        if "instruments" in changed:
            self._write_mentions(content["instruments"])
        if prose.instruments(self.body):  # save() may have added what chips name
            changed.append("mentions")
        if changed or "_prefetched_objects_cache" not in self.__dict__:
            self._gather(*changed)
        self.__dict__.pop("_own_by", None)

    def _write_bylines(self, wanted):
        lines = Byline.objects.filter(article=self)
        kept = {(line.author_id, str(line.role)): line for line in lines}
        wanted = [tuple(line) for line in wanted]
        for key, line in kept.items():
            if key not in wanted:
                line.delete()
        for place, (author, role) in enumerate(wanted, 1):
            line = kept.get((author, role))
            if line is None:
                Byline.objects.create(article=self, author_id=author, role=role, position=place)
            elif line.position != place:
                line.position = place
                line.save(update_fields=["position"])

    def _write_mentions(self, numbers):
        named = prose.instruments(self.body)  # by chips in the text: save() has added those
        kept = {}
        for mention in Mention.objects.filter(article=self).select_related("instrument"):
            if mention.instrument_id in numbers or mention.instrument.code in named:
                kept[mention.instrument_id] = mention
            else:
                mention.delete()
        for place, pk in enumerate(numbers, 1):
            mention = kept.get(pk)
            if mention is None:
                Mention.objects.create(article=self, instrument_id=pk, position=place)
            elif mention.position != place:
                Mention.objects.filter(pk=mention.pk).update(position=place)


def _heirs(field, numbers):
    """{number: number} of rows that were merged into others since the text named them."""
    return OldAddress.objects.heirs(field.related_model, numbers)


def _renamed(items, heirs):
    """Numbers, or lines of a byline, with the heirs in place of the merged; each once."""
    found = []
    for item in items:
        if isinstance(item, list):
            item = [heirs.get(item[0], item[0]), *item[1:]]
        else:
            item = heirs.get(item, item)
        if item not in found:
            found.append(item)
    return found


def _existing(field, numbers):
    if not numbers:
        return set()
    rows = field.related_model._default_manager.filter(pk__in=numbers)
    return set(rows.order_by().values_list("pk", flat=True))


def _in_bulk(model, numbers, *related):
    numbers = [number for number in numbers if number is not None]
    if not numbers:
        return {}
    rows = model._default_manager.filter(pk__in=numbers).select_related(*related)
    found = {row.pk: row for row in rows}
    return {number: found[number] for number in numbers if number in found}


def _filled(queryset: models.QuerySet, rows):
    """The query-set as if it had been asked and had answered `rows`."""
    queryset._result_cache = list(rows)
    queryset._prefetch_done = True
    return queryset
