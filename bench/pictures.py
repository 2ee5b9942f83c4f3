"""What storing one photograph costs: python bench/pictures.py [megapixels]

Makes a photograph with detail and a position in it (the dear case: the original is encoded anew),
stores it as an upload would, and prints seconds of CPU, the peak of memory and bytes written.
"""

import io
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
folder = tempfile.mkdtemp()
os.environ["VAR_DIR"] = folder

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.files.base import ContentFile  # noqa: E402
from PIL import Image, ImageChops  # noqa: E402

from news.models import Picture  # noqa: E402


def photograph(megapixels):
    """Soft shapes and fine grain, 4:3, as heavy as a camera's JPEG of that size."""
    height = round((megapixels * 1_000_000 * 3 / 4) ** 0.5)
    size = (height * 4 // 3, height)
    shapes = [Image.effect_noise((40, 30), 120).resize(size, Image.BICUBIC) for _ in range(3)]
    grain = Image.effect_noise(size, 24)
    bands = [ImageChops.add(shape, grain, scale=1.6) for shape in shapes]
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    Image.merge("RGB", bands).save(out, "JPEG", quality=90, exif=exif)
    return out.getvalue()


def memory():
    """Peak of this process so far, in megabytes (Linux counts in kilobytes)."""
    status = Path("/proc/self/status")
    if status.exists():  # ru_maxrss begins with what the process that started this one had
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    megapixels = float(sys.argv[1]) if len(sys.argv) > 1 else 12
    path = Path(folder) / "photograph.jpg"
    if os.fork() == 0:  # what making it takes is not what storing it takes
        path.write_bytes(photograph(megapixels))
        os._exit(0)
    os.wait()
    settings.PICTURE_MAX_BYTES = 1_000_000_000  # its grain is heavier than a camera's
    started = time.process_time()
    picture = Picture(file=ContentFile(path.read_bytes(), name="x.jpg"), credit_en="Photo: A")
    picture.save_base = lambda *args, **kwargs: None  # all but the row
    picture.save()
    cpu = time.process_time() - started
    written = sum(file.stat().st_size for file in Path(settings.MEDIA_ROOT).rglob("*.*"))
    print(
        json.dumps(
            {
                "pixels": picture.width * picture.height,
                "file_mb": round(path.stat().st_size / 1e6, 1),
                "cpu_seconds": round(cpu, 2),
                "peak_mb": round(memory()),
                "written_mb": round(written / 1e6, 1),
            }
        )
    )


main()
