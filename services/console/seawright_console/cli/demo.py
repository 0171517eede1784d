"""`demo`: the main job end to end."""

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from seawright_console.adapters.jinja_pages import write_report
from seawright_console.adapters.tau2_folder import require_tau2_data
from seawright_console.cli import options
from seawright_console.cli.embedded import embedded
from seawright_console.cli.outcome import run, screen
from seawright_console.cli.session import deployment
from seawright_console.core.demo_plan import DemoPlan
from seawright_console.core.demo_result import CONTROL, DemoResult
from seawright_console.core.deployment import Deployment
from seawright_console.core.ports import Screen
from seawright_console.core.report import report_of
from seawright_console.core.run_failure import RunFailedError
from seawright_console.settings import Settings
from seawright_console.usecases.end_earlier import EndEarlier
from seawright_console.usecases.gather_findings import GatherFindings
from seawright_console.usecases.run_demo import RunDemo
from seawright_shared.records.ids import new_id


def demo(
    tau2: options.Tau2 = False,  # noqa: FBT002 - typer reads flags so
    no_rl_signal: options.NoSignal = False,  # noqa: FBT002
    seed: Annotated[int, typer.Option(help="The seed of everything random.")] = 0,
    folder: options.Folder = None,
    port: options.Port = None,
    base: Annotated[Path | None, typer.Option(help="The base model's folder.")] = None,
    url: options.Url = None,
    as_json: options.Json = False,  # noqa: FBT002
) -> None:
    """Synthesize, fine-tune, reinforce, and print pass^k before and after."""
    settings = Settings()
    plan = DemoPlan(
        seed=seed,
        tau2=tau2,
        rl_signal=not no_rl_signal,
        model_prefix=f"demo-{new_id('m')[-8:]}",
    )
    where = (folder or settings.folder).absolute()
    run(
        _demo(
            plan,
            where,
            settings.port if port is None else port,
            (base or tiny_base()).absolute(),
            url,
            as_json=as_json,
        )
    )


def tiny_base() -> Path:
    """Return the folder of the base model that this package ships."""
    return Path(str(resources.files("seawright_console").joinpath("tiny_base/model")))


async def _demo(
    plan: DemoPlan, folder: Path, port: int, base: Path, url: str | None, *, as_json: bool
) -> None:
    shown = screen()
    settings = Settings()
    if plan.tau2 and url is None:
        require_tau2_data(tau2_data_dir(), "retail")
    async with AsyncExitStack() as stack:
        running = None
        if url is None:
            running = await stack.enter_async_context(embedded(folder, settings.host, port))
            url = running.url
            shown.say(f"dashboard while it runs: {url}/")
        at = await stack.enter_async_context(deployment(settings, url))
        if running is not None:
            # The folder is locked: no other demonstration is at work here.
            for ended in await EndEarlier(deployment=at)():
                shown.say(f"ended {ended.id} of an earlier demonstration that was interrupted")
        run_demo = RunDemo(
            deployment=at,
            plan=plan,
            base_folder=base,
            screen=shown,
            clock=time.perf_counter,
            pause=asyncio.sleep,
        )
        result = await run_demo()
        path = await _report(at, plan, result, folder / f"{plan.model_prefix}.html", shown)
    present(result, path, shown, as_json=as_json)


def present(result: DemoResult, report: Path, shown: Screen, *, as_json: bool) -> None:
    """Show how long it took and where the report is; raise in the end where RL failed."""
    shown.table(
        "Time", ["phase", "seconds"], [[name, f"{it:.1f}"] for name, it in result.seconds.items()]
    )
    shown.say(f"total {sum(result.seconds.values()) / 60:.1f} minutes; report: {report}")
    if as_json:
        typer.echo(result.as_json())
    if result.rl_failure is not None:
        raise RunFailedError(f"RL failed: {result.rl_failure}")


def tau2_data_dir() -> Path | None:
    """Return where the embedded environment will look for tau2-bench's data."""
    # Here, not above: a command that has nothing to do with it need not import it.
    import seawright_environment.settings

    return seawright_environment.settings.Settings().tau2_data_dir


async def _report(
    at: Deployment, plan: DemoPlan, result: DemoResult, path: Path, shown: Screen
) -> Path:
    runs = [result.synthesis.run.id, *(run.id for run in result.trainings)]
    stages = {run.id: name for name, run in result.evaluations.items()}
    control = "" if plan.rl_signal else f" {CONTROL}"
    failed = "" if result.rl_failure is None else f" RL FAILED: {result.rl_failure}."
    with shown.phase("Report") as meter:
        findings = await GatherFindings(deployment=at)(
            [*runs, *stages],
            title="seawright demo: retail" + ("" if plan.rl_signal else ", control"),
            subtitle=f"Synthesis, fine-tuning and GRPO of a tiny agent, seed {plan.seed}.{control}{failed}",
            stages=stages,
            notes=result.notes,
            num_readings=plan.num_trajectories,
        )
        times = {f"seconds, {name}": f"{it:.1f}" for name, it in result.seconds.items()}
        findings = replace(findings, versions={**findings.versions, **times})
        written = write_report(report_of(findings), path)
        meter.show(1, 1)
    return written
