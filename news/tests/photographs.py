"""Files as agencies and cameras write them: JPEG with IPTC, XMP and EXIF blocks of these tests."""

import io
import struct

from django.core.files.base import ContentFile
from PIL import Image

PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" '
    'xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" '
    'xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" '
    'xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/" {attributes}>{elements}'
    '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)


def alternatives(name, **texts):
    """An XMP text in several languages: alternatives("dc:title", x_default="A")."""
    lines = "".join(
        f'<rdf:li xml:lang="{code.replace("_", "-")}">{text}</rdf:li>'
        for code, text in texts.items()
    )
    return f"<{name}><rdf:Alt>{lines}</rdf:Alt></{name}>"


def sequence(name, *texts):
    lines = "".join(f"<rdf:li>{text}</rdf:li>" for text in texts)
    return f"<{name}><rdf:Seq>{lines}</rdf:Seq></{name}>"


def xmp(*elements, **attributes):
    said = " ".join(f'{name.replace("__", ":")}="{text}"' for name, text in attributes.items())
    return PACKET.format(attributes=said, elements="".join(elements)).encode()


def iptc(lines, coding="utf-8", declared=False):
    """An IPTC block of {dataset: text or texts}."""
    block = b"\x1c\x01\x5a" + struct.pack(">H", 3) + b"\x1b%G" if declared else b""
    for number, texts in lines.items():
        for text in [texts] if isinstance(texts, str | bytes) else texts:
            data = text if isinstance(text, bytes) else text.encode(coding)
            block += bytes([0x1C, 2, number]) + struct.pack(">H", len(data)) + data
    return block


def app13(block):
    """The Photoshop segment of a JPEG that holds an IPTC block."""
    resource = b"8BIM\x04\x04\x00\x00" + struct.pack(">I", len(block)) + block
    resource += b"\x00" * (len(block) % 2)
    body = b"Photoshop 3.0\x00" + resource
    return b"\xff\xed" + struct.pack(">H", len(body) + 2) + body


def photograph(size=(640, 400), block=b"", name="upload.jpg", shade=54, **options):
    """An uploaded JPEG with what `iptc`, `xmp` and Pillow's own options write into it."""
    out = io.BytesIO()
    image = Image.new("RGB", size, (35, shade, 166))
    image.paste((255, 210, 122), (size[0] * 3 // 4, 0, size[0], size[1] // 2))
    image.save(out, "JPEG", **options)
    content = out.getvalue()
    if block:
        content = content[:2] + app13(block) + content[2:]
    return ContentFile(content, name=name)
