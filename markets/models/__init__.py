"""The nouns of markets: who publishes, what is measured, which strip shows it, what was read."""

from markets.models.desk import FuelPrice, HeldQuote
from markets.models.instruments import Instrument, Kind, Region, Source, TickerSlot
from markets.models.observations import (
    AppendOnly,
    BadReading,
    NotHeld,
    Observation,
    Reading,
    SamePerson,
    State,
)
from markets.models.runs import FetchRun, Override
from markets.models.series import Calendar, Holiday, Series

__all__ = [
    "AppendOnly",
    "BadReading",
    "Calendar",
    "FetchRun",
    "FuelPrice",
    "HeldQuote",
    "Holiday",
    "Instrument",
    "Kind",
    "NotHeld",
    "Observation",
    "Override",
    "Reading",
    "Region",
    "SamePerson",
    "Series",
    "Source",
    "State",
    "TickerSlot",
]
