"""Endings of Kazakh words: мұнайларының, мұнайға, мұнайдан → мұнай.

Works on words whose Kazakh letters have been folded (words.quick): one ending then stands for its
hard and soft twins of a Russian keyboard, and no more than that is decided here. An ending is taken
off from the outside inwards, for as long as at least three letters with a vowel remain.
"""

VOWELS = frozenset("аеёиоуыэюя")
SHORTEST = 3
# Cases, possessives, plurals, "of the place": each with what assimilation makes of it.
_ENDINGS = """
лардын лердин дардын дердин тардын тердин
ларын лерин дарын дерин тарын терин
нын нин дын дин тын тин
дагы деги тагы теги ндагы ндеги
нан нен дан ден тан тен
нда нде да де та те
мен бен пен
ды ди ты ти ны ни ын ин
сына сине ына ине
га ге ка ке на не
сын син
ымыз имиз мыз миз ыныз иниз ныз низ
сы си ы и
лар лер дар дер тар тер
дык дик тык тик лык лик
"""
ENDINGS = sorted({*_ENDINGS.split()}, key=lambda ending: (-len(ending), ending))
_BY_LAST = {
    last: [ending for ending in ENDINGS if ending[-1] == last]
    for last in {ending[-1] for ending in ENDINGS}
}
# Whole words that end like an ending; without this list they would lose a part of themselves.
WHOLE = frozenset(
    """
    тенге сауда бага кала дала жана мектеп орта елорда астана караганда алматы атырау каспий
    сагат канат жыл жер кыс тагы енди деген тамыз кызмет мемлекет министр саясат накты негизги
    улттык жалпы елди кабат талап басты карыз аймак халык бирлик кытай ресей тарау
    теншилик тендик мундай ондай кандай болды дейди жасады кезинде бойынша туралы
    """.split()
)


def stem(word):
    """The part of a folded word that its endings leave."""
    while word not in WHOLE and not word.endswith("стан"):
        for ending in _BY_LAST.get(word[-1:], ()):
            if word.endswith(ending):
                rest = word[: -len(ending)]
                # бағасы-нда, but Қазақстан-да
                if ending.startswith("нд") and rest[-1:] not in ("ы", "и"):
                    continue
                if len(rest) >= SHORTEST and not VOWELS.isdisjoint(rest):
                    word = rest
                    break
        else:
            return word
    return word
