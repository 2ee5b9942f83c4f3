"""What the library takes from a picture's file where a person has said nothing yet."""

from news import metadata
from news.alt import looks_like_file_name
from news.models import Picture
from portal.lib import languages

DEFAULT = languages.DEFAULT


def columns(said):
    """{column: value} for a picture whose file says that, each within its column's length.

    A caption goes to the language it is likely in; the credit also to the default language, which
    must have one.
    """
    found = {}
    if said.caption:
        found[f"caption_{_code(said.caption)}"] = said.caption
    if said.alt and not looks_like_file_name(said.alt):
        found[f"alt_{_code(said.alt)}"] = said.alt
    if said.credit:
        found[f"credit_{DEFAULT}"] = found[f"credit_{_code(said.credit)}"] = said.credit
    found |= {
        "title": "" if looks_like_file_name(said.headline) else said.headline,
        "taken_on": said.taken_on,
        "rights_holder": said.holder,
        "rights_note": said.terms,
        "rights_until": said.until,
    }
    return {name: _fitting(name, value) for name, value in found.items() if value}


def _code(text):
    return metadata.language(text, languages.CODES, DEFAULT)


def _fitting(name, value):
    limit = Picture._meta.get_field(name).max_length
    if limit is None or len(value) <= limit:
        return value
    cut = value[: limit - 1]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:") + "…"
