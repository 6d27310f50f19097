"""`sop solve DIR`: the objective of a planning case, its costs, and how far it is from what is published."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sopkit.errors import ExitCode

if TYPE_CHECKING:
    from sopkit.run.cases import Case, Expected

Workforce = Literal["continuous", "integer"]


@dataclass(frozen=True)
class Answer:
    """What a case costs with one kind of workforce."""

    workforce: Workforce
    objective: float
    gap_share: float  # proven distance from the optimum
    fallback: str  # the way it was solved where the usual one failed
    costs: dict[str, float]  # planning cost by component
    expected: float | None
    tolerance: float | None
    rules_kept: bool  # every balance, derived again from the plan

    @property
    def difference(self) -> float | None:
        """Relative departure from what is published; None where nothing is."""
        return None if self.expected is None else abs(self.objective - self.expected) / max(1.0, abs(self.expected))

    @property
    def ok(self) -> bool:
        """Whether the balances hold and the published objective is reached."""
        return self.rules_kept and (self.difference is None or self.tolerance is None or self.difference <= self.tolerance)


def solve(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="folder with tables, params.yaml and expected.json")],
    workforce: Annotated[
        Workforce | None, typer.Option(help="people in fractions or whole (default: as published, else as in params)")
    ] = None,
    what_ifs: Annotated[bool, typer.Option("--what-ifs", help="solve the variants of what_ifs.yaml instead, each with its time")] = False,
    processes: Annotated[int, typer.Option(min=1, help="variants solved at a time")] = 1,
    by_prices: Annotated[int | None, typer.Option(min=1, help="so many rounds of prices instead, for what is beyond one solve")] = None,
    form: Annotated[Literal["plain", "json"], typer.Option("--format")] = "plain",
) -> None:
    """Plan a folder of input tables and print its objective beside the published one."""
    from sopkit.run.cases import read_case

    case = read_case(folder)
    if what_ifs:
        _print_what_ifs(case, folder, processes, as_json=form == "json")
        return
    if by_prices:
        _print_rounds(case, by_prices)
        return
    answers = answers_of(case, workforce)
    told = {"case": case.name, "title": case.params.title, "source": case.params.source, "answers": [_as_json(each) for each in answers]}
    print(json.dumps(told, ensure_ascii=False, indent=1) if form == "json" else "\n".join(_lines(case.name, case.params.title, answers)))
    if not all(answer.ok for answer in answers):
        raise typer.Exit(ExitCode.FAILED)


def _print_what_ifs(case: "Case", folder: Path, processes: int, *, as_json: bool) -> None:
    from sopkit.run.what_ifs import lines_of, read_what_ifs, told_variants

    told = told_variants(case, read_what_ifs(folder), processes=processes)
    print(json.dumps([asdict(each) for each in told], ensure_ascii=False, indent=1) if as_json else "\n".join(lines_of(told)))


def _print_rounds(case: "Case", rounds: int) -> None:
    from sopkit.run.by_prices import case_rounds, round_lines

    for line in round_lines(case_rounds(case, rounds)):
        print(line, flush=True)


def answers_of(case: "Case", workforce: Workforce | None = None) -> list[Answer]:
    """The case solved for each published answer, or for one kind of workforce.

    Raises:
        DataError: with all problems of the inputs.
        StepError: unmet demand is refused and cannot be avoided.
    """
    published = {expected.workforce: expected for expected in case.expected}
    kinds = [workforce] if workforce else list(published) or ["integer" if case.params.supply.whole_heads else "continuous"]
    return [_answer(case, kind, published.get(kind)) for kind in kinds]


def _answer(case: "Case", workforce: Workforce, published: "Expected | None") -> Answer:
    from sopkit.supply.plan import checks, constrained_plan

    policy = case.params.supply.model_copy(update={"whole_heads": workforce == "integer"})
    result = constrained_plan(case.inputs, policy, cutoff=case.cutoff)
    costs = dict(zip(result.plan_costs["component"], result.plan_costs["planning_cost"].astype(float), strict=True))
    if case.params.fixed_cost:
        costs["fixed cost"] = case.params.fixed_cost
    objective = float(sum(costs.values()))
    if case.params.objective == "margin":
        objective = float(case.inputs.demand["revenue"].sum()) - objective
    expected, tolerance = (published.objective, published.tolerance) if published else (None, None)
    return Answer(
        workforce, objective, result.gap_share, result.fallback, costs, expected, tolerance, bool(checks(case.inputs, result)["ok"].all())
    )


def _as_json(answer: Answer) -> dict[str, object]:
    measures = {
        name: getattr(answer, name) for name in ("workforce", "objective", "expected", "difference", "tolerance", "gap_share", "fallback")
    }
    return measures | {"rules_kept": answer.rules_kept, "ok": answer.ok, "costs": answer.costs}


def _lines(name: str, title: str, answers: list[Answer]) -> list[str]:
    lines = [f"{name}: {title}"]
    for answer in answers:
        against = "nothing published"
        if answer.expected is not None:
            against = f"published {answer.expected:,.2f}, off by {answer.difference:.1e}"
        gap = f", gap {answer.gap_share:.1e}" if answer.gap_share else ""
        gap += f", the usual way failed: {answer.fallback}" if answer.fallback else ""
        verdict = "ok" if answer.ok else "NOT REACHED" if answer.rules_kept else "A BALANCE DOES NOT HOLD"
        lines.append(f"  workforce {answer.workforce}: objective {answer.objective:,.2f} ({against}{gap}): {verdict}")
        lines += [f"    {component:<34} {cost:>18,.2f}" for component, cost in answer.costs.items() if cost]
    return lines
