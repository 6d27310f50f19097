"""`sop publish`: a plan goes out, final where it is approved and its code released, a draft otherwise; never over what went out before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sopkit.errors import GateError, IntegrityError, Problem, StepError
from sopkit.records.approvals import Plan, Standing, plain
from sopkit.records.publications import Publication, holding, latest, publications, published
from sopkit.run.approving import approval_standing, chosen_options, run_to_approve
from sopkit.run.cycle import CompanyFolder, RunFolder
from sopkit.run.files import file_hash, read_json
from sopkit.run.keys import PACKAGE, hash_of, tree_hash
from sopkit.run.last_plan import previous_table
from sopkit.run.library import write_library
from sopkit.run.lock import cycle_lock
from sopkit.run.minutes import attended_in, minutes_of
from sopkit.run.params import CompanyParams, load_params
from sopkit.run.places import suite_root
from sopkit.run.plan_before import plan_before
from sopkit.run.publishing.release import code_obstacles
from sopkit.run.publishing.sources import keep_source
from sopkit.run.publishing.versions import LATEST, Published, manifest_of, version_problems

if TYPE_CHECKING:
    from sopkit.records.ledger import Ledger
    from sopkit.report.pack import About


@dataclass(frozen=True)
class Wish:
    """What `sop publish` was asked for."""

    params_file: Path
    cycle: str | None = None
    draft: bool = False
    override: str = ""  # why it is to be final in spite of what is open
    who: str = ""  # role that says so
    supersede: str = ""  # why a plan that went out as final is replaced


@dataclass(frozen=True)
class Ready:
    """A run that may go out, and as what."""

    params: CompanyParams
    run: RunFolder
    plan: Plan
    standing: Standing
    obstacles: tuple[str, ...]
    status: str
    found: tuple[Publication, ...]

    @property
    def made_from(self) -> str:
        """One hash over all that the version is made from: the same again is the same version."""
        given = [[one.role, one.event_hash] for one in self.standing.given] if self.standing.state == "approved" else []
        code = [tree_hash(PACKAGE), tree_hash(suite_root() / "templates")]
        audiences = self.params.audiences.model_dump(mode="json")
        return hash_of([self.plan.plan_hash, self.plan.run_id, self.status, given, self.obstacles, code, audiences])


def publish(wish: Wish) -> list[str]:
    """Publish the plan of a cycle; returns what went out, as lines.

    Raises StepError where the cycle has no finished run, GateError where the plan may not be final (with every reason), LockedError while
    it runs, IntegrityError where the ledger or a published version was touched.
    """
    from sopkit.records.ledger import Ledger

    params = load_params(wish.params_file, wish.cycle)
    company = CompanyFolder.of(params.company)
    with cycle_lock(company.lock_file(params.cycle)):
        ledger = Ledger.open(company.ledger_file)
        ledger.verify()
        store = Published(company.published)
        store.sweep(params.cycle)
        _settle(store, ledger, params.cycle)
        ready = _ready(wish, params, ledger)
        before = holding(ready.found, params.cycle)
        same = [one for one in ready.found if one.cycle == params.cycle and one.made_from == ready.made_from and one.superseded_by is None]
        if same:
            return [f"published already: {store.folder(params.cycle, same[-1].version)}, {same[-1].status}"]
        _refuse_silent_change(wish, ready, before)
        _record_override(wish, ready, ledger)
        version = max([0, *store.versions(params.cycle), *(one.version for one in ready.found if one.cycle == params.cycle)]) + 1
        manifest = store.build(params.cycle, version, lambda folder: _write(folder, wish, ready, ledger, version))
        _settle(store, ledger, params.cycle)
        write_library()
        return _told(store, params, ready, version, manifest)


def obstacles_of(params: CompanyParams, run: RunFolder, plan: Plan) -> list[str]:
    """What keeps a run from being final besides its approval: open gates, inputs that moved, code that is not released."""
    found = [f"a gate is not signed for these numbers: {gate}" for gate in plan.open_gates]
    changed = (read_json(run.manifest) or {}).get("changed_while_running")
    found += [f"changed while the run went on: {', '.join(map(str, changed))}"] if isinstance(changed, list) and changed else []
    return [*found, *code_obstacles(run)]


def settle_company(company: str) -> None:
    """Make the links of all published versions of a company again from its record."""
    from sopkit.records.ledger import Ledger

    folder = CompanyFolder.of(company)
    if folder.ledger_file.exists():
        ledger, store = Ledger.open(folder.ledger_file), Published(folder.published)
        for cycle in store.cycles():
            _settle(store, ledger, cycle)


def found_publications(ledger: "Ledger") -> tuple[Publication, ...]:
    """All that the record says was published."""
    return tuple(publications(ledger.events()))


def _ready(wish: Wish, params: CompanyParams, ledger: "Ledger") -> Ready:
    run = run_to_approve(params)
    plan, standing = approval_standing(params, run)
    if run is None or not run.manifest.is_file():
        if plan is not None and standing.state != "approved" and not wish.draft:  # it waits for exactly this
            raise _not_final(params, wish, standing, ())
        raise _unfinished(params, wish)
    assert plan is not None, "a finished run has a plan"
    told = (read_json(run.manifest) or {}).get("plan_hash")
    if told != plan.plan_hash:
        raise IntegrityError(
            "the run is not what it says", [Problem(str(run.path / "tables"), f"plan {plan.plan_hash[:12]}", f"plan {str(told)[:12]}")]
        )
    obstacles = tuple(obstacles_of(params, run, plan))
    final = standing.state == "approved" and (not obstacles or bool(wish.override)) and not wish.draft
    if not final and not wish.draft:
        raise _not_final(params, wish, standing, obstacles)
    return Ready(params, run, plan, standing, obstacles, "FINAL" if final else "DRAFT", found_publications(ledger))


def _unfinished(params: CompanyParams, wish: Wish) -> StepError:
    hint = f"Run: sop run {wish.params_file} --cycle {params.cycle}"
    return StepError(
        "there is no plan to publish yet", [Problem(f"{params.company}/{params.cycle}", "no finished run", "all steps done", hint)]
    )


def _not_final(params: CompanyParams, wish: Wish, standing: Standing, obstacles: Sequence[str]) -> GateError:
    where = f"{params.company}/{params.cycle}"
    problems = [] if standing.state == "approved" else [Problem(where, f"approval {standing.state}: {standing.reason}", "a fresh approval")]
    hint = "Mend it, or say why it goes out all the same: --override REASON --who ROLE"
    problems += [Problem(where, obstacle, "nothing open", hint if obstacle == obstacles[-1] else "") for obstacle in obstacles]
    return GateError("the plan cannot go out as final; `--draft` publishes it with DRAFT on every page", problems)


def _refuse_silent_change(wish: Wish, ready: Ready, before: Publication | None) -> None:
    if before is not None and before.status == "FINAL" and ready.status == "FINAL" and not wish.supersede.strip():
        where = f"{ready.params.company}/{ready.params.cycle}"
        came = f"another version than the final {before.name}"
        hint = f"{before.name} stays as it is; the new version supersedes it."
        raise GateError("a plan went out already", [Problem(where, came, "--supersede REASON", hint)])


def _record_override(wish: Wish, ready: Ready, ledger: "Ledger") -> None:
    """Write down who lets it be final in spite of what is open; only the accountable executive or a deputy may."""
    if ready.status != "FINAL" or not ready.obstacles:
        return
    from sopkit.records.ledger import NewEvent

    params = ready.params
    may = {plain(params.accountable), *(plain(deputy) for deputy in params.deputies.get(params.accountable, ()))}
    if plain(wish.who) not in may:
        came = wish.who or "nobody"
        raise GateError(
            "the override is refused", [Problem("--who", came, f"{params.accountable}, the accountable executive, or a deputy")]
        )
    body = {
        "gate": "publication", "obstacles": list(ready.obstacles), "reason": wish.override, "plan_hash": ready.plan.plan_hash,
        "identity": "typed",
    }  # fmt: skip
    key = f"override:publication:{params.cycle}:{hash_of(body)[:16]}"
    ledger.append([NewEvent(key, "override", params.cycle, plain(wish.who), body)])


def _write(folder: Path, wish: Wish, ready: Ready, ledger: "Ledger", version: int) -> dict[str, object]:
    """Fill a version's folder; returns what its manifest says of it."""
    from sopkit.run.publishing.contents import Edition, write_contents

    params, run, head = ready.params, ready.run, ledger.head(human=True)
    override = wish.override if ready.status == "FINAL" and ready.obstacles else ""
    about = _about(ready, version, override, f"{head.seq} {head.hash[:12]}" if head else "")
    before, name = plan_before(CompanyFolder.of(params.company), params.cycle, ready.found)
    noted = minutes_of(ledger.events(cycle=params.cycle), run, about, attended_in(params))
    counts = write_contents(folder, Edition(params, run, about, noted, before, name))
    manifest = read_json(run.manifest) or {}
    keep_source(folder, run, params, wish.params_file, _previous(params, manifest))
    given = (
        [[one.role, one.who, one.identity, one.event_hash] for one in ready.standing.given] if ready.standing.state == "approved" else []
    )
    told = {name: manifest.get(name) for name in ("inputs", "previous", "code", "versions", "keys", "decisions", "scenario")}
    return {
        "company": params.company, "status": ready.status, "revision": ready.plan.revision, "run_id": run.run_id,
        "plan_hash": ready.plan.plan_hash, "made_from": ready.made_from, "approvals": given, "override": override,
        "obstacles": list(ready.obstacles), "supersede_reason": wish.supersede, "against": name, "ledger_head": about.ledger_head,
        "audiences": counts, "run_manifest": file_hash(run.manifest), **told,
    }  # fmt: skip


