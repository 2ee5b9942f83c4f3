"""What people write in a story, as one plain document: compared, kept and put back whole."""

from django.db import models
from django.db.models import Q

from news import prose
from portal.lib import languages, text

from .bylines import Byline, Mention
from .status import Kind

WORDS = (
    "language kind kicker headline lead dateline body picture_caption source_url slug "
    "listing_headline listing_lead seo_title seo_description no_byline_reason"
).split()
KEYS = ("section", "picture", "source")
LISTS = ("bylines", "tags", "instruments")
# Readers are told that a story was updated when one of these changes, and translators too.
SUBSTANCE = ("headline", "lead", "body", "picture")


class LookAlikeIsNotSaved(Exception):
    """An Article made by with_content() was about to be saved. Use edit()."""


def blank(**known):
    """The content of a story in which nothing but `known` has been written yet."""
    empty = dict.fromkeys(WORDS, "") | dict.fromkeys(KEYS) | {name: [] for name in LISTS}
    return tidy(empty | {"language": languages.DEFAULT, "kind": Kind.NEWS.value} | known)


def tidy(content):
    """The same content in its one form: every key there, prose clean, ids numbers, no doubles."""
    clean = {name: str(content.get(name) or "") for name in WORDS}
    for name, value in clean.items():
        clean[name] = prose.clean(value) if name == "body" else text.one_line(value)
    clean |= {name: _number(content.get(name)) for name in KEYS}
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
    # What the last change named that is no longer there: a deleted tag, a person, a picture.
    missing = ()

    def content(self):
        """What the row says: for a story that is out, what readers see. Three queries or none."""
        content = {name: getattr(self, name) for name in WORDS}
        content |= {name: getattr(self, f"{name}_id") for name in KEYS}
        if self.pk is None and not self.is_look_alike:
            return content | {name: [] for name in LISTS}
        return content | {
            "bylines": [[line.author_id, str(line.role)] for line in self.bylines.all()],
            "tags": sorted(tag.pk for tag in self.tags.all()),
            "instruments": [mention.instrument_id for mention in self.mentions.all()],
        }

    def with_content(self, content):
        """An unsaved look-alike with other content that templates can render. Nothing is written.

        What it names and no longer exists is left out.
        """
        content = tidy(content)
        return self._twin(content, self._found(content))

    def _twin(self, content, found):
        fields = {field.attname: getattr(self, field.attname) for field in self._meta.fields}
        twin = type(self)(**fields)
        twin.is_look_alike = True
        twin._state.adding, twin._state.db = self._state.adding, self._state.db
        twin._set_fields(content, found)
        twin.make_slug()
        lines = [
            Byline(article=twin, author=found["author"][author], role=role, position=place)
            for place, (author, role) in enumerate(content["bylines"], 1)
            if author in found["author"]
        ]
        instruments = [
            found["instrument"][pk] for pk in content["instruments"] if pk in found["instrument"]
        ]
        mentions = [
            Mention(article=twin, instrument=instrument, position=place)
            for place, instrument in enumerate(instruments, 1)
        ]
        codes = prose.instruments(twin.body)
        named = Q(instrument__in=content["instruments"]) | Q(instrument__code__in=codes)
        twin._prefetched_objects_cache = {
            "bylines": _filled(Byline.objects.filter(article=self.pk), lines),
            "tags": _filled(self.tags.model.objects.filter(pk__in=content["tags"]), found["tags"]),
            # Prices are asked for anew, among the rows that this text still names.
            "mentions": _filled(Mention.objects.filter(article=self.pk).filter(named), mentions),
            "instruments": _filled(
                self.instruments.model.objects.filter(pk__in=content["instruments"]), instruments
            ),
        }
        return twin

    def _found(self, content):
        """The rows that a content names, as far as they exist: a query for each kind it names."""
        get = self._meta.get_field
        found = {}
        for name in KEYS:
            found[name] = None
            if content[name] is not None:
                known = self._state.fields_cache.get(name)
                if known is None or known.pk != content[name]:
                    known = get(name).related_model.objects.filter(pk=content[name]).first()
                found[name] = known
        authors = {author for author, _role in content["bylines"]}
        found["author"] = _in_bulk(get("authors").related_model, authors, "photo")
        found["tags"] = list(_in_bulk(get("tags").related_model, content["tags"]).values())
        found["instrument"] = _in_bulk(get("instruments").related_model, content["instruments"])
        return found

    def _set_fields(self, content, found):
        for name in WORDS:
            setattr(self, name, content[name])
        for name in KEYS:
            if found[name] is not None or name != "section":  # a story always stands somewhere
                setattr(self, name, found[name])

    def _apply(self, content, found=None):
        """Write the row and all that hangs on it; `missing` then names what was no longer there.

        The caller holds the transaction. Lines that stay keep their rows: a mention keeps the
        price that was frozen with it.
        """
        found = found or self._found(content)
        self._set_fields(content, found)
        self.save()
        self._write_bylines(content["bylines"], found["author"])
        if {tag.pk for tag in self.tags.all()} != {tag.pk for tag in found["tags"]}:
            self.tags.set(found["tags"])
        self._write_mentions(content["instruments"], found["instrument"])
        self.missing = [
            *(name for name in KEYS if content[name] is not None and found[name] is None),
            *("bylines" for author, _role in content["bylines"] if author not in found["author"]),
            *("tags" for _ in range(len(content["tags"]) - len(found["tags"]))),
            *("instruments" for pk in content["instruments"] if pk not in found["instrument"]),
        ]
        self._prefetched_objects_cache = {}
        self.__dict__.pop("_own_by", None)

    def _write_bylines(self, lines, authors):
        wanted = [(author, role) for author, role in lines if author in authors]
        kept = {(line.author_id, line.role): line for line in Byline.objects.filter(article=self)}
        for key, line in kept.items():
            if key not in wanted:
                line.delete()
        for place, (author, role) in enumerate(wanted, 1):
            line = kept.get((author, role))
            if line is None:
                Byline.objects.create(
                    article=self, author=authors[author], role=role, position=place
                )
            elif line.position != place:
                line.position = place
                line.save(update_fields=["position"])

    def _write_mentions(self, numbers, instruments):
        named = prose.instruments(self.body)  # by chips in the text: save() has added those
        kept = {}
        for mention in Mention.objects.filter(article=self).select_related("instrument"):
            if mention.instrument_id in numbers or mention.instrument.code in named:
                kept[mention.instrument_id] = mention
            else:
                mention.delete()
        for place, pk in enumerate((pk for pk in numbers if pk in instruments), 1):
            mention = kept.get(pk)
            if mention is None:
                Mention.objects.create(article=self, instrument=instruments[pk], position=place)
            elif mention.position != place:
                Mention.objects.filter(pk=mention.pk).update(position=place)


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
