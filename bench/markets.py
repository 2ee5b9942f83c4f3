"""What many figures cost: the market pages over two thousand and two million observations.

Run by `ONLY=markets make bench` (N=2000000). Also how long a bank's history of twenty years takes
to come in. Each page is asked in turn with a constant Django view, in one process, so that a busy
machine slows both alike; what counts is the ratio of the two, and how it grows from the small
history to the large one.
"""

import os
import statistics
import sys
import tempfile
import time
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

from django.conf import settings

ROOT = Path(__file__).resolve().parents[1]
SMALL = 2_000
LARGE = int(os.environ.get("N") or 2_000_000)
ROUNDS = 60
PAGES = [
    "/markets/",
    "/markets/bench-1/",
    "/markets/bench-1.json?range=6m",
    "/markets/ticker/",
    "/markets/status/",
]
COLUMNS = (
    "series_id, as_of, rev, value, nominal, raw_value, state, hold_reason, is_flagged, note,"
    " source_url, seen_at"
)


def start(folder):
    """Django over a fresh database in a folder, or the empty one that DATABASE_URL names."""
    own = {
        "ENV_FILE": os.devnull,
        "VAR_DIR": folder,
        "DEBUG": "false",
        "MARKETS_ALLOW_LOOPBACK": "true",
        "PAGE_MEMORY_MB": "0",
    }
    os.environ.update(own, DJANGO_SETTINGS_MODULE="portal.settings")
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    from django.core.management import call_command

    (Path(folder) / "static").mkdir()
    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    call_command("seed_base", verbosity=0)


