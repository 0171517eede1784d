"""A domain where the user has a database and tools of his own, through sessions and MCP."""

from seawright_environment.domains import DOMAINS
from seawright_environment.settings import Settings
from seawright_environment.wiring import build
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.messages import ToolCall
from tests.contract.test_environment import serving

MOCK = DatabaseRef(domain="mock", seed=1, num_customers=10)


async def test_both_sides_states_come_back_when_a_session_is_opened_again():
    content = DOMAINS["mock"]
    assert content.user_toolkit is not None
    writes = [tool for tool in content.user_toolkit.tools.values() if tool.kind == "write"]
    async with serving(build(Settings(tau2_data_dir=None))) as client:
        session = await client.open_session(MOCK)
        opened = (await session.state()).session
        assert opened.user_state_hash is not None
        for tool in writes:
            await session.call(ToolCall(id=tool.name, name=tool.name, requestor="user"))
        before = (await session.state()).session
        await client.close(session.id)
        after = (await session.state()).session
        assert after.id != before.id
        assert after.model_copy(update={"id": before.id}) == before
