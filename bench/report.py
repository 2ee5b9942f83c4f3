"""The table, the aims beside it, and results.json."""

import json
import os
import platform
import sqlite3
import subprocess
import time
from pathlib import Path

from bench.processes import ROOT
from bench.rows import MODES

HEAD = (
    f"{'':22}{'x yardstick':>12}{'CPU ms':>9}{'p50':>8}{'p99':>8}{'queries':>8}"
    f"{'bytes':>10}{'gzip':>8}{'br':>8}"
)
# What issue "Fast and fresh" promises: (row, mode, figure, sign, limit).
AIMS = [
    ("article", "cold", "cpu_ms", "<=", 8.0),
    ("article", "cold", "ratio", ">=", 0.12),
    ("home", "cold", "cpu_ms", "<=", 12.0),
    ("home", "cold", "ratio", ">=", 0.08),
    ("article", "warm", "ratio", ">=", 1.2),
    ("home", "warm", "ratio", ">=", 1.2),
    ("article", "nginx", "ratio", ">=", 0.8),
    ("home", "nginx", "ratio", ">=", 0.8),
]
GROWTH_AIM = 1.3
MEMORY_AIM = 140
WORDS = {"cpu_ms": "CPU ms", "ratio": "x yardstick", "cpu_ratio": "CPU as a multiple"}


def line(one):
    sizes = "".join(
        f"{one['bytes'].get(kind, 0):>{width},}"
        for kind, width in (("identity", 10), ("gzip", 8), ("br", 8))
    )
    marks = [f"{one['errors']} errors"] * bool(one["errors"])
    marks += ["client at its limit"] * one["client_bound"]
    marks += ["one worker idle"] * (one["uneven"] > one["rounds"])
    queries = "-" if one["queries"] is None else one["queries"]
    ratio = one["cpu_ratio"] if one["mode"] == "growth" else one["ratio"]
    cpu, p50, p99 = (written(one[name]) for name in ("cpu_ms", "p50_ms", "p99_ms"))
    return (
        f"  {one['name']:20}{written(ratio):>12}{cpu:>9}{p50:>8}{p99:>8}{queries:>8}{sizes}"
        f"  {', '.join(marks)}"
    ).rstrip()


def written(value):
    """Three digits that mean something."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def table(found, memory):
    lines = [HEAD]
    for mode, meaning in MODES.items():
        mine = [one for one in found if one["mode"] == mode]
        if mine:
            lines += ["", f"{mode}: {meaning}", *map(line, mine)]
            lines.append(f"  {'yardstick':20}{1:12}{written(_middle(mine)):>9}")
    if memory:
        lines += ["", "memory, MB of PSS: workers alone, and with gunicorn's first process"]
        lines += [f"  {name:34}{one[0]:8.0f}{one[1]:8.0f}" for name, one in memory.items()]
    return "\n".join(lines)


def _middle(rows):
    values = sorted(one["yardstick_cpu_ms"] for one in rows)
    return values[len(values) // 2]


def aims(found, memory):
    """[(sentence, whether it is met)] of those that were measured."""
    known = {(one["name"], one["mode"]): one for one in found}
    told = []
    for name, mode, figure, sign, limit in AIMS:
        if one := known.get((name, mode)):
            value = one[figure]
            met = value <= limit if sign == "<=" else value >= limit
            told.append((f"{name}, {mode}: {value:.3g} {WORDS[figure]} ({sign} {limit:g})", met))
    for one in found:
        if one["mode"] == "growth":
            value = one["cpu_ratio"]
            said = f"{one['name']}: {value:.3g} times the CPU of few stories (<= {GROWTH_AIM})"
            told.append((said, value <= GROWTH_AIM))
    if full := (memory or {}).get("portal, page memory full"):
        told.append((f"memory: {full[1]:.0f} MB (<= {MEMORY_AIM})", full[1] <= MEMORY_AIM))
    return told


def machine():
    """Whose figures these are."""
    import django

    model = platform.processor()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = info.read_text().splitlines()
        model = next((x.split(":", 1)[1].strip() for x in lines if x.startswith("model name")), "")
    asked = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True).stdout.strip()
    return {
        "at": time.strftime("%Y-%m-%d %H:%M:%S"),
        "commit": commit,
        "cores": os.cpu_count(),
        "processor": model,
        "system": platform.platform(),
        "python": platform.python_version(),
        "django": django.get_version(),
        "sqlite": sqlite3.sqlite_version,
        "load": os.getloadavg()[0],
    }


def write(path, settings, found, memory, rows):
    told = {
        "machine": machine(),
        "settings": settings,
        "rows": found,
        "memory_mb": memory,
        "aims": [{"aim": text, "met": met} for text, met in aims(found, memory)],
        "slices": {f"{row.name} {row.mode}": row.slices for row in rows},
    }
    Path(path).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
