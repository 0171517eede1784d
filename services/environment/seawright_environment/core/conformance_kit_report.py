"""What the conformance kit tells: one report per law, one per domain."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LawReport:
    """What came of trying one law."""

    law: str
    tried: int
    """Things it was tried on: tools, calls, sequences, tasks."""
    failures: list[str]
    """What is wrong, and where: each begins with the place."""
    notes: list[str]
    """What could not be tried, or is worth knowing."""

    @property
    def ok(self) -> bool:
        """Whether the law holds as far as it was tried."""
        return not self.failures


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainReport:
    """What came of all laws on one domain."""

    name: str
    source: str
    """Where the domain was found."""
    laws: list[LawReport]

    @property
    def ok(self) -> bool:
        """Whether every law holds."""
        return all(law.ok for law in self.laws)
