"""Two tags, people or sources that are one: everything of the others goes to the one that stays."""

from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import OneToOneField, Q
from django.utils.translation import gettext as _

from news.models import Article, Byline, OldAddress, SearchRow

MOST = 20  # rows merged in one go


class MergeRefused(Exception):
    """The rows cannot become one; `reasons` say why in words for a person."""

    def __init__(self, reasons):
        super().__init__(" ".join(map(str, reasons)))
        self.reasons = reasons


@dataclass
class Plan:
    """What merging `others` into `keep` changes, told before it is done."""

    keep: object
    others: list
    numbers: list  # of the others, which lose theirs when it is done
    stories: int = 0  # that get the one that stays
    both: int = 0  # of these, stories that have it already
    public: int = 0  # of these, stories readers have now
    addresses: list = field(default_factory=list)  # that will lead to it
    filled: dict = field(default_factory=dict)  # {column: value} it has not and gets


def plan(keep, others):
    """The Plan; raises MergeRefused where the rows cannot become one."""
    refuse(keep, others)
    moved = _stories(others)
    return Plan(
        keep=keep,
        others=others,
        numbers=[other.pk for other in others],
        stories=moved.count(),
        both=moved.filter(pk__in=keep.stories().values("pk")).count(),
        public=moved.published().count(),
        addresses=[other.get_absolute_url() for other in others],
        filled=filled(keep, others),
    )


def refuse(keep, others):
    reasons = []
    if not others or keep in others:
        reasons.append(_("Choose two or more, and which of them stays."))
    if len(others) >= MOST:
        reasons.append(_("At most %(most)s can be merged at once.") % {"most": MOST})
    for name in (f.name for f in keep._meta.concrete_fields if isinstance(f, OneToOneField)):
        owners = [row for row in [keep, *others] if getattr(row, f"{name}_id")]
        if len(owners) > 1:
            names = ", ".join(f"{row} ({getattr(row, name)})" for row in owners)
            reasons.append(
                _("Two of them have accounts: %(names)s. Take it from all but one first.")
                % {"names": names}
            )
    if reasons:
        raise MergeRefused(reasons)


def _stories(rows):
    naming = (Q(pk__in=row.stories().order_by().values("pk")) for row in rows)
    return Article.objects.filter(reduce(or_, naming))


def filled(keep, others):
    """{column: value}: what the one that stays lacks and the first of the others that has it."""
    found = {}
    for column in keep._meta.concrete_fields:
        if column.primary_key or getattr(keep, column.attname):
            continue
        values = (getattr(other, column.attname) for other in others)
        value = next((value for value in values if value), None)
        if value:
            found[column.attname] = value
    return found


def merge(keep, others):
    """Do it, in one transaction; returns the Plan that was carried out.

    Rows are read again under a lock. Every relation of the model is moved, also one that did not
    exist when this was written; where a row would stand twice, one of the two goes.
    """
    model = type(keep)
    with transaction.atomic():
        numbers = [keep.pk, *(other.pk for other in others)]
        rows = model.objects.select_for_update().in_bulk(numbers)
        if len(rows) < len(set(numbers)):
            raise MergeRefused([_("One of them is gone already: look at the list again.")])
        keep, others = rows[keep.pk], [rows[other.pk] for other in others]
        done = plan(keep, others)
        changed = list(_stories(others).values_list("pk", flat=True))
        for other in others:
            for relation in _relations(model):
                _move(relation.field, other, keep)
            OldAddress.objects.inherit(keep, other)
            other.delete()
            OldAddress.objects.moved(keep, other.slug)
        for column, value in done.filled.items():
            setattr(keep, column, value)
        keep.save()
        if model.searched:
            # After the commit: ten thousand stories take seconds, and nobody should wait to write.
            transaction.on_commit(lambda: _index(changed))
    return done


def _index(numbers):
    for at in range(0, len(numbers), 500):
        SearchRow.objects.index_all(Article.objects.filter(pk__in=numbers[at : at + 500]))


def _relations(model):
    """Every column of another table that names a row of the model, through tables included."""
    fields = model._meta.get_fields(include_hidden=True)
    return [
        f for f in fields if f.auto_created and not f.concrete and (f.one_to_many or f.one_to_one)
    ]


def _move(column, other, keep):
    """Let every row whose `column` names `other` name `keep`, without breaking a uniqueness."""
    model = column.model
    mine = model._base_manager.filter(**{column.name: other})
    for names in _uniques(model, column):
        columns = [model._meta.get_field(name).attname for name in sorted(names)]

        def key(row, columns=columns):
            return tuple(getattr(row, name) for name in columns)

        twins = {key(row): row for row in model._base_manager.filter(**{column.name: keep})}
        doubled = [row for row in mine.iterator() if key(row) in twins]
        if model is Byline:
            _move_up(doubled, twins, key)
        for at in range(0, len(doubled), 500):
            mine.filter(pk__in=[row.pk for row in doubled[at : at + 500]]).delete()
    mine.update(**{column.name: keep})


def _uniques(model, column):
    """The other columns of every uniqueness that `column` is part of."""
    found = [set(names) for names in model._meta.unique_together]
    found += [set(c.fields) for c in model._meta.total_unique_constraints]
    if column.unique:
        found.append({column.name})
    return [names - {column.name} for names in found if column.name in names]


def _move_up(doubled, twins, key):
    """Who stands twice in a byline keeps the place further ahead."""
    for row in doubled:
        twin = twins[key(row)]
        if row.position < twin.position:
            Byline.objects.filter(pk=twin.pk).update(position=row.position)
