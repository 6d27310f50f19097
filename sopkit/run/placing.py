"""Where what people wrote stands: overlays that know the file and line of each of their changes and names."""

from pathlib import Path

from sopkit.meeting.policy import MeetingPolicy, Overlay

Lines = dict[tuple[str, ...], int]  # line of each name of a YAML file, by its path
WORDS = ("changes", "title", "note")


def placed(overlay: Overlay, path: Path, lines: Lines, *within: str) -> Overlay:
    """The overlay, each of its changes and names with the file and line that it stands on.

    Args:
        overlay: as it was read.
        path, lines: of its file.
        within: where the overlay stands in the file; nothing = it is the file.
    """
    changes = (
        change.model_copy(update={"place": f"{path}, line {lines.get((*within, 'changes', str(at)), 1)}"})
        for at, change in enumerate(overlay.changes)
    )
    own = {place[len(within) :]: line for place, line in lines.items() if place[: len(within)] == within and len(place) > len(within)}
    names = {".".join(place): f"{path}, line {line}" for place, line in own.items() if place[0] not in WORDS}
    return overlay.model_copy(update={"changes": tuple(changes), "places": names})


def placed_decisions(policy: MeetingPolicy, path: Path, lines: Lines) -> MeetingPolicy:
    """The policy, each option and hazard of its decisions with the file and line that it stands on."""
    decisions = {}
    for name, decision in policy.decisions.items():
        at = ("meeting", "decisions", name)
        options = {key: placed(option, path, lines, *at, "options", key) for key, option in decision.options.items()}
        hazard = decision.hazard
        if hazard is not None:
            hazard = hazard.model_copy(update={"overlay": placed(hazard.overlay, path, lines, *at, "hazard", "overlay")})
        decisions[name] = decision.model_copy(update={"options": options, "hazard": hazard})
    return policy.model_copy(update={"decisions": decisions})
