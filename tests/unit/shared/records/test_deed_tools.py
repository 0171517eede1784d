from seawright_shared.records.deed_tools import deed_tools
from seawright_shared.records.tasks import Deed, Scenario, Wish

SCENARIO = Scenario(
    persona="plain",
    opening="Hi.",
    wishes=[Wish(text="My messages do not go out.")],
    deeds=[
        Deed(name="grant", arguments={"permission": "sms"}, cues=[["sms"]], says="{result}"),
        Deed(name="restart_phone", cues=[["restart"]], says="{result}"),
        Deed(
            name="grant", arguments={"permission": "storage"}, cues=[["storage"]], says="{result}"
        ),
    ],
)


def test_a_customer_is_offered_each_tool_of_his_deeds_once_with_their_values():
    grant, restart = deed_tools(SCENARIO)
    assert (grant.name, restart.name) == ("grant", "restart_phone")
    assert grant.parameters == {
        "type": "object",
        "properties": {"permission": {"type": "string", "enum": ["sms", "storage"]}},
        "required": ["permission"],
    }
    assert restart.parameters["properties"] == {}
    assert {tool.requestor for tool in (grant, restart)} == {"user"}


def test_who_can_do_nothing_is_offered_nothing():
    assert deed_tools(SCENARIO.model_copy(update={"deeds": []})) == []
