"""The meeting room: a scenario chosen, a driver moved, the plan made again; what is tried is an overlay and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from sopkit.meeting.policy import Change, Overlay
from sopkit.meeting.scenarios import Memory, PlanInputs, PlanOutcome, apply_overlay, compose, replan, scenario_row
from sopkit.periods import period_range, shifted

SHOWN = ("net_sales", "contribution", "fill_rate", "lost", "late", "stock_peak", "cash_low", "load_peak")  # page one's columns
MONTHS = 6  # that a driver moves, the first one behind M0; fewer where the plan ends before
MADE_IN_THE_ROOM = "made in the room"
BASE = "base"


@dataclass(frozen=True)
class Driver:
    """Something that can be moved: demand of a family as a share of the plan, or hours a month of a resource."""

    name: str
    title: str
    least: float
    most: float
    step: float
    neutral: float
    changes: tuple[Change, ...]  # with the value left open: each takes what the driver stands at

    def overlay(self, value: float) -> Overlay:
        """What the driver does at a value; nothing at its neutral one."""
        moved = tuple(change.model_copy(update={"value": value}) for change in self.changes) if value != self.neutral else ()
        return Overlay(title=f"{self.title}: {value:g}", changes=moved)


@dataclass(frozen=True)
class Table:
    """The table that the room sits around: the plan, the scenarios that may be chosen, the drivers, and plans already made."""

    inputs: PlanInputs
    base: PlanOutcome
    scenarios: Mapping[str, Overlay]
    drivers: Mapping[str, Driver]
    memory: Memory
    rows: dict[str, Mapping[str, object]] = field(default_factory=dict)  # by the content of what was tried

    @classmethod
    def of(cls, inputs: PlanInputs, base: PlanOutcome, scenarios: Mapping[str, Overlay], limiting: Sequence[str]) -> "Table":
        """A table for a plan; `limiting` are the resources whose hours may be moved."""
        found = {driver.name: driver for driver in drivers(inputs, limiting)}
        return cls(inputs, base, dict(scenarios), found, Memory.of(inputs, base))

    def tried(self, scenario: str, moves: Mapping[str, float]) -> Overlay:
        """A scenario (or `base`) with drivers moved, as one overlay.

        Raises KeyError for a scenario or a driver that is not on the table.
        """
        overlays = [] if scenario == BASE else [self.scenarios[scenario]]
        overlays += [self.drivers[name].overlay(value) for name, value in moves.items()]
        moved = [overlay for overlay in overlays if overlay.changes or overlay.fixed_cost or overlay.policy.subcontract_limit]
        return compose(moved).model_copy(update={"title": " + ".join(overlay.title for overlay in moved) or BASE})

    def row(self, overlay: Overlay) -> Mapping[str, object]:
        """The plan on an overlay, in the columns of Scenarios; made once."""
        key = overlay.model_dump_json(exclude={"title", "note"})
        if key not in self.rows:
            changed = apply_overlay(self.inputs, overlay)
            self.rows[key] = scenario_row(changed, replan(changed, self.memory), scenario="tried", title=overlay.title, kind="scenario")
        return self.rows[key]

    def page(self, overlay: Overlay) -> pd.DataFrame:
        """The plan on an overlay beside the base, in page one's columns.

        Returns:
            Measures as index; base, tried, difference; what breaks first stands in `attrs`.
        """
        base = self.rows.setdefault(BASE, scenario_row(self.inputs, self.base, scenario=BASE, title=BASE, kind=BASE))
        tried = base if overlay.title == BASE else self.row(overlay)
        levels = {"base": [_number(base, name) for name in SHOWN], "tried": [_number(tried, name) for name in SHOWN]}
        frame = pd.DataFrame(levels, index=list(SHOWN))
        page = frame.assign(difference=frame["tried"] - frame["base"])
        page.attrs["breaks_first"] = tried["breaks_first"]
        return page


def drivers(inputs: PlanInputs, limiting: Sequence[str]) -> list[Driver]:
    """What may be moved: the demand of each family, and the hours of each limiting resource, in the months behind M0."""
    planned = inputs.tables["statistical_forecast"]["period"].max()
    months = [month for month in period_range(shifted(inputs.cycle, 1), MONTHS) if not month > planned]
    span, told = {"first_period": months[0], "last_period": months[-1]}, f"{months[0]} to {months[-1]}"
    found = []
    for family in sorted(inputs.tables["items"]["family"].unique()):
        change = Change(table="demand", where={"family": family}, column="quantity", action="multiply", value=1.0).model_copy(update=span)
        found.append(Driver(f"demand {family}", f"Demand of {family}, {told}, factor", 0.7, 1.3, 0.05, 1.0, (change,)))
    calendar = inputs.tables["resource_calendar"]
    for resource in sorted(set(limiting) & set(calendar["resource"])):
        hours = tuple(
            Change(table="resource_calendar", where={"resource": resource}, column=column, action="add", value=0.0).model_copy(update=span)
            for column in ("demonstrated_hours", "available_hours")
        )
        most = round(float(calendar.loc[calendar["resource"] == resource, "demonstrated_hours"].max()) / 2)
        found.append(Driver(f"hours {resource}", f"Hours a month of {resource}, {told}, added", 0.0, most, 10.0, 0.0, hours))
    return found


def scenario_differences(scenarios: pd.DataFrame) -> pd.DataFrame:
    """Every scenario and option as difference to the base, in page one's columns: what the room sees without a widget.

    Args:
        scenarios: Scenarios with a row `base`.

    Returns:
        scenario, title, kind and the difference of each measure; the base's own row holds its levels.
    """
    base = scenarios[scenarios["scenario"] == BASE]
    others = scenarios[scenarios["scenario"] != BASE]
    differences = others.assign(**{name: others[name] - base[name].iloc[0] for name in SHOWN})
    return pd.concat([base, differences], ignore_index=True)[["scenario", "title", "kind", *SHOWN, "breaks_first"]]


def _number(row: Mapping[str, object], name: str) -> float:
    value = row[name]
    return float("nan") if value is None else float(str(value))
