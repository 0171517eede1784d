"""What the commands of other formats share: the use cases, and how overlaps are shown."""

from collections.abc import Sequence

from seawright_console.core.deployment import Deployment
from seawright_console.core.ports import Screen
from seawright_console.usecases.transfer_areal import TransferAreal
from seawright_console.usecases.transfer_runs import TransferRuns
from seawright_console.usecases.transfer_tasks import TransferTasks
from seawright_shared.clients.exchange import ExchangeClient
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.contamination import ContaminationReport


def exchange(at: Deployment) -> ExchangeClient:
    """Return the client of the environment's routes for other formats."""
    return ExchangeClient(at.peers["environment"])


def task_transfer(at: Deployment) -> TransferTasks:
    """Return what brings tasks in and out."""
    return TransferTasks(exchange=exchange(at), orchestrator=at.orchestrator)


def run_transfer(at: Deployment) -> TransferRuns:
    """Return what brings recorded runs in and out."""
    return TransferRuns(exchange=exchange(at), tasks=task_transfer(at))


def areal_transfer(at: Deployment) -> TransferAreal:
    """Return what brings the AReaL-tau2 data in."""
    return TransferAreal(exchange=exchange(at))


def domain_of(named: str | None, told: str | None) -> str:
    """Return the domain that the command names, else the one that the file tells."""
    domain = named or told
    if domain is None:
        raise InvalidRequestError("the file names no domain: say --domain")
    return domain


def show_contamination(report: ContaminationReport, shown: Screen) -> None:
    """Show counts per kind and split, and the ids of the worst."""
    rows = [
        [
            kind.split,
            kind.kind,
            f"{kind.num_tasks}/{report.num_tasks}",
            f"{kind.num_benchmark_tasks}/{report.num_benchmark_tasks[kind.split]}",
            _some([overlap.foreign_id for overlap in kind.overlaps]),
        ]
        for kind in report.kinds
    ]
    shown.table(
        f"{report.domain}: {report.num_contaminated} of {report.num_tasks} tasks overlap",
        ["split", "kind", "tasks", "benchmark tasks", "ids"],
        rows,
    )


def _some(ids: Sequence[str], most: int = 5) -> str:
    rest = len(ids) - most
    return ", ".join(ids[:most]) + (f" and {rest} more" if rest > 0 else "")
