"""Try the conformance kit on domains: built-in, installed, or in a project's folder."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from seawright_environment.core.conformance_kit import check_domain, fingerprint
from seawright_environment.core.conformance_kit_bench import Budget
from seawright_environment.core.conformance_kit_report import DomainReport, LawReport
from seawright_environment.core.domain_plugins import BrokenDomain, Candidate, DomainPlugin, loaded
from seawright_shared.errors import NotFoundError, SeawrightError

HASH_SEEDS = (1, 2)
"""Of Python's own hashes of texts: what goes by the order of a set differs between them."""
LOADS, EVERYWHERE = "the domain loads", "every process tells the same"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckDomain:
    """Find the domains that a target names, and try every law on each."""

    find: Callable[[str], Sequence[Candidate]]
    elsewhere: Callable[[str, str, int], str]
    """Returns a domain's fingerprint, told by another process with this hash seed."""

    def __call__(self, target: str, budget: Budget | None = None) -> list[DomainReport]:
        """Return a report per domain; a domain that cannot be loaded is a report, too."""
        candidates = self.find(target)
        if not candidates:
            raise NotFoundError(f"no domain {target!r}, and no folder of this name")
        return [self._report(target, candidate, budget) for candidate in candidates]

    def _report(self, target: str, candidate: Candidate, budget: Budget | None) -> DomainReport:
        plugin = loaded(candidate)
        if isinstance(plugin, BrokenDomain):
            told = [f"{plugin.source}: {plugin.reason}"]
            laws = [LawReport(law=LOADS, tried=1, failures=told, notes=[])]
            return DomainReport(name=candidate.name, source=candidate.source, laws=laws)
        laws = [
            LawReport(law=LOADS, tried=1, failures=[], notes=[]),
            *check_domain(plugin, budget),
            self._everywhere(target, plugin),
        ]
        return DomainReport(name=candidate.name, source=candidate.source, laws=laws)

    def _everywhere(self, target: str, plugin: DomainPlugin) -> LawReport:
        """Try whether hashes, answers and tables are the same with other hash seeds."""
        failures: list[str] = []
        try:
            here = fingerprint(plugin)
        # The domain's own code runs here; the other laws have told where it breaks.
        except Exception as error:  # noqa: BLE001
            here = ""
            failures.append(f"this process: {type(error).__name__}: {error}")
        for seed in HASH_SEEDS if here else ():
            try:
                there = self.elsewhere(target, plugin.content.name, seed)
            except SeawrightError as fault:
                failures.append(f"PYTHONHASHSEED={seed}: {fault.detail}")
                continue
            if there != here:
                what = "answers, hashes or tables differ; does something go by the order of a set?"
                failures.append(f"PYTHONHASHSEED={seed}: {what}")
        return LawReport(law=EVERYWHERE, tried=len(HASH_SEEDS), failures=failures, notes=[])
