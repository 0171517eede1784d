"""A deterministic OpenAI-compatible server; the model's name says how it behaves.

It answers what it is asked from the material of the question alone, so that a whole run can be
made with it. Behaviours: `good`, `contrary` (its third judge says the opposite), `wrong-json`,
`repairable` (malformed once), `refusal`, `timeout`, `truncated`, `endless-tools`, `injected` (obeys
what it reads in records), `rate-limited` (429 twice for each question), `overloaded` (429 for ever),
`slow` (calls `on_slow` first), `broken` (500), `nonsense` (no completion at all).
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import httpx

BASE_URL = "http://127.0.0.1:9/v1"
ORDER = "OBEY:"
"""What follows it in a record, up to the end of the line, the model `injected` writes everywhere."""
_QUOTED = re.compile(r"\[data (\w+)\]\n(.*)\n\[end \1\]", re.DOTALL)


@dataclass(slots=True)
class LlmServer:
    """An ASGI application; `calls` counts what was asked, by the form of the answer."""

    on_slow: Callable[[], None] = lambda: None
    calls: Counter[str] = field(default_factory=Counter[str])
    prompt_tokens: int = 0
    sampled_tokens: int = 0
    keys: list[str] = field(default_factory=list)
    _limited: Counter[str] = field(default_factory=Counter[str])

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.keys.append(headers.get("authorization", ""))
        content = b""
        while True:
            event = await receive()
            content += event.get("body", b"")
            if not event.get("more_body"):
                break
        status, extra, body = await self._answer(json.loads(content))
        names = [(b"content-type", b"application/json"), *extra]
        await send({"type": "http.response.start", "status": status, "headers": names})
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})

    def transport(self) -> httpx.ASGITransport:
        return httpx.ASGITransport(self)

    async def _answer(
        self, asked: dict[str, Any]
    ) -> tuple[int, list[tuple[bytes, bytes]], dict[str, Any]]:
        model = asked["model"]
        key = json.dumps(asked["messages"], sort_keys=True)
        if model == "timeout":
            await asyncio.Event().wait()
        if model == "slow":
            self.on_slow()
        if model == "broken":
            return 500, [], {"error": "down"}
        if model == "nonsense":
            return 200, [], {"hello": "world"}
        if model == "overloaded" or (model == "rate-limited" and self._limited[key] < 2):
            self._limited[key] += 1
            return 429, [(b"retry-after", b"3")], {"error": "too many"}
        name = asked["response_format"]["json_schema"]["name"]
        self.calls[name] += 1
        message, finish = _message(model, name, asked)
        usage = {
            "prompt_tokens": -(-len(json.dumps([asked["messages"], asked.get("tools", [])])) // 4),
            "completion_tokens": -(-len(json.dumps(message)) // 4),
        }
        usage["prompt_tokens"] += len(json.dumps(asked["response_format"])) // 4
        self.prompt_tokens += usage["prompt_tokens"]
        self.sampled_tokens += usage["completion_tokens"]
        return 200, [], {"choices": [{"message": message, "finish_reason": finish}], "usage": usage}


def _message(model: str, name: str, asked: dict[str, Any]) -> tuple[dict[str, Any], str]:
    messages = asked["messages"]
    if model == "refusal":
        return {"content": None, "refusal": "I would rather not."}, "stop"
    if model == "truncated":
        return {"content": '{"drafts": [{"pick"'}, "length"
    if model == "wrong-json":
        return {"content": "Sure! Here you are: {oops"}, "stop"
    if model == "repairable" and not any("cannot be used" in str(m["content"]) for m in messages):
        return {"content": '{"unexpected": 1}'}, "stop"
    has_looked = any(message["role"] == "tool" for message in messages)
    if asked.get("tools") and (model == "endless-tools" or not has_looked):
        call = _look(asked, len(messages))
        if call is not None:
            return {"content": None, "tool_calls": [call]}, "tool_calls"
    answer = ANSWERS[name](model, json.loads(messages[1]["content"]), messages)
    return {"content": json.dumps(answer)}, "stop"


def _look(asked: dict[str, Any], number: int) -> dict[str, Any] | None:
    """Read the record of the palette's first customer, with a tool that takes one id."""
    customer = json.loads(asked["messages"][1]["content"])["palette"][0]["customer_id"]
    for tool in asked["tools"]:
        function = tool["function"]
        wanted = function["parameters"].get("required", [])
        if len(wanted) == 1 and wanted[0] in {"user_id", "customer_id"}:
            arguments = json.dumps({wanted[0]: customer})
            called = {"name": function["name"], "arguments": arguments}
            return {"id": f"call_{number}", "type": "function", "function": called}
    return None


