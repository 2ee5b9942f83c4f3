"""An instrument as schema.org describes it: the series as a data set, its newest value apart."""

from django.urls import reverse

from portal.lib import feeds, languages
from portal.lib.structured import publisher_id, without_nothing


def dataset(quote, description):
    """The nodes of an instrument's page; none while nothing has been recorded."""
    if not quote.is_known:
        return []
    one, code, source = quote.instrument, languages.current(), quote.source
    url = feeds.absolute(one.get_absolute_url())
    whose = {"@type": "Organization", "name": source.name, "url": source.homepage}
    return [
        {
            "@type": "Dataset",
            "@id": f"{url}#dataset",
            "url": url,
            "name": one.name,
            "description": description,
            "inLanguage": code,
            "isAccessibleForFree": True,
            "creator": without_nothing(whose),
            "creditText": source.attribution,
            "license": source.terms_url,
            "publisher": {"@id": publisher_id(code)},
            "dateModified": quote.as_of.isoformat(),
            "variableMeasured": {
                "@type": "PropertyValue",
                "name": one.name,
                "unitText": one.unit,
            },
            "distribution": [
                {
                    "@type": "DataDownload",
                    "encodingFormat": media,
                    "contentUrl": feeds.absolute(reverse(f"markets:{form}", args=[one.code])),
                }
                for form, media in (("csv", "text/csv"), ("json", "application/json"))
            ],
        },
        {
            "@type": "Observation",
            "@id": f"{url}#observation",
            "name": one.name,
            "observationAbout": {"@id": f"{url}#dataset"},
            "observationDate": quote.as_of.isoformat(),
            "value": float(quote.plain),
            "unitText": quote.units,
        },
    ]
