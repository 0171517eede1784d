from seawright_console.usecases.check_holdout import separation_of
from seawright_shared.records.datasets import Dialogue
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.messages import Message
from seawright_shared.records.tasks import Scenario, Task


def task(name: str, customer: str | None) -> Task:
    return Task(
        id=name,
        domain="retail",
        database=DatabaseRef(domain="retail"),
        customer_id=customer,
        scenario=Scenario(persona="plain", opening="Hello", wishes=[]),
    )


def dialogue(task_id: str, text: str) -> Dialogue:
    return Dialogue(
        id=f"d_{task_id}",
        task_id=task_id,
        trajectory_id="t",
        system="",
        tools=[],
        messages=[Message(role="user", content=text)],
    )


def test_data_of_different_customers_is_separate():
    found = separation_of([task("h", "mia_1")], [task("t", "leo_2")], [dialogue("s", "I am leo_2")])
    assert found.is_clean
    assert (found.num_heldout_customers, found.num_train_customers) == (1, 1)
    assert (found.num_heldout_tasks, found.num_train_tasks) == (1, 2)


def test_a_customer_on_both_sides_is_found():
    found = separation_of([task("h", "mia_1")], [task("t", "mia_1")], [])
    assert found.shared_customers == ("mia_1",)
    assert not found.is_clean


def test_a_task_on_both_sides_is_found_even_in_dialogues():
    found = separation_of([task("h", "mia_1")], [], [dialogue("h", "Hello")])
    assert found.shared_tasks == ("h",)
    assert not found.is_clean


def test_a_held_out_id_in_the_text_of_a_dialogue_is_found():
    found = separation_of([task("h", "mia_1")], [], [dialogue("s", "I am mia_1, hello")])
    assert found.shared_texts == ("mia_1",)
    assert not found.is_clean
