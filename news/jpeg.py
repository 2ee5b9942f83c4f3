"""A JPEG without what may say where it was taken; its picture stays as it is, bit for bit."""

EOI, SOS, COMMENT = 0xD9, 0xDA, 0xFE
# What a picture needs to be shown and what agencies write of it, by the words each begins with:
# JFIF, colours, IPTC, Adobe's transform.
KEPT = {0xE0: b"JFIF\x00", 0xE2: b"ICC_PROFILE\x00", 0xED: b"Photoshop 3.0\x00", 0xEE: b"Adobe"}
# EXIF within a Photoshop block: the same position once more.
_HIDDEN_EXIF = (b"8BIM\x04\x22", b"8BIM\x04\x23")
_ALONE = {0x01, *range(0xD0, 0xD8)}  # markers without a length


class NotWhole(ValueError):
    """The bytes are not a JPEG from its first marker to its last."""


def without(content, is_told, exif=b""):
    """The JPEG with `exif` (as Pillow writes it) in place of its own.

    Every other block that is not needed goes, and of those that are each for which
    is_told(bytes) is true. What follows the end of the picture goes as well.
    """
    kept = [b"\xff\xd8"]
    if exif:
        body = exif if exif.startswith(b"Exif\x00\x00") else b"Exif\x00\x00" + exif
        kept.append(b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body)
    for marker, segment in _segments(content):
        is_block = 0xE0 <= marker <= 0xEF or marker == COMMENT
        if not is_block or (_is_needed(marker, segment) and not is_told(segment)):
            kept.append(segment)
    return b"".join(kept)


def _is_needed(marker, segment):
    begins = KEPT.get(marker)
    hidden = any(mark in segment for mark in _HIDDEN_EXIF)
    return begins is not None and segment[4:].startswith(begins) and not hidden


def _segments(content):
    """(marker, bytes) of each segment; the one that begins a scan has the scan's data with it."""
    if content[:2] != b"\xff\xd8":
        raise NotWhole
    at = 2
    while True:
        start = content.find(b"\xff", at)
        if start != at:
            raise NotWhole
        while content[at : at + 1] == b"\xff":  # any number of them may stand before a marker
            at += 1
        if at >= len(content):
            raise NotWhole
        marker = content[at]
        at += 1
        if marker == EOI:
            yield marker, b"\xff\xd9"
            return
        if marker in _ALONE:
            yield marker, bytes([0xFF, marker])
            continue
        end = at + int.from_bytes(content[at : at + 2], "big")
        if end < at + 2 or end > len(content):
            raise NotWhole
        if marker == SOS:
            end = _end_of_scan(content, end)
        yield marker, bytes([0xFF, marker]) + content[at:end]
        at = end


def _end_of_scan(content, at):
    """Where the next marker stands that is neither a stuffed byte nor a restart."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0 or at + 1 >= len(content):
            raise NotWhole
        if content[at + 1] == 0 or 0xD0 <= content[at + 1] <= 0xD7:
            at += 2
        elif content[at + 1] == 0xFF:
            at += 1
        else:
            return at
