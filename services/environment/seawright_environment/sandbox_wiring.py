"""Where the sandboxes for checker source are joined. Nothing starts before it is needed."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter

from seawright_environment.adapters.sandbox.bubblewrap import find_bubblewrap
from seawright_environment.adapters.sandbox.layers import SandboxLayers
from seawright_environment.adapters.sandbox.monty import MontySandbox
from seawright_environment.adapters.sandbox.processes import ProcessSandbox
from seawright_environment.adapters.sandbox.zygotes import ProcessLimits
from seawright_environment.api.sandbox import sandbox_routes
from seawright_environment.core.databases import Databases
from seawright_environment.core.drafting import Author
from seawright_environment.core.source_checker import Sandboxes
from seawright_environment.settings import Settings
from seawright_environment.usecases.check_source import CheckSource
from seawright_environment.usecases.sandbox_probing import ProbeSandboxes


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxHouse:
    """Both sandboxes of a process."""

    monty: MontySandbox
    processes: ProcessSandbox

    @property
    def sandboxes(self) -> Sandboxes:
        """What verification and the gate run source in."""
        return Sandboxes(monty=self.monty, cpython=self.processes)

    def routes(self, databases: Databases, authors: Mapping[str, Author]) -> APIRouter:
        """Return the routes of the self-tests."""
        check = CheckSource(databases=databases, authors=authors, sandboxes=self.sandboxes)
        layers = SandboxLayers(monty=self.monty, processes=self.processes)
        return sandbox_routes(check, ProbeSandboxes(layers=layers))

    def close(self) -> None:
        """End every process of the sandboxes."""
        self.monty.close()
        self.processes.close()


def sandbox_house(settings: Settings) -> SandboxHouse:
    """Return the sandboxes that the settings describe."""
    limits = ProcessLimits(
        cpu_seconds=settings.sandbox_cpu_seconds,
        wall_seconds=settings.sandbox_wall_seconds,
        memory_bytes=settings.sandbox_memory_bytes,
    )
    find = find_bubblewrap if settings.sandbox_bubblewrap == "auto" else lambda: None
    return SandboxHouse(
        monty=MontySandbox(
            find=find,
            wall_seconds=settings.sandbox_wall_seconds / 2,
            max_checks=settings.sandbox_checks,
        ),
        processes=ProcessSandbox(
            limits=limits,
            max_checks=settings.sandbox_checks,
            find=find,
        ),
    )
