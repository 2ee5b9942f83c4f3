"""Stories of invented words, the same for the same seed: what `make bench` fills a portal with.

About 800 words in ten paragraphs, 3 to 5 tags out of 200, 40 authors, 12 sources; hours spread
evenly over two years, the oldest story first. How often words come follows Zipf's law, so a page
shrinks under gzip as a page of a real language does. Sentences are drawn from a stock, each page's
anew: a million stories take a minute, not an hour.
"""

import itertools
import random
from dataclasses import dataclass
from datetime import timedelta

PARTICLES = "the of and to in a for is on with was by at from as it an this are not has".split()
ONSETS = "b ch d f g h j k l m n p r s t v w z br dr gl kr pl sk st tr".split()
NUCLEI = "a e i o u ai ea ie ou".split()
CODAS = ["", "", "", "l", "m", "n", "r", "s", "t", "nd", "rk"]
WORDS = 5_000
STOCK = 40_000
AUTHORS, TAGS = 40, 200
HOUSES = "Agency Bulletin Courier Daily Echo Herald Journal Ledger Monitor Post Voice Wire".split()
SPAN = timedelta(days=730)


@dataclass(frozen=True)
class Story:
    headline: str
    lead: str
    paragraphs: list
    slug: str
    number: int
    # Places in the lists of sections, authors, sources and tags.
    section: int
    author: int
    source: int
    tags: tuple
    ago: timedelta


class Corpus:
    """The names, and as many stories as asked for."""

    def __init__(self, seed=70, sections=8):
        self.chance = random.Random(seed)  # noqa: S311  no secret
        self.sections = sections
        self.words = self._words(WORDS)
        self._weights = list(itertools.accumulate((n + 8) ** -0.95 for n in range(WORDS)))
        names = [word.capitalize() for word in self.words[-600:] if len(word) > 4]
        self.authors = self._distinct(AUTHORS, lambda: " ".join(self.chance.sample(names, 2)))
        self.sources = [f"{self.chance.choice(names)} {house}" for house in HOUSES]
        usual = [word for word in self.words[60:2_500] if len(word) > 3]
        self.tags = self._distinct(TAGS, lambda: self.chance.choice(usual))
        self._stock = [self._sentence() for _ in range(STOCK)]

    def _distinct(self, count, make):
        found = {}
        while len(found) < count:
            found.setdefault(make())
        return list(found)

    def _words(self, count):
        found = dict.fromkeys(PARTICLES)
        while len(found) < count:
            syllables = self.chance.choice((1, 2, 2, 2, 3))
            found.setdefault(
                "".join(
                    self.chance.choice(ONSETS) + self.chance.choice(NUCLEI)
                    for _ in range(syllables)
                )
                + self.chance.choice(CODAS)
            )
        return list(found)

    def pick(self, count):
        """Words as often as they come."""
        return self.chance.choices(self.words, cum_weights=self._weights, k=count)

    def _sentence(self):
        words = self.pick(self.chance.randint(8, 24))
        words[0] = words[0].capitalize()
        if len(words) > 14:
            words[len(words) // 2] += ","
        return " ".join(words) + "."

    def _paragraph(self, sentences):
        return " ".join(self.chance.choices(self._stock, k=sentences))

    def stories(self, count):
        """`count` stories, the oldest first."""
        chance, step = self.chance, SPAN / max(1, count)
        for number in range(count):
            words = self.pick(chance.randint(6, 11))
            yield Story(
                headline=" ".join(words).capitalize(),
                lead=self._paragraph(2),
                paragraphs=[self._paragraph(chance.choice((4, 5, 5, 5, 6))) for _ in range(10)],
                slug=f"{'-'.join(words)[:60].strip('-')}-{number}",
                number=number,
                section=chance.randrange(self.sections),
                author=chance.randrange(AUTHORS),
                source=chance.randrange(len(HOUSES)),
                tags=tuple(chance.sample(range(TAGS), chance.randint(3, 5))),
                ago=(count - number) * step - chance.random() * step / 2,
            )
