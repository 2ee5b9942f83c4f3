"""Which figures a person looks at before readers do. Nothing is thrown away here: every jump of
twenty years that a rule would have doubted was real."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from markets.models.observations import State
from portal.lib import dates, numbers

DAYS_AHEAD = timedelta(days=2)  # tomorrow's rate, and a weekend's; more would freeze the cursor
POWERS = [Decimal(10) ** power for power in range(-6, 7) if power]
# A change to less than half or more than double is never believed because it is repeated.
WILD = Decimal(2)
CROSS_WARN, CROSS_HOLD = Decimal("1.5"), Decimal(3)  # per cent


@dataclass(frozen=True, slots=True)
class Known:
    """A figure we already have."""

    as_of: date
    value: Decimal
    nominal: int

    @property
    def unit(self):
        return self.value / self.nominal


@dataclass(frozen=True, slots=True)
class Verdict:
    """accepted, held (with a reason), or rejected: not even stored.

    reason: a word of REASONS, and after a blank the figures that speak for it; "" when there is
    nothing to say. An accepted reading with a reason is an unusual one.
    """

    state: str = State.ACCEPTED
    reason: str = ""

    @property
    def is_flagged(self):
        return self.state == State.ACCEPTED and bool(self.reason)

    @property
    def word(self):
        return self.reason.partition(" ")[0]


FINE = Verdict()


def judge(series, reading, previous=None, revised=None, *, today=None):
    """The Verdict on a Reading. Pure, but for the clock when `today` is not given.

    previous: the Known accepted figure of the nearest earlier day of the series, if any.
    revised: the Known accepted figure of the same day, which this one would replace.
    today: the date in the instrument's zone.
    """
    instrument = series.instrument
    if reading.as_of > (today or instrument.today()) + DAYS_AHEAD:
        return Verdict(State.REJECTED, f"future {reading.as_of}")
    unit = reading.value / reading.nominal
    verdicts = [
        compared(instrument, reading, known) for known in (previous, revised) if known is not None
    ]
    if not instrument.min_value <= unit <= instrument.max_value:
        low, high = (
            f"{bound.normalize():f}" for bound in (instrument.min_value, instrument.max_value)
        )
        verdicts.append(Verdict(State.HELD, f"bounds {low} {high}"))
    held = [verdict for verdict in verdicts if verdict.state == State.HELD]
    # A slip of units explains a jump, and an impossible value too: the first held is the best told.
    held.sort(key=lambda verdict: ["scale", "inverted", "bounds", "jump"].index(verdict.word))
    return next(iter(held or [one for one in verdicts if one.reason]), FINE)


def compared(instrument, reading, known):
    """The Verdict on a change from what is known."""
    unit, before = reading.value / reading.nominal, known.unit
    move = (unit / before - 1) * 100
    if abs(move) <= instrument.warn_pct:
        return FINE
    told = f"{before.normalize():f} {known.as_of} {numbers.rounded(move, 2):+f}"
    if known.nominal != reading.nominal and near(reading.value, known.value, instrument):
        return Verdict(State.HELD, f"scale {told}")
    if any(near(unit, before * power, instrument) for power in POWERS):
        return Verdict(State.HELD, f"scale {told}")
    if near(unit * before, Decimal(1), instrument):
        return Verdict(State.HELD, f"inverted {told}")
    if abs(move) > instrument.hold_pct:
        return Verdict(State.HELD, f"jump {told}")
    return Verdict(State.ACCEPTED, f"jump {told}")


def near(one, other, instrument):
    """Whether two figures are within the instrument's warning limit of each other."""
    return abs(one / other - 1) * 100 <= instrument.warn_pct


def confirms(instrument, reading, held, previous):
    """Whether a reading shows that the held jump before it was real.

    It lies within the warning limit of it; and neither is so far from what was known that it
    could be another unit.
    """
    unit = reading.value / reading.nominal
    if previous is not None and not 1 / WILD <= held.unit / previous.unit <= WILD:
        return False
    is_plausible = instrument.min_value <= unit <= instrument.max_value
    return is_plausible and near(unit, held.unit, instrument)


def crossed(usd, eur, ecb):
    """The Verdict on roubles per dollar and per euro of one day beside the ECB's dollars per euro.

    All three per one unit. The same market made them, so they can hardly differ.
    """
    implied = eur / usd
    off = (implied / ecb - 1) * 100
    if abs(off) <= CROSS_WARN:
        return FINE
    state = State.HELD if abs(off) > CROSS_HOLD else State.ACCEPTED
    four = numbers.rounded(implied, 4), numbers.rounded(ecb, 4)
    return Verdict(state, f"cross {four[0]} {four[1]} {numbers.rounded(off, 2):+f}")


def worse(one, other):
    """The stricter of two Verdicts; of equals the first that says something."""
    order = [State.ACCEPTED, State.HELD, State.REJECTED]
    if order.index(other.state) > order.index(one.state):
        return other
    return one if one.reason else other


def words(reason):
    """A reason in words for people, in the language being rendered; "" for no reason."""
    word, *told = reason.split(" ")
    sentences = {
        "future": _("dated too far ahead"),
        "scale": _("looks like another unit or a slipped decimal point"),
        "inverted": _("looks turned upside down: one divided by the price"),
        "bounds": _("outside the plausible values of this instrument"),
        "jump": _("an unusually large change"),
        "cross": _("does not agree with the euro-dollar rate of the European Central Bank"),
    }
    if word not in sentences:
        return reason  # written by a person
    if not told:
        return sentences[word]
    if word == "future":
        return f"{sentences[word]}: {_day(told[0])}"
    if word in ("scale", "inverted", "jump"):
        return _("{what}: {change} from {value} on {day}").format(
            what=sentences[word],
            change=numbers.percent(Decimal(told[2])),
            value=_figure(told[0]),
            day=_day(told[1]),
        )
    return f"{sentences[word]}: {' – '.join(_figure(one) for one in told[:2])}"


def _figure(text):
    return numbers.written(Decimal(text), 0, 8)


def _day(text):
    return dates.written(date.fromisoformat(text), "day")
