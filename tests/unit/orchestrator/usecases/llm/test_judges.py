from pathlib import Path
from typing import Literal

import httpx

from seawright_orchestrator.adapters.llm.folder_replies import FolderReplies
from seawright_orchestrator.adapters.llm.openai_chat import OpenAiChat
from seawright_orchestrator.core.llm.committee import MIN_CASES
from seawright_orchestrator.core.llm.concurrency import Window
from seawright_orchestrator.core.llm.costs import Ledger
from seawright_orchestrator.core.synthesis.ports import PlayedEpisode
from seawright_orchestrator.usecases.llm.ask_role import AskRole
from seawright_orchestrator.usecases.llm.judge_tasks import JudgeTasks
from seawright_orchestrator.usecases.llm.judge_trajectories import JudgeTrajectories
from seawright_shared.records.domains import Domain
from seawright_shared.records.llm import LlmSpec
from seawright_shared.records.messages import Message
from seawright_shared.records.reports import JudgeScore
from seawright_shared.records.trajectories import AgentSpec, StopReason, Trajectory, UserSpec
from seawright_shared.records.verdicts import Attribution, Verdict
from tests.support.llm_server import BASE_URL, LlmServer
from tests.support.synthesis import check, drafts, order

DOMAIN = Domain(
    name="retail", version="1", domain_policy="Be fair.", tools=[], goal_types=[], features=[]
)
TASK = next(task for task in (check(one).task for one in drafts(order(60))) if task)


def asking(folder: Path, model: str, server: LlmServer) -> AskRole:
    spec = LlmSpec(base_url=BASE_URL, model=model, judged_share=1.0, min_agreement=0.7)
    chat = OpenAiChat(
        http=httpx.AsyncClient(transport=server.transport()),
        known=FolderReplies(folder),
        window=Window(most=8),
    )
    return AskRole(chat=chat, spec=spec, ledger=Ledger(spec=spec))


def episode(number: int, *, ok: bool, attribution: Attribution | None = None) -> PlayedEpisode:
    trajectory = Trajectory(
        id=f"traj_{number}",
        episode_id=f"ep_{number}",
        task_id=TASK.id,
        agent=AgentSpec(kind="scripted"),
        user=UserSpec(),
        seed=number,
        messages=[Message(role="user", content=f"Hello {number}.")],
        stop_reason=StopReason.USER_STOP if ok else StopReason.MAX_TURNS,
    )
    verdict = Verdict(subject="trajectory", ok=ok, stage="checker", attribution=attribution)
    return PlayedEpisode(trajectory=trajectory, verdict=verdict)


def committee(
    folder: Path,
    model: Literal["good", "contrary", "refusal"],
    server: LlmServer,
    earlier: dict[str, JudgeScore] | None = None,
) -> JudgeTrajectories:
    ask = asking(folder, model, server)
    return JudgeTrajectories(ask=ask, domain=DOMAIN, seed=1, earlier=earlier or {})


async def test_replay_shows_which_judge_says_the_opposite_and_he_loses_his_vote(tmp_path: Path):
    judges = committee(tmp_path, "contrary", LlmServer())
    for number in range(MIN_CASES):
        verdict = await judges.judge(TASK, episode(number, ok=number % 2 == 0))
        assert verdict is not None
        assert verdict.ok == (number % 2 == 0)
    scores = judges.scores
    assert (scores["judge_0"].agreement, scores["judge_2"].agreement) == (1.0, 0.0)
    assert (scores["judge_0"].precision, scores["judge_0"].recall) == (1.0, 1.0)
    assert (scores["judge_2"].precision, scores["judge_2"].recall) == (0.0, 0.0)
    later = committee(tmp_path, "contrary", LlmServer(), earlier=scores)
    # One of the two who still may vote is known to be wrong as well: now they are at a tie.
    bad = {**scores, "judge_1": JudgeScore(num_false_alarms=MIN_CASES)}
    assert (await later.judge(TASK, episode(99, ok=True))) is not None
    alone = committee(tmp_path, "contrary", LlmServer(), earlier=bad)
    told = await alone.judge(TASK, episode(100, ok=False))
    assert told is not None
    assert not told.ok


async def test_scores_of_this_iteration_do_not_decide_who_votes_in_it(tmp_path: Path):
    judges = committee(tmp_path, "contrary", LlmServer())
    for number in range(3 * MIN_CASES):
        await judges.judge(TASK, episode(number, ok=True))
    assert judges.earlier == {}
    assert judges.found["judge_2"].num == 3 * MIN_CASES


async def test_a_committee_that_refuses_has_no_verdict(tmp_path: Path):
    judges = committee(tmp_path, "refusal", LlmServer())
    assert await judges.judge(TASK, episode(1, ok=True)) is None
    assert judges.scores == {}


async def test_an_episode_that_infrastructure_spoilt_is_not_shown_to_anybody(tmp_path: Path):
    server = LlmServer()
    judges = committee(tmp_path, "good", server)
    spoilt = episode(1, ok=False, attribution=Attribution.INFRA)
    assert await judges.judge(TASK, spoilt) is None
    assert server.calls.total() == 0


async def test_a_task_is_kept_where_the_verifier_has_no_answer(tmp_path: Path):
    judge = JudgeTasks(ask=asking(tmp_path, "truncated", LlmServer()), domain=DOMAIN, seed=1)
    (verdict,) = await judge.judge([TASK])
    assert verdict.ok
    assert verdict.rationale == "truncated"


async def test_a_task_without_a_wish_is_refused_with_the_verifiers_reason(tmp_path: Path):
    judge = JudgeTasks(ask=asking(tmp_path, "good", LlmServer()), domain=DOMAIN, seed=1)
    empty = TASK.model_copy(
        update={"scenario": TASK.scenario.model_copy(update={"wishes": []}), "id": "task_x"}
    )
    good, bad = await judge.judge([TASK, empty])
    assert good.ok
    assert not bad.ok
    assert bad.failure_class == "judge:misaligned"
    assert bad.attribution is Attribution.TASK
    assert bad.rationale