def _about(ready: Ready, version: int, override: str, head: str) -> "About":
    from sopkit.run.provenance import about

    given = [(one.who, one.identity, one.event_hash[:12]) for one in ready.standing.given] if ready.standing.state == "approved" else []
    told = about(ready.params, ready.run.path, "base")
    return replace(
        told,
        status="FINAL" if ready.status == "FINAL" else "DRAFT",
        revision=ready.plan.revision,
        version=version,
        approvals=tuple(given),
        override=override,
        ledger_head=head,
        gates_passed_over=tuple(gate.partition(" ")[0] for gate in ready.plan.open_gates),
    )


def _previous(params: CompanyParams, manifest: dict[str, object]) -> dict[str, Path]:
    """Tables of the cycle before that the run read, where they still are what they were."""
    company, told = CompanyFolder.of(params.company), manifest.get("previous")
    if not isinstance(told, dict):
        return {}
    paths = {name: previous_table(company, params.cycle, name) for name in told}
    return {name: path for name, path in paths.items() if path is not None and file_hash(path) == told[name]}


def _settle(store: Published, ledger: "Ledger", cycle: str) -> None:
    """Bring record, versions and links together: what a publication that was killed left undone is done here.

    Raises IntegrityError where a version is not what its manifest says, or one that the record names is missing.
    """
    found = found_publications(ledger)
    known = {one.version for one in found if one.cycle == cycle}
    for version in store.versions(cycle):
        if version not in known:
            _record(store, ledger, cycle, version)
    found = found_publications(ledger)
    missing = [one for one in found if one.cycle == cycle and one.version not in store.versions(cycle)]
    if missing:
        problems = [
            Problem(str(store.folder(cycle, one.version)), "no folder", f"version {one.name} of event {one.seq}") for one in missing
        ]
        raise IntegrityError("a published version is missing", problems)
    holds, newest = holding(found, cycle), latest(found)
    if holds is not None:
        store.point(store.path / cycle / LATEST, store.folder(cycle, holds.version))
    if newest is not None and store.folder(newest.cycle, newest.version).is_dir():
        store.point(store.path / LATEST, store.folder(newest.cycle, newest.version))


