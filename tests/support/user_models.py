"""A deterministic OpenAI-compatible server of user models; the model's name says how it behaves."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx

REFUSED = "was refused"
"""Stands in the system message of a question that is asked anew."""


def _call(name: str, arguments: str) -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    return {"content": None, "tool_calls": [{"id": "x", "type": "function", "function": function}]}


BAD: dict[str, dict[str, Any]] = {
    "empty": {"content": " \n"},
    "speaks_as_agent": {"content": "Hello! How can I help you today?"},
    "narrates": {"content": "*sighs* The customer says that he wants to cancel."},
    "foreign_tool": _call("cancel_pending_order", '{"order_id": "#W1234"}'),
    "malformed_call": _call("reboot_device", "[1"),
    "early_stop": {"content": "Thanks! ###STOP###"},
    "unheard_transfer": {"content": "###TRANSFER###"},
}
"""By the reason for which each is refused, whatever is asked."""


@dataclass(slots=True)
class UserModels:
    """An ASGI application. `mends-X` errs as X until it is told so; `mends2-X` errs twice."""

    asked: list[dict[str, Any]] = field(default_factory=list)
    num_failures: int = 0
    """Answers to come that are a 503."""

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.num_failures:
            self.num_failures -= 1
            return httpx.Response(503, headers={"retry-after": "0"})
        asked = json.loads(request.content)
        self.asked.append(asked)
        if asked["model"] == "nonsense":
            return httpx.Response(200, json={"hello": "world"})
        return httpx.Response(200, json={"choices": [{"message": self._message(asked)}]})

    def _message(self, asked: dict[str, Any]) -> dict[str, Any]:
        model = asked["model"]
        is_again = REFUSED in asked["messages"][0]["content"]
        if model.startswith("mends2-"):
            return _good(asked) if len(self.asked) > 2 else BAD[model.removeprefix("mends2-")]
        if model.startswith("mends-"):
            return _good(asked) if is_again else BAD[model.removeprefix("mends-")]
        if model == "looping":
            said = [m["content"] for m in asked["messages"] if m["role"] == "assistant"]
            return {"content": said[-1] if said else "Hello, I need something."}
        if model == "thinks":
            return {"content": f"<think>As the agent I would...</think>{_good(asked)['content']}"}
        return BAD.get(model) or _good(asked)


def _good(asked: dict[str, Any]) -> dict[str, Any]:
    """Play the part by what stands in the system message: open, agree, tell, go on, take leave."""
    system = asked["messages"][0]["content"]
    said = [m for m in asked["messages"] if m["role"] != "system"]
    last = said[-1]["content"].lower()
    own = [m["content"] or "" for m in said if m["role"] == "assistant"]
    if not own:
        opening = next(x for x in system.splitlines() if x.startswith("Your opening: "))
        return {"content": opening.removeprefix("Your opening: ")}
    wishes = [line.partition(". ")[2] for line in _section(system, "What you want")]
    if any(cue in last for cue in ("shall i", "yes/no", "proceed", "correct?")):
        return {"content": "Yes, please."}
    if "?" in last and "anything else" not in last:
        facts = [line.removeprefix("- ") for line in _section(system, "What you know")]
        return {"content": " ".join(facts)}
    for wish in wishes[1:]:
        if wish not in own:
            return {"content": wish}
    return {"content": "That is all, thanks. ###STOP###"}


def _section(system: str, heading: str) -> list[str]:
    """Return the lines below all headings that begin so."""
    parts = [part.splitlines() for part in system.split("\n\n")]
    return [line for part in parts if part[0].startswith(heading) for line in part[1:]]
