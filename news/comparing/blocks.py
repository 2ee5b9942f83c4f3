"""A body taken apart for comparison: blocks in the order of reading, each a line of tokens.

Nothing of the markup survives but what a token remembers of it, and every piece is escaped again
when it is printed: what comes out is well-formed and safe whatever went in.
"""

import re
from dataclasses import dataclass, field
from html import unescape

_PIECE = re.compile(
    r"<!--.*?-->|<(?P<end>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9]*)(?P<rest>(?:\"[^\"]*\"|'[^']*'|[^'\">])*)>"
    r"|(?P<text>[^<]+|<)",
    re.S,
)
_ATTRIBUTE = re.compile(r"([a-zA-Z-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
# A word keeps its hyphens, apostrophes and decimal points; any other sign stands for itself.
_WORD = re.compile(r"(\w+(?:[-\u2010\u2011’'.,]\w+)*|[^\w\s])(\s*)|(\s+)")
INLINE = {"strong", "em", "a", "sub", "sup"}
# Elements that begin a block of their own; the others (ul, tbody …) only hold blocks.
LEAVES = {"p", "h2", "h3", "li", "caption", "tr", "figure", "footer"}
HOLDERS = {"ul", "ol", "table", "thead", "tbody", "tfoot", "blockquote", "div", "section"}
VOID = {"br", "hr", "img"}
CELL, BREAK = "|", "↵"


@dataclass(frozen=True)
class Token:
    """A word, a sign or a chip, with the marks it stands under and the space that follows it."""

    text: str
    marks: tuple = ()
    space: str = ""
    chip: str = ""

    @property
    def key(self):
        return (self.text, self.marks, self.chip)


@dataclass
class Block:
    kind: str
    tokens: list = field(default_factory=list)
    picture: str = ""

    @property
    def key(self):
        return (self.kind, self.picture, tuple(token.key for token in self.tokens))

    @property
    def words(self):
        return [token.text for token in self.tokens]


def tokens(text, marks=(), chip=""):
    """The words and signs of a plain text."""
    return [
        Token(match[1], marks, match[2], chip) for match in _WORD.finditer(text) if match[1] or chip
    ]


def _attributes(rest):
    return {name.lower(): unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(rest)}


class _Reader:
    def __init__(self):
        self.blocks, self.marks, self.holders = [], [], []
        self.block, self.chip = None, None

    def begin(self, kind, picture=""):
        self.block = Block(kind, picture=picture)
        self.blocks.append(self.block)

    def open(self, tag, rest):
        if tag in INLINE:
            address = _attributes(rest).get("href", "") if tag == "a" else ""
            self.marks.append((tag, address))
        elif tag == "span":
            self.chip = _attributes(rest).get("data-instrument")
            if self.chip is not None:
                self.put(Token("", tuple(self.marks), "", self.chip))
        elif tag == "figure":
            self.begin("figure", _attributes(rest).get("data-picture", ""))
        elif tag == "figcaption":
            if self.block is None or self.block.kind != "figure":
                self.begin("p")
        elif tag == "hr":
            self.begin("hr")
            self.block = None
        elif tag == "br":
            self.put(Token(BREAK, (), " "))
        elif tag in {"td", "th"}:
            if self.block is not None and self.block.kind == "tr" and self.block.tokens:
                self.space()
                self.put(Token(CELL, (), " "))
        elif tag in LEAVES:
            is_quote = tag in {"p", "footer"} and "blockquote" in self.holders
            if tag == "p" and "li" in self.holders and self.block and self.block.kind == "li":
                if self.block.tokens:
                    self.put(Token(BREAK, (), " "))
            else:
                self.begin("quote" if is_quote else tag)
            if tag == "li":
                self.holders.append(tag)
        elif tag in HOLDERS:
            self.holders.append(tag)
            self.block = None

    def close(self, tag):
        if tag in INLINE:
            for number in range(len(self.marks) - 1, -1, -1):
                if self.marks[number][0] == tag:
                    del self.marks[number]
                    break
        elif tag == "span":
            self.chip = None
        elif tag in LEAVES | HOLDERS:
            if tag in self.holders:
                while self.holders.pop() != tag:
                    pass
            if not (tag == "p" and "li" in self.holders):
                self.block = None

    def put(self, token):
        if self.block is None:
            self.begin("quote" if "blockquote" in self.holders else "p")
        self.block.tokens.append(token)

    def text(self, raw):
        text = unescape(raw)
        if self.chip is not None and self.block and self.block.tokens:
            last = self.block.tokens[-1]
            self.block.tokens[-1] = Token(last.text + text, last.marks, "", last.chip)
        elif text.strip():
            for token in tokens(text, tuple(self.marks)):
                self.put(token)
        elif self.block and self.block.tokens:
            self.space()

    def space(self):
        last = self.block.tokens[-1]
        self.block.tokens[-1] = Token(last.text, last.marks, " ", last.chip)


def blocks(body):
    """The blocks of a body in the order of reading; a list or a table is its lines."""
    reader = _Reader()
    for match in _PIECE.finditer(body):
        if match["text"]:
            reader.text(match["text"])
        elif match["tag"]:
            tag = match["tag"].lower()
            if match["end"]:
                reader.close(tag)
            else:
                reader.open(tag, match["rest"])
    return [b for b in reader.blocks if b.tokens or b.kind == "hr" or b.picture]


def pieces(body):
    """A body as its outermost elements, exactly as written: "".join(pieces(body)) == body."""
    found, start, depth = [], 0, 0
    for match in _PIECE.finditer(body):
        if not match["tag"] or match["tag"].lower() in VOID - {"hr"}:
            continue
        if match["tag"].lower() == "hr":
            ends = depth == 0
        elif match["end"]:
            depth = max(0, depth - 1)
            ends = depth == 0
        else:
            if depth == 0 and body[start : match.start()].strip():
                found.append(body[start : match.start()])
                start = match.start()
            depth += 1
            ends = False
        if ends:
            end = match.end()
            while end < len(body) and body[end].isspace():
                end += 1
            found.append(body[start:end])
            start = end
    if start < len(body):
        found.append(body[start:])
    return found
