"""An author's endpoint leads nowhere else: only the host that a run may name is asked."""

import httpx
import pytest

from seawright_orchestrator.adapters.llm.openai_chat import OpenAiChat
from seawright_orchestrator.core.llm.chats import ChatReply, ChatRequest, Failure, FailureName
from seawright_orchestrator.core.llm.concurrency import Window

ASKED = ChatRequest(
    base_url="http://author/v1",
    model="m",
    messages=[],
    schema_name="s",
    schema={},
    temperature=1.0,
    max_tokens=10,
    seed=1,
    timeout_seconds=5.0,
    slow_seconds=5.0,
)


class Nothing:
    """Knows no reply."""

    async def found(self, key: str) -> ChatReply | None:
        return None

    async def keep(self, key: str, reply: ChatReply) -> None:
        raise AssertionError("a redirect is no reply")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_a_failure_and_the_key_goes_nowhere_else(status: int):
    asked: list[httpx.URL] = []

    def lead_on(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        inner = "http://169.254.169.254/latest/meta-data"
        return httpx.Response(status, headers={"location": inner})

    async with httpx.AsyncClient(transport=httpx.MockTransport(lead_on), trust_env=False) as http:
        chat = OpenAiChat(http=http, known=Nothing(), window=Window(most=1), api_key="secret")
        answer = await chat.complete(ASKED)
    assert isinstance(answer, Failure)
    assert answer.name is FailureName.UNAVAILABLE
    assert {url.host for url in asked} == {"author"}
