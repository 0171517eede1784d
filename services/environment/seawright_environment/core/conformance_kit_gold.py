"""Gold to try a domain on: its own tasks, and tasks that its author's drafts become."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from seawright_environment.core.domain_plugins import DomainPlugin
from seawright_environment.core.draft_drawing import draw_drafts
from seawright_environment.core.drafting import Author, DraftOrder
from seawright_environment.core.task_checks import check_draft
from seawright_environment.core.task_checks_candidate import Candidate
from seawright_environment.core.world import Base, World
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.plans import CheckConfig
from seawright_shared.records.tasks import Draft, EnvironmentCall, Task

MIN_KILL = 0.95
HOLDOUT_SHARE = 0.2
CHECKS = (
    CheckConfig(id="schema"),
    CheckConfig(id="execution"),
    CheckConfig(id="policy"),
    CheckConfig(id="effect"),
    CheckConfig(id="reference"),
    CheckConfig(id="selftest"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldOrder:
    """What is drafted: for which database, and how much."""

    database: DatabaseRef
    drafts_per_goal: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """Tasks, and how many drafts of each goal became one."""

    tasks: list[Task]
    num_drafts: int
    num_accepted: Mapping[str, int]


def collect_gold(
    plugin: DomainPlugin, base: Base, order: GoldOrder, clock: Callable[[], float]
) -> Gold:
    """Return the domain's tasks and those of its author, goal type by goal type."""
    tasks = list(plugin.tasks())
    accepted: dict[str, int] = {}
    num_drafts = 0
    author = plugin.author
    for goal_type in author.goal_types if author is not None else ():
        assert author is not None, "only an author has goal types"
        made = 0
        for draft in _drafts(author, base, order, goal_type):
            num_drafts += 1
            candidate = Candidate(draft=draft, base=base, author=author)
            checked = check_draft(candidate, CHECKS, min_kill=MIN_KILL, clock=clock)
            if checked.task is not None:
                made += 1
                tasks.append(checked.task)
        accepted[goal_type] = made
    return Gold(tasks=tasks, num_drafts=num_drafts, num_accepted=accepted)


def _drafts(author: Author, base: Base, order: GoldOrder, goal_type: str) -> list[Draft]:
    wanted = DraftOrder(
        database=order.database,
        seed=order.database.seed,
        num=order.drafts_per_goal,
        is_heldout=False,
        holdout_share=HOLDOUT_SHARE,
        goals={goal_type: 1.0},
        num_goals={1: 1.0},
        disclosures={"upfront": 1.0, "on_ask": 1.0},
        references={"id": 1.0},
        personas=["plain"],
    )
    return draw_drafts(wanted, author, World.open(base).view)


def gold_calls(task: Task) -> list[EnvironmentCall]:
    """Return the calls of a task's golden actions."""
    return [
        EnvironmentCall(requestor=action.requestor, name=action.name, arguments=action.arguments)
        for action in task.golden_actions
    ]
