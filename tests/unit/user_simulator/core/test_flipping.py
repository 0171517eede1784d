from seawright_orchestrator.core.prompts import user_system
from seawright_shared.records.messages import Message
from seawright_user_simulator.core.flipping import flipped, instructions
from tests.support import telecom_synthesis
from tests.support.synthesis import accepted


def test_user_models_are_sampled_with_the_text_they_are_trained_on():
    tasks = [*accepted()[:30], *telecom_synthesis.accepted()[:10]]
    assert {bool(task.scenario.deeds) for task in tasks} == {True, False}
    for task in tasks:
        assert instructions(task.scenario) == user_system(task.scenario)


def test_the_other_side_of_the_conversation_is_the_users():
    scenario = accepted()[0].scenario
    said = [Message(role="assistant", content="Hi!"), Message(role="user", content="Hello.")]
    assert [(m.role, m.content) for m in flipped(scenario, said)[1:]] == [
        ("user", "Hi!"),
        ("assistant", "Hello."),
    ]