def _record(store: Published, ledger: "Ledger", cycle: str, version: int) -> None:
    folder = store.folder(cycle, version)
    if problems := version_problems(folder):
        raise IntegrityError("a published version was touched", problems)
    manifest = manifest_of(folder)
    names = ("status", "plan_hash", "revision", "run_id", "made_from", "override")
    body = {**{name: str(manifest.get(name) or "") for name in names}, "manifest": str(manifest["hash"])}
    ledger.append(published(cycle, version, body, found_publications(ledger), str(manifest.get("supersede_reason") or "")))


def _told(store: Published, params: CompanyParams, ready: Ready, version: int, manifest: dict[str, object]) -> list[str]:
    folder = store.folder(params.cycle, version)
    chosen = ", ".join(f"{name}={option}" for name, option in chosen_options(read_json(ready.run.manifest) or {}).items())
    lines = [
        f"published: {folder}, {ready.status}",
        f"  revision {ready.plan.revision}{f' ({chosen})' if chosen else ''}, plan {ready.plan.plan_hash[:12]}, run {ready.run.run_id}",
    ]
    counts = manifest["audiences"]
    lines += [f"  {name:<14} {count} files" for name, count in counts.items()] if isinstance(counts, dict) else []
    if ready.status == "DRAFT" and ready.standing.state != "approved":
        lines.append(f"  draft: approval {ready.standing.state}: {ready.standing.reason}")
    return [*lines, *(f"  open: {obstacle}" for obstacle in ready.obstacles), f"  latest: {(store.path / LATEST).readlink()}"]