def furnish():
    """Ten instruments with seven months of daily values: the small history."""
    from markets.models import Instrument, Series, Source, TickerSlot

    source = Source.objects.create(key="bench", name_en="Bench")
    TickerSlot.objects.all().delete()
    every = []
    for number in range(1, 11):
        one = Instrument.objects.create(
            code=f"bench-{number}",
            kind="currency",
            base=f"B{number}",
            quote="RUB",
            label_en=f"B{number}",
            name_en=f"Bench {number}",
            unit_en="roubles",
            min_value=1,
            max_value=1000,
        )
        every.append(Series.objects.create(instrument=one, source=source, priority=0))
        TickerSlot.objects.create(position=number, instrument=one)
    for series in every:
        fill(series, date.today() - timedelta(days=SMALL // 10 - 1), SMALL // 10)
    return every


def fill(series, first, days):
    """Daily values of a series from a day on, written by the database itself."""
    from django.db import connection

    day = "date(:first, '+' || n || ' days')"
    if connection.vendor == "postgresql":
        day = "(:first)::date + n"
    sql = (
        f"INSERT INTO markets_observation ({COLUMNS}) "
        f"WITH RECURSIVE count(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM count WHERE n < :last) "
        f"SELECT :series, {day}, 1, 60 + (n * 7919 %% 1000) / 100.0, 1, '', 'accepted', '', false,"
        " '', '', :now FROM count"
    )
    values = {
        "first": first.isoformat(),
        "last": days - 1,
        "series": series.pk,
        "now": f"{date.today()} 00:00:00",
    }
    if connection.vendor == "postgresql":
        values["now"] += "+00"
    for name in values:
        sql = sql.replace(f":{name}", f"%({name})s")
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def grow(every):
    """The same instruments with twenty years, and others until the table has LARGE rows."""
    from django.db import connection

    from markets.models import Observation, Series, Source

    oldest = date.today() - timedelta(days=SMALL // 10)
    years = 7_000
    for series in every:
        fill(series, oldest - timedelta(days=years - 1), years)
    number, left = 0, LARGE - Observation.objects.count()
    while left > 0:
        number += 1
        source = Source.objects.create(key=f"bench-{number}", name_en=f"Bench {number}")
        other = Series.objects.create(
            instrument=every[number % 10].instrument,
            source=source,
            priority=number,
            is_active=False,
        )
        fill(other, date.today() - timedelta(days=min(left, 20_000)), min(left, 20_000))
        left -= 20_000
        print(f"\r{LARGE - max(left, 0):,} rows", end="", flush=True)
    print()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def measure():
    """{page: (median in ms, the database included; ratio to the constant view; queries)}."""
    from django.db import connection
    from django.http import HttpResponse
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import path

    from portal import urls

    constant = path("constant/", lambda request: HttpResponse("x" * 2000))
    if str(urls.urlpatterns[0].pattern) != "constant/":
        urls.urlpatterns.insert(0, constant)
    client, taken = Client(), {page: [] for page in [*PAGES, "/constant/"]}

    def ask(page):
        begun = time.perf_counter()
        answer = client.get(page)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        taken[page].append((time.perf_counter() - begun) * 1000)
        if answer.status_code != 200 or not body:
            raise SystemExit(f"{page} answered {answer.status_code}: nothing to measure.")

    for _round in range(ROUNDS):
        for page in PAGES:
            ask(page)
            ask("/constant/")
    constant = statistics.median(taken.pop("/constant/"))
    found = {}
    for page, times in taken.items():
        with CaptureQueriesContext(connection) as queries:
            ask(page)
        middle = statistics.median(times)
        found[page] = (middle, middle / constant, len(queries))
    return found


def backfill():
    """Twenty years of the dollar from a server on loopback: (values, seconds)."""
    from django.core.management import call_command

    from markets.models import Observation, Series, Source

    Series.objects.filter(source__key="cbr").exclude(external_id="R01235").update(is_active=False)
    bank = ThreadingHTTPServer(("127.0.0.1", 0), Bank)
    Thread(target=bank.serve_forever, daemon=True).start()
    settings.MARKETS["PROVIDERS"]["cbr"]["base_url"] = f"http://127.0.0.1:{bank.server_port}"
    last = date.today()
    begun = time.perf_counter()
    call_command(
        "fetch_quotes", source=["cbr"], first=last.replace(year=last.year - 20, day=1), last=last
    )
    taken = time.perf_counter() - begun
    bank.shutdown()
    count = Observation.objects.filter(series__source=Source.objects.get(key="cbr")).count()
    Observation.objects.filter(series__source__key="cbr")._raw_delete("default")
    return count, taken


class Bank(BaseHTTPRequestHandler):
    """The Bank of Russia's history of one currency, as its document is written."""

    def do_GET(self):
        asked = parse_qs(urlsplit(self.path).query)
        first, last = (
            datetime.strptime(asked[name][0], "%d/%m/%Y").date()
            for name in ("date_req1", "date_req2")
        )
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        records = "".join(
            f'<Record Date="{day:%d.%m.%Y}" Id="R01235"><Nominal>1</Nominal>'
            f"<Value>6{day.toordinal() % 9},{day.toordinal() % 9973:04}</Value></Record>"
            for day in days
            if 0 < day.weekday() < 6
        )
        body = f'<ValCurs ID="R01235" name="Foreign Currency Market Dynamic">{records}</ValCurs>'
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *told):
        pass


def main():
    with tempfile.TemporaryDirectory() as folder:
        start(folder)
        values, seconds = backfill()
        every = furnish()
        small = measure()
        grow(every)
        large = measure()
    print(f"{'page':34}{'queries':>8}{f'{SMALL:,} rows':>22}{f'{LARGE:,} rows':>22}{'growth':>9}")
    for page in PAGES:
        (ms, ratio, _n), (ms2, ratio2, queries) = small[page], large[page]
        print(
            f"{page:34}{queries:8}{f'{ms:.1f} ms = {ratio:.1f}':>22}"
            f"{f'{ms2:.1f} ms = {ratio2:.1f}':>22}{ratio2 / ratio:9.2f}"
        )
    print(f"Backfill of 20 years of one currency: {values:,} values in {seconds:.1f} s.")
    print(
        "Time of a request, its queries included, and as a multiple of a constant view in the"
        " same run."
    )


if __name__ == "__main__":
    main()
