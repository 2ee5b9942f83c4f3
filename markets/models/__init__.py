"""The nouns of markets: who publishes, what is measured, which strip shows it, what was read."""

from markets.models.instruments import Instrument, Kind, Source, TickerSlot
from markets.models.observations import AppendOnly, BadReading, Observation, Reading
from markets.models.series import Series

__all__ = [
    "AppendOnly",
    "BadReading",
    "Instrument",
    "Kind",
    "Observation",
    "Reading",
    "Series",
    "Source",
    "TickerSlot",
]
