"""The agenda of a meeting: which of the proposed decisions are asked, in which order and words, and where the lead recommends otherwise.

The S&OP lead writes it in `params/<company>/agenda.yaml`; `agenda_texts` looks at its figures.
No pandas until decisions are merged.
"""

from pydantic import BaseModel, ConfigDict, Field

from sopkit.errors import Problem
from sopkit.meeting.policy import Decision, MeetingPolicy, Overlay

MOST = 3  # decisions that one meeting takes
WORDS = ("question", "reason")


class AgendaItem(BaseModel):
    """One decision on the agenda; what is left out stands as proposed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    decision: str = Field(description="a decision of the params; of merged ones the name they go by")
    question: str = Field(default="", description="the question in other words")
    titles: dict[str, str] = Field(default_factory=dict, description="option: its title in other words")
    recommend: str = Field(default="", description="option to recommend in place of the rule's")
    reason: str = Field(default="", description="why, where the recommendation departs from the rule")
    merge: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="decisions taken as one: option: the option of each of them; the first does nothing"
    )


class Agenda(BaseModel):
    """The agenda of one cycle's meeting."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cycle: str = Field(description="cycle that it is for; another cycle passes it over")
    decisions: tuple[AgendaItem, ...] = Field(min_length=1, max_length=MOST, description="what is asked, in this order; nothing else is")

    def texts(self) -> list[tuple[tuple[str, ...], str]]:
        """What the lead wrote, each with its place in the file."""
        found = [(("decisions", str(at), name), str(getattr(item, name))) for at, item in enumerate(self.decisions) for name in WORDS] + [
            (("decisions", str(at), "titles", option), text)
            for at, item in enumerate(self.decisions)
            for option, text in item.titles.items()
        ]
        return [(place, text) for place, text in found if text]


class AgendaFile(BaseModel):
    """An agenda with where its texts stand, and the decisions before it was applied."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    agenda: Agenda
    places: tuple[str, ...] = Field(description="file and line of each of the agenda's texts")
    proposed: MeetingPolicy = Field(description="the decisions as they were proposed")


def agenda_problems(agenda: Agenda, policy: MeetingPolicy) -> list[tuple[tuple[str, ...], Problem]]:
    """What of an agenda cannot be followed, each with its place in the file; none where all can."""
    problems: list[tuple[tuple[str, ...], Problem]] = []
    taken: list[str] = []
    for at, item in enumerate(agenda.decisions):
        place = ("decisions", str(at))
        named = [*next(iter(item.merge.values()))] if item.merge else [item.decision]
        for name in named:
            if name not in policy.decisions:
                problems.append((place, Problem("", f"decision {name!r}", f"one of {', '.join(policy.decisions)}")))
            elif name in taken:
                problems.append((place, Problem("", f"{name} a second time", "each decision once")))
        taken += named
        if not problems:
            problems += [(place, problem) for problem in _item_problems(item, policy)]
    return problems


def with_agenda(policy: MeetingPolicy, agenda: Agenda) -> MeetingPolicy:
    """The policy with the decisions that the agenda asks, in its order and words; `agenda_problems` has found none.

    Merged decisions become one, whose options are composed of theirs; it has the earliest last date and the owners of all.
    """
    return policy.model_copy(update={"decisions": {item.decision: _asked(item, policy) for item in agenda.decisions}})


def _item_problems(item: AgendaItem, policy: MeetingPolicy) -> list[Problem]:
    options = [*item.merge] if item.merge else [*policy.decisions[item.decision].options]
    named = [*item.titles, *([item.recommend] if item.recommend else [])]
    problems = [Problem("", f"option {name!r} of {item.decision}", f"one of {', '.join(options)}") for name in named if name not in options]
    if item.recommend and not item.reason.strip():
        problems.append(Problem("", f"{item.decision}: {item.recommend} is recommended without a reason", "a reason"))
    for option, parts in item.merge.items():
        wrong = [f"{name}={part}" for name, part in parts.items() if part not in policy.decisions[name].options]
        if wrong or [*parts] != [*next(iter(item.merge.values()))]:
            problems.append(Problem("", f"{item.decision}, option {option}: {wrong or parts}", "an option of each merged decision"))
    return problems


def _asked(item: AgendaItem, policy: MeetingPolicy) -> Decision:
    decision = _merged(item, policy) if item.merge else policy.decisions[item.decision]
    options = {
        name: overlay.model_copy(update={"title": item.titles[name]}) if name in item.titles else overlay
        for name, overlay in decision.options.items()
    }
    told = {"question": item.question or decision.question, "options": options}
    return decision.model_copy(update={**told, "recommend": item.recommend, "recommend_reason": item.reason})


def _merged(item: AgendaItem, policy: MeetingPolicy) -> Decision:
    from sopkit.meeting.scenarios import compose

    parts = [policy.decisions[name] for name in next(iter(item.merge.values()))]
    options: dict[str, Overlay] = {}
    for option, chosen in item.merge.items():
        overlays = [policy.decisions[name].options[part] for name, part in chosen.items()]
        notes = "; ".join(overlay.note for overlay in overlays if overlay.note)
        options[option] = compose(overlays).model_copy(update={"note": notes})
    return Decision(
        question=" ".join(part.question for part in parts),
        owner=" and ".join(dict.fromkeys(part.owner for part in parts)),
        last_date=min(part.last_date for part in parts),
        options=options,
        hazard=next((part.hazard for part in parts if part.hazard), None),
    )
