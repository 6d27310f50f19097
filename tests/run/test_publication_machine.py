"""A long life of a plan, drawn at random: prepared, edited, approved, revoked, published, superseded, backfilled, and killed at any point.

The model is a dozen plain variables. Whatever the order, nothing goes out as final that was not approved for exactly its numbers, the
public tree is old or new, and the record verifies.
"""

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sopkit.errors import GateError
from sopkit.records.approvals import Plan, Request, Rule, approval, refusal, revocation, standing
from sopkit.records.ledger import Ledger
from sopkit.records.publications import holding, latest, publications, published
from sopkit.run.publishing.versions import LATEST, Published, manifest_of, version_problems

RULE = Rule(
    "managing_director", "sop_lead", {"managing_director": ["deputy"]}, identities=("typed",), limit=100, second=("head_of_finance",)
)
CYCLES = ("2026-02", "2026-03", "2026-04")
MOMENTS = ("none", "building", "before the record", "before the links")


class Killed(BaseException):
    """The process ends here."""


class Life(RuleBasedStateMachine):
    """One company; the model beside the real ledger and the real folders."""

    def __init__(self) -> None:
        super().__init__()
        self.place = tempfile.TemporaryDirectory()
        root = Path(self.place.name)
        self.ledger = Ledger.open(root / "ledger.sqlite", clock=lambda: datetime(2026, 3, 1, tzinfo=UTC))
        self.store = Published(root / "published")
        self.numbers = dict.fromkeys(CYCLES, 0)  # the plan of each cycle
        self.amounts = dict.fromkeys(CYCLES, 0)
        self.approved: dict[tuple[str, str], int] = {}  # cycle, role: the numbers that it approved
        self.final: dict[str, list[tuple[int, int]]] = {cycle: [] for cycle in CYCLES}  # versions that went out as final: number, numbers

    def teardown(self) -> None:
        self.place.cleanup()

    def plan(self, cycle: str) -> Plan:
        return Plan(cycle, "r1", "run", f"numbers {self.numbers[cycle]}", amount=self.amounts[cycle])

    def is_approved(self, cycle: str) -> bool:
        needed = ["managing_director"] + (["head_of_finance"] if self.amounts[cycle] > 100 else [])
        return all(self.approved.get((cycle, role)) == self.numbers[cycle] for role in needed)

    @rule(cycle=st.sampled_from(CYCLES), numbers=st.integers(0, 3), amount=st.sampled_from([0, 101]))
    def edit(self, cycle: str, numbers: int, amount: int) -> None:
        self.numbers[cycle], self.amounts[cycle] = numbers, amount

    @rule(
        cycle=st.sampled_from(CYCLES), who=st.sampled_from(["managing_director", "deputy", "head_of_finance", "sop_lead", "head_of_sales"])
    )
    def approve(self, cycle: str, who: str) -> None:
        events = self.ledger.events(cycle=cycle)
        role = {"deputy": "managing_director"}.get(who, who)
        try:
            self.ledger.append([approval(RULE, self.plan(cycle), Request(who), events)])
        except GateError:
            assert who in ("sop_lead", "head_of_sales")
            self.ledger.append([refusal(self.plan(cycle), who, "refused", events)])
        else:
            assert who not in ("sop_lead", "head_of_sales")
            self.approved[cycle, role] = self.numbers[cycle]

    @rule(cycle=st.sampled_from(CYCLES), who=st.sampled_from(["managing_director", "head_of_finance"]))
    def revoke(self, cycle: str, who: str) -> None:
        events = self.ledger.events(cycle=cycle)
        if (cycle, who) in self.approved:
            self.ledger.append([revocation(RULE, self.plan(cycle), who, "another view", events)])
            del self.approved[cycle, who]
        else:
            with pytest.raises(GateError):
                revocation(RULE, self.plan(cycle), who, "another view", events)

    @rule(cycle=st.sampled_from(CYCLES), moment=st.sampled_from(MOMENTS))
    def publish(self, cycle: str, moment: str) -> None:
        stands = standing(RULE, self.plan(cycle), self.ledger.events(cycle=cycle))
        assert (stands.state == "approved") == self.is_approved(cycle), stands.reason
        status = "FINAL" if stands.state == "approved" else "DRAFT"
        version = 1 + max([0, *self.store.versions(cycle)])
        try:
            self._go_out(cycle, version, status, moment)
        except Killed:
            self.store.sweep(cycle)
        if version in self.store.versions(cycle) and status == "FINAL":
            self.final[cycle].append((version, self.numbers[cycle]))
        self._settle()  # what the next publication does first

    def _go_out(self, cycle: str, version: int, status: str, moment: str) -> None:
        def write(folder: Path) -> dict[str, object]:
            (folder / "page").write_text(f"{status} {self.numbers[cycle]}")
            if moment == "building":
                raise Killed
            (folder / "plan").write_text(f"{status} {self.numbers[cycle]}")
            return {"status": status, "plan_hash": self.plan(cycle).plan_hash}

        self.store.build(cycle, version, write)
        if moment == "before the record":
            raise Killed
        self._record(cycle, version)
        if moment == "before the links":
            raise Killed

    def _record(self, cycle: str, version: int) -> None:
        manifest = manifest_of(self.store.folder(cycle, version))
        body = {"status": manifest["status"], "plan_hash": manifest["plan_hash"], "manifest": manifest["hash"]}
        self.ledger.append(published(cycle, version, body, publications(self.ledger.events()), "again"))

    def _settle(self) -> None:
        for cycle in CYCLES:
            known = {one.version for one in publications(self.ledger.events()) if one.cycle == cycle}
            for version in self.store.versions(cycle):
                if version not in known:
                    self._record(cycle, version)
            found = publications(self.ledger.events())
            holds, newest = holding(found, cycle), latest(found)
            if holds and newest:
                self.store.point(self.store.path / cycle / LATEST, self.store.folder(cycle, holds.version))
                self.store.point(self.store.path / LATEST, self.store.folder(newest.cycle, newest.version))

    @invariant()
    def the_record_verifies(self) -> None:
        assert self.ledger.verify() == len(self.ledger.events())

    @invariant()
    def every_version_is_whole(self) -> None:
        for cycle in self.store.cycles():
            for version in self.store.versions(cycle):
                folder = self.store.folder(cycle, version)
                assert version_problems(folder) == []
                assert (folder / "page").read_text() == (folder / "plan").read_text()

    @invariant()
    def what_is_final_was_approved_and_the_newest_holds(self) -> None:
        found = publications(self.ledger.events())
        for cycle in CYCLES:
            final = [one for one in found if one.cycle == cycle and one.status == "FINAL"]
            assert [(one.version, one.plan_hash) for one in final] == [
                (version, f"numbers {number}") for version, number in self.final[cycle]
            ]
            assert [one.superseded_by is None for one in final] == [False] * (len(final) - 1) + [True] * bool(final)

    @precondition(lambda self: any(self.final.values()))
    @invariant()
    def a_reader_sees_the_newest_final_plan(self) -> None:
        newest = max(cycle for cycle in CYCLES if self.final[cycle])
        told = json.loads((self.store.path / LATEST / "manifest.json").read_text())
        assert (told["cycle"], told["version"], told["status"]) == (newest, self.final[newest][-1][0], "FINAL")


Life.TestCase.settings = settings(max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
TestLife = Life.TestCase


@pytest.mark.slow
def test_many_lives() -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        Life, settings=settings(max_examples=300, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck))
    )
