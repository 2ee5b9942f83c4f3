"""The nouns of markets: who publishes, what is measured, which strip shows it, what was read."""

from markets.models.instruments import Instrument, Kind, Region, Source, TickerSlot
from markets.models.observations import AppendOnly, BadReading, Observation, Reading, State
from markets.models.runs import FetchRun, Override
from markets.models.series import Calendar, Holiday, Series

__all__ = [
    "AppendOnly",
    "BadReading",
    "Calendar",
    "FetchRun",
    "Holiday",
    "Instrument",
    "Kind",
    "Observation",
    "Override",
    "Reading",
    "Region",
    "Series",
    "Source",
    "State",
    "TickerSlot",
]
