"""A photograph of twelve megapixels, with every size of it, within the limits the guide states."""

import json
import subprocess
import sys

from django.conf import settings


def test_a_photograph_of_twelve_megapixels_costs_what_the_guide_says():
    done = subprocess.run(
        [sys.executable, settings.BASE_DIR / "bench" / "pictures.py", "12"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    cost = json.loads(done.stdout)
    assert cost["pixels"] >= 11_900_000
    assert cost["cpu_seconds"] <= 4
    assert cost["peak_mb"] <= 400