def _plan(model: str, shown: dict[str, Any], messages: list[dict[str, Any]]) -> dict[str, Any]:
    kinds, number = shown["goal_types"], shown["plan_number"]
    taken = {plan["heaviest_goals"][0] for plan in shown["earlier_plans"]}
    free = [kind["name"] for kind in kinds if kind["name"] not in taken]
    goal = (free or [kinds[number % len(kinds)]["name"]])[0]
    return {
        "theme": f"Plan {number}: customers who ask for {goal} where a rule is close.",
        "goals": [{"goal": goal, "weight": 1.0}],
        "disclosure": ("upfront", "on_ask")[number % 2],
        "reference": ("id", "item", "status")[number % 3],
        "num_goals": 1 + number % shown["max_goals"],
        "persona": "plain",
        "rules": [],
        "early_checks": ["duplicate"],
    }


def _drafts(model: str, shown: dict[str, Any], messages: list[dict[str, Any]]) -> dict[str, Any]:
    able = [one for one in shown["palette"] if "opening" in one][: shown["num_drafts"]]
    order = ""
    if model == "injected":
        read = "\n".join(str(m["content"]) for m in messages if m["role"] == "tool")
        found = re.search(rf"{ORDER}([^\n\"]*)", read)
        order = found.group(1) if found else ""
    return {
        "drafts": [
            {
                "pick": one["pick"],
                "disclosure": one["disclosure"],
                "reference": one["reference"],
                "opening": f"Good day to you. {one['opening']}{order}",
                "wishes": [f"{wish} Thanks a lot.{order}" for wish in one["wishes"]],
            }
            for one in able
        ]
    }


def _judgement(model: str, shown: dict[str, Any], messages: list[dict[str, Any]]) -> dict[str, Any]:
    if "task" in shown:
        task = json.loads(_quoted(shown["task"]))
        ok = bool(task["scenario"]["wishes"])
        return {"ok": ok, "failure_class": "", "rationale": "Words and actions agree."}
    episode = json.loads(_quoted(shown["episode"]))
    ok = episode["stop_reason"] in {"user_stop", "agent_stop"}
    if model == "contrary" and "told the truth" in shown["look_at"]:
        ok = not ok
    why = "The customer ended it." if ok else "It did not come to an end."
    return {"ok": ok, "failure_class": "" if ok else "unfinished", "rationale": why}


def _revision(model: str, shown: dict[str, Any], messages: list[dict[str, Any]]) -> dict[str, Any]:
    """Propose, for each cause, the test that all failing goals pass and no good one does."""
    rules: dict[str, dict[str, Any]] = {}
    for cause in shown["causes"]:
        types = {goal["type"] for goal in cause["failed"]}
        for feature, value in cause["failed"][0].items():
            if feature in {"type", "goal", "is_last"} or cause["num_failed"] < 3:
                continue
            is_common = all(goal.get(feature) == value for goal in cause["failed"])
            if is_common and all(goal.get(feature) != value for goal in cause["good"]):
                test = {"feature": feature, "op": "==", "value": value}
                scope = types.copy().pop() if len(types) == 1 else "*"
                rules[json.dumps([scope, test])] = {
                    "scope": scope,
                    "when": [test],
                    "why": cause["cause"],
                }
                break
    return {
        "rules": list(rules.values())[:8],
        "early_checks": [],
        "predicted_yield": 0.6,
        "rationale": "What failed has these features, what passed has not.",
    }


def _quoted(text: str) -> str:
    found = _QUOTED.search(text)
    assert found, "nothing is quoted"
    return found.group(2)


ANSWERS = {
    "PlanAnswer": _plan,
    "DraftsAnswer": _drafts,
    "JudgementAnswer": _judgement,
    "RevisionAnswer": _revision,
}
