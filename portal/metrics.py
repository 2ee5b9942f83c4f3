"""/metrics: what the memory of pages does, as Prometheus text, summed over the server's processes.

Each process notes its own figures in a small file, every few seconds at most and on the way of a
request; whoever is asked adds them up. Answered to this machine alone.
"""

import json
import os
import time
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpResponse

from portal.lib import caching

NOTE_SECONDS = 5
LOCAL = {"127.0.0.1", "::1"}
# Name, its kind, what it says, and how a process knows it.
FIGURES = [
    ("page_hits_total", "counter", "Answers from memory", lambda m: m.counts["hits"]),
    ("page_renders_total", "counter", "Pages rendered", lambda m: m.counts["renders"]),
    ("page_waits_total", "counter", "Waits for another's render", lambda m: m.counts["waits"]),
    ("page_memory_bytes", "gauge", "Bytes of pages kept", lambda m: m.bytes),
    ("page_memory_limit_bytes", "gauge", "Bytes that may be kept", lambda m: m.limit),
    ("page_memory_entries", "gauge", "Pages kept", len),
]
_noted_at = 0.0


def folder():
    return Path(settings.VAR_DIR) / "metrics"


def note(*, at_once=False):
    """Write down the figures of this process, if the last note is old."""
    global _noted_at
    now = time.monotonic()
    if not at_once and now - _noted_at < NOTE_SECONDS:
        return
    _noted_at = now
    try:
        folder().mkdir(parents=True, exist_ok=True)
        path = folder() / str(os.getpid())
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps([figure(caching.memory) for *_name, figure in FIGURES]))
        draft.replace(path)
    except OSError:
        pass  # a full disk is no reason to answer nobody


def all_notes():
    """The figures of each process that is alive; notes of others are thrown away."""
    for path in folder().glob("*"):
        try:
            os.kill(int(path.name), 0)
            yield json.loads(path.read_text())
        except ProcessLookupError:
            path.unlink(missing_ok=True)
        except (OSError, ValueError):
            continue  # being written this moment


def page(request):
    if request.META.get("REMOTE_ADDR") not in LOCAL or "HTTP_X_FORWARDED_FOR" in request.META:
        raise Http404("only for this machine")
    note(at_once=True)
    notes = list(all_notes())
    lines = [
        "# HELP meridian_processes Processes that answer",
        "# TYPE meridian_processes gauge",
        f"meridian_processes {len(notes)}",
    ]
    for place, (name, kind, words, _figure) in enumerate(FIGURES):
        lines += [
            f"# HELP meridian_{name} {words}",
            f"# TYPE meridian_{name} {kind}",
            f"meridian_{name} {sum(note[place] for note in notes)}",
        ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4")
