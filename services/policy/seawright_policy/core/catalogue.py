"""Which models are served, in which version, and what a publication may change."""

from dataclasses import dataclass, field, replace
from typing import Literal

from seawright_policy.core.rendering import Renderer
from seawright_shared.errors import ConflictError, NotFoundError
from seawright_shared.records.rollouts import PolicyVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """One model: its renderer, its loaded versions, which one is current or prepared."""

    name: str
    renderer: Renderer
    context_length: int
    loaded: dict[int, PolicyVersion] = field(default_factory=dict[int, PolicyVersion])
    current: int | None = None
    prepared: int | None = None

    def version(self, wanted: int | None) -> int:
        """Return the version to sample with; None asks for the current one."""
        if wanted is None:
            if self.current is None:
                raise NotFoundError(f"no version of model {self.name!r} is committed yet")
            return self.current
        if wanted not in self.loaded or (wanted == self.prepared and wanted != self.current):
            raise NotFoundError(
                f"version {wanted} of model {self.name!r} is not loaded",
                {"loaded": ", ".join(str(one) for one in sorted(self.loaded))},
            )
        return wanted


@dataclass(slots=True)
class Catalogue:
    """The served models by name. Changed only between awaits of one event loop."""

    servings: dict[str, Serving] = field(default_factory=dict[str, Serving])

    def get(self, name: str) -> Serving:
        """Return a model, or raise that it is not served."""
        serving = self.servings.get(name)
        if serving is None:
            served = ", ".join(sorted(self.servings)) or "none"
            raise NotFoundError(f"model {name!r} is not served", {"model": name, "served": served})
        return serving


Decision = Literal["load", "switch", "nothing"]


def decide(
    serving: Serving | None,
    version: PolicyVersion,
    phase: Literal["prepare", "commit"],
    *,
    is_rollback: bool,
) -> Decision:
    """Return what a publication asks for: loading, switching, or nothing (it is done already)."""
    number = version.version
    current = serving.current if serving else None
    loaded = serving.loaded.get(number) if serving else None
    if loaded is not None and loaded.sha256 != version.sha256:
        raise ConflictError(
            f"version {number} of {version.model!r} was published with other weights",
            {"sha256": loaded.sha256},
        )
    if current is not None and number < current and not is_rollback:
        raise ConflictError(
            f"version {number} of {version.model!r} is older than {current}; "
            "say `rollback` to go back",
            {"current": current},
        )
    if phase == "prepare":
        return "load" if loaded is None else "nothing"
    if loaded is None:
        raise ConflictError(f"version {number} of {version.model!r} is not prepared")
    return "nothing" if number == current else "switch"


def retired(serving: Serving, num_kept: int) -> tuple[Serving, list[int]]:
    """Return the serving without its oldest versions beyond `num_kept`, and which those are."""
    spare = [one for one in serving.loaded if one not in (serving.current, serving.prepared)]
    gone = spare[: max(len(spare) - num_kept, 0)]
    loaded = {number: one for number, one in serving.loaded.items() if number not in gone}
    return replace(serving, loaded=loaded), gone
