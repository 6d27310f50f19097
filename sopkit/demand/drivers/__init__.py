"""What moves demand besides its own past: campaigns, price, working days and market indicators, where they have earned it."""

from sopkit.demand.drivers.factors import (
    KINDS,
    DriverEffects,
    DriverInputs,
    driver_deviation,
    driver_effects,
    driver_factor,
    planned_units,
    without_drivers,
)

__all__ = [
    "KINDS",
    "DriverEffects",
    "DriverInputs",
    "driver_deviation",
    "driver_effects",
    "driver_factor",
    "planned_units",
    "without_drivers",
]
