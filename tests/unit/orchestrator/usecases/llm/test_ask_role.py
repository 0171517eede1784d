"""The model behaves badly in every way there is; each becomes a named failure, none an exception."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from pydantic import JsonValue

from seawright_orchestrator.adapters.llm.folder_replies import FolderReplies
from seawright_orchestrator.adapters.llm.openai_chat import MAX_TRIES, OpenAiChat
from seawright_orchestrator.core.llm.answers import DraftsAnswer, JudgementAnswer
from seawright_orchestrator.core.llm.chats import Failure, FailureName
from seawright_orchestrator.core.llm.concurrency import Window
from seawright_orchestrator.core.llm.costs import Ledger
from seawright_orchestrator.core.llm.fences import fenced
from seawright_orchestrator.core.llm.questions import Question
from seawright_orchestrator.usecases.llm.ask_role import AskRole
from seawright_shared.records.llm import LlmSpec
from seawright_shared.records.messages import ToolCall, ToolSchema
from tests.support.llm_server import BASE_URL, LlmServer

FIND = ToolSchema(
    name="find",
    description="Find a customer.",
    parameters={"type": "object", "required": ["user_id"]},
    kind="read",
)
ENTRY: JsonValue = {
    "pick": 0,
    "customer_id": "ann",
    "disclosure": "upfront",
    "reference": "id",
    "opening": "Hello.",
    "wishes": ["Cancel it."],
}


@dataclass(slots=True)
class Desk:
    """Answers every call, and remembers them."""

    calls: list[ToolCall] = field(default_factory=list[ToolCall])

    async def call(self, call: ToolCall) -> str:
        self.calls.append(call)
        return '{"name": "Ann"}'


@dataclass(slots=True)
class Bench:
    """A role, its endpoint, and the waits that were asked for."""

    server: LlmServer
    chat: OpenAiChat
    ask: AskRole
    waits: list[float]


def bench(
    folder: Path, model: str, *, server: LlmServer | None = None, **changes: JsonValue
) -> Bench:
    server = server or LlmServer()
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    pause: Callable[[float], Awaitable[None]] = sleep
    spec = LlmSpec.model_validate(
        {"base_url": BASE_URL, "model": model, "timeout_seconds": 0.05, **changes}
    )
    chat = OpenAiChat(
        http=httpx.AsyncClient(transport=server.transport()),
        known=FolderReplies(folder),
        window=Window(most=8, size=8.0),
        sleep=pause,
    )
    ask = AskRole(chat=chat, spec=spec, ledger=Ledger(spec=spec))
    return Bench(server=server, chat=chat, ask=ask, waits=waits)


def damage(folder: Path) -> None:
    (kept,) = folder.rglob("*.json")
    kept.write_text("{")


def drafts_question() -> Question[DraftsAnswer]:
    return Question(
        role="task_synthesizer",
        system="Choose.",
        material={"palette": [ENTRY], "num_drafts": 1},
        form=DraftsAnswer,
        seed=1,
        tools=[FIND],
    )


def judge_question() -> Question[JudgementAnswer]:
    return Question(
        role="task_verifier",
        system="Judge.",
        material={"task": fenced(json.dumps({"scenario": {"wishes": ["x"]}}), "the task")},
        form=JudgementAnswer,
        seed=1,
    )


async def test_a_good_model_looks_and_answers(tmp_path: Path):
    desk, made = Desk(), bench(tmp_path, "good")
    answer = await made.ask(drafts_question(), desk)
    assert isinstance(answer, DraftsAnswer)
    assert [call.arguments for call in desk.calls] == [{"user_id": "ann"}]
    assert made.ask.ledger.taken()["task_synthesizer"].num_calls == 2


@pytest.mark.parametrize(
    ("model", "name", "num_asked"),
    [
        ("wrong-json", FailureName.MALFORMED, 3),
        ("refusal", FailureName.REFUSED, 1),
        ("truncated", FailureName.TRUNCATED, 1),
        ("timeout", FailureName.TIMEOUT, 0),
        ("endless-tools", FailureName.ENDLESS_TOOLS, 5),
        ("broken", FailureName.UNAVAILABLE, 0),
        ("nonsense", FailureName.UNAVAILABLE, 0),
        ("overloaded", FailureName.RATE_LIMITED, 0),
    ],
)
async def test_what_goes_wrong_is_a_named_failure_and_is_counted(
    tmp_path: Path, model: str, name: FailureName, num_asked: int
):
    made = bench(tmp_path, model, max_tool_calls=4)
    answer = await made.ask(drafts_question(), Desk())
    assert isinstance(answer, Failure)
    assert answer.name is name
    assert made.ask.ledger.taken()["task_synthesizer"].failures == {name.value: 1}
    assert made.server.calls["DraftsAnswer"] == num_asked


async def test_a_malformed_answer_is_asked_for_again_with_its_error(tmp_path: Path):
    made = bench(tmp_path, "repairable")
    answer = await made.ask(judge_question())
    assert isinstance(answer, JudgementAnswer)
    assert made.server.calls["JudgementAnswer"] == 2


async def test_an_answer_that_names_what_does_not_exist_is_malformed_too(tmp_path: Path):
    made = bench(tmp_path, "good")
    question = Question(
        role="task_verifier",
        system="Judge.",
        material=judge_question().material,
        form=JudgementAnswer,
        seed=1,
        objection=lambda _: "no such thing",
    )
    answer = await made.ask(question)
    assert isinstance(answer, Failure)
    assert answer.detail == "no such thing"
    assert made.server.calls["JudgementAnswer"] == 3


async def test_retry_after_is_honoured_and_the_window_shrinks(tmp_path: Path):
    made = bench(tmp_path, "rate-limited")
    answer = await made.ask(judge_question())
    assert isinstance(answer, JudgementAnswer)
    assert made.waits == [3.0, 3.0]
    assert made.chat.window.size == 8.0 * 0.75 * 0.75


async def test_an_endpoint_that_is_overloaded_for_ever_is_given_up(tmp_path: Path):
    made = bench(tmp_path, "overloaded")
    assert isinstance(await made.ask(judge_question()), Failure)
    assert len(made.waits) == MAX_TRIES - 1


async def test_a_slow_call_shrinks_the_window_and_counts_as_answered(tmp_path: Path):
    seconds = [0.0]

    def later() -> None:
        seconds[0] += 90.0

    made = bench(tmp_path, "slow", server=LlmServer(on_slow=later))
    made.chat.clock = lambda: seconds[0]
    assert isinstance(await made.ask(judge_question()), JudgementAnswer)
    assert made.chat.window.size == 6.0
    assert made.ask.ledger.taken()["task_verifier"].seconds == 90.0


async def test_the_same_question_is_asked_once_even_by_another_process(tmp_path: Path):
    first = bench(tmp_path, "good")
    told = await first.ask(judge_question())
    second = bench(tmp_path, "good")
    assert await second.ask(judge_question()) == told
    assert second.server.calls.total() == 0
    assert second.ask.ledger.taken()["task_verifier"].num_cached == 1


async def test_a_failure_is_not_remembered(tmp_path: Path):
    first = bench(tmp_path, "refusal")
    await first.ask(judge_question())
    await first.ask(judge_question())
    assert first.server.calls.total() == 2


async def test_a_damaged_reply_is_asked_for_again(tmp_path: Path):
    first = bench(tmp_path, "good")
    await first.ask(judge_question())
    damage(tmp_path)
    await first.ask(judge_question())
    assert first.server.calls.total() == 2


async def test_nothing_is_asked_when_the_budget_is_spent(tmp_path: Path):
    made = bench(tmp_path, "good", dollars_per_million_prompt=1e6, max_dollars_per_iteration=0.001)
    assert isinstance(await made.ask(judge_question()), JudgementAnswer)
    answer = await made.ask(judge_question())
    assert isinstance(answer, Failure)
    assert answer.name is FailureName.BUDGET
    assert made.server.calls.total() == 1


async def test_a_model_without_tools_that_calls_one_is_told_so(tmp_path: Path):
    made = bench(tmp_path, "endless-tools")
    answer = await made.ask(drafts_question(), None)
    assert isinstance(answer, Failure)
    assert answer.name is FailureName.MALFORMED
