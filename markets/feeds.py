"""A feed of the newest values of one instrument. At most four queries."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext as _

from markets import history, quotes, views
from markets.models import Observation
from portal.lib import dates, feeds, languages, numbers
from portal.lib.caching import public_page


@public_page("markets")
def feed(request, code, form):
    """The accepted values of an active instrument, newest first; a revision bumps `updated`."""
    quote, _calendar = views.found(code)
    return feeds.answer(request, feed_of(quote), form)


def feed_of(quote):
    one, code = quote.instrument, languages.current()
    site = settings.SITE_NAMES.get(code) or settings.SITE_NAMES[languages.DEFAULT]
    rows = Observation.objects.accepted().filter(series=quote.series, as_of__lte=quote.today)
    lines = history.lines(quote, rows.order_by("-as_of")[: feeds.MOST])
    return feeds.Feed(
        id=feeds.name("feed", "instrument", one.pk, code),
        title=f"{site}: {one.name}",
        description=_("New values of {name}, {unit}.").format(name=one.name, unit=one.unit),
        language=code,
        publisher=site,
        home=feeds.absolute(one.get_absolute_url()),
        path=f"{one.get_absolute_url()}feed",
        entries=[entry(line) for line in lines],
        touched=touched(quote, lines),
    )


def touched(quote, lines):
    """When the list last changed: a value came, was decided on, or its day began."""
    if not lines:
        return None
    seen = Observation.objects.filter(series=quote.series).aggregate(
        Max("seen_at"), Max("reviewed_at")
    )
    day = lines[0].row.as_of
    began = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(quote.instrument.tz))
    return max(moment for moment in [began, *seen.values()] if moment)


def entry(line):
    """A day's value. Its id is the instrument and the day, of whatever source or revision."""
    quote, row = line.quote, line.row
    one = quote.instrument
    value, day = f"{quote.aligned} {quote.units}", dates.written(quote.as_of, "long")
    published = min([row.seen_at, *(old.seen_at for old in line.earlier)])
    said = [_("{name}: {value} on {day}.").format(name=one.name, value=value, day=day)]
    if quote.percent:
        said.append(
            _("Change: {absolute} ({percent}).").format(
                absolute=quote.absolute.text, percent=quote.percent.text
            )
        )
    said.append(_("Source: {source}.").format(source=quote.source.name))
    if line.earlier:
        before = ", ".join(
            f"{quotes.written(one, old.value)} {quotes.unit_of(one, old.nominal)}"
            if old.nominal != row.nominal
            else quotes.written(one, old.value)
            for old in line.earlier
        )
        said.append(_("Revised; before: {value}.").format(value=before))
    return feeds.Entry(
        id=feeds.name("quote", one.pk, row.as_of.isoformat()),
        url=feeds.absolute(one.get_absolute_url()),
        title=f"{one.name}: {value}, {dates.written(quote.as_of, 'day')}",
        summary=" ".join(said),
        published=published,
        changed=max(row.seen_at, row.reviewed_at or row.seen_at),
        people=(feeds.Person(quote.source.name, quote.source.homepage),),
        topics=(str(one.get_kind_display()),),
        data={
            "_instrument": {
                "code": one.code,
                "as_of": row.as_of.isoformat(),
                "value": numbers.plain(numbers.rounded(row.value, one.store_scale)),
                "nominal": row.nominal,
                "unit": one.unit,
                "rev": row.rev,
            }
        },
    )
