"""What is measured: a row of the table is a page, a server that answers it, and a yardstick."""

from dataclasses import dataclass, field

from bench.clients import CONNECTIONS

# Kinds of rows, in the order of the table.
MODES = {
    "cold": "rendered for each request (PAGE_MEMORY_MB=0), different addresses in turn",
    "warm": "the same address out of the page memory",
    "304": "the same, asked with its ETag",
    "nginx": "the same behind nginx; the yardstick is a file of the same bytes",
    "growth": "cold, over many stories; the yardstick is the same page over few",
}
WARM = ("article", "home", "section", "tag", "feed", "board", "instrument", "ticker")
PACKED = ("article", "home")  # as browsers ask for them
NOT_MODIFIED = ("article", "home", "feed")
BEHIND = ("article", "home")
GROWTH = ("article", "home", "section", "tag", "author", "month", "day", "feed")
# The search lets no more than three questions into a process at once.
FEW_AT_ONCE = {"search": 2}
BROWSER = {"Accept-Encoding": "gzip, deflate, br"}


@dataclass(frozen=True)
class Ask:
    """Addresses of a server, asked in turn."""

    server: str  # "cold", "warm", "constant", "nginx", "small"
    paths: tuple
    headers: tuple = ()
    connections: int = CONNECTIONS

    @property
    def sent(self):
        return dict(self.headers)


@dataclass
class Row:
    name: str
    mode: str
    ask: Ask
    against: Ask
    status: int = 200
    queries: int | None = None
    slices: list = field(default_factory=list)  # pairs: (of the row, of its yardstick)
    sizes: dict = field(default_factory=dict)


CONSTANT = Ask("constant", ("/",))


def rows(addresses, wanted, *, has_nginx):
    """The rows that ONLY= leaves; `wanted`: words of it, names of pages and of modes."""
    found = []
    for name, told in addresses.items():
        paths = tuple(told["paths"])
        first = paths[len(paths) // 2 :][:1]
        few = FEW_AT_ONCE.get(name, CONNECTIONS)
        found.append(
            Row(name, "cold", Ask("cold", paths, (), few), CONSTANT, queries=told["queries"])
        )
        if name in WARM:
            found.append(Row(name, "warm", Ask("warm", first), CONSTANT, queries=0))
        if name in PACKED:
            asked = Ask("warm", first, tuple(BROWSER.items()))
            found.append(Row(f"{name}, br", "warm", asked, CONSTANT, queries=0))
        if name in NOT_MODIFIED:
            found.append(Row(name, "304", Ask("warm", first), CONSTANT, status=304, queries=0))
        if name in BEHIND and has_nginx:
            file = Ask("nginx", (f"/static/bench-{name}.html",))
            found.append(Row(name, "nginx", Ask("nginx", first), file, queries=0))
    found.sort(key=lambda row: list(MODES).index(row.mode))
    return [row for row in found if is_wanted(row, wanted)]


def growth(small, large):
    """The same pages over few stories and over many; both servers render each anew."""
    found = []
    for name in GROWTH:
        one, other = (Ask(server, tuple(told[name]["paths"])) for server, told in (small, large))
        found.append(Row(name, "growth", other, one, queries=large[1][name]["queries"]))
    return found


def is_wanted(row, words):
    names = [word for word in words if word not in MODES]
    modes = [word for word in words if word in MODES]
    return (not names or row.name.split(",")[0] in names) and (not modes or row.mode in modes)
