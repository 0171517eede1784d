"""What the environment's benchmark asks of tau2-bench's data: calls, episodes, golden actions."""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seawright_environment.adapters.tau2_files import Tau2Files
from seawright_environment.core.databases import Databases
from seawright_environment.core.tau2_documents import Tau2Document, read_document
from seawright_environment.core.tau2_messages import import_messages
from seawright_environment.core.world import Base
from seawright_environment.domains import DOMAINS
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.messages import Message, Requestor
from seawright_shared.records.trajectories import StopReason

NUM_CALLS = 100
STOPS = {
    "user_stop": StopReason.USER_STOP,
    "agent_stop": StopReason.AGENT_STOP,
    "max_steps": StopReason.MAX_TURNS,
    "too_many_errors": StopReason.MAX_ERRORS,
    "agent_error": StopReason.AGENT_ERROR,
}
USER_TOOLS = frozenset(
    {"check_status_bar", "run_speed_test", "toggle_data", "toggle_airplane_mode"}
)
"""Of the tools measured at tau2-bench: the user's."""
Tables = Mapping[str, Mapping[str, Any]]
"""As the domain's file has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A recorded episode and its recorded outcome."""

    document: Tau2Document
    messages: Sequence[Message]
    stop: StopReason
    is_solo: bool
    reward: float
    final_hash: str | None
    """Of the agent's database; a real episode records none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainInputs:
    """One domain on tau2-bench's data, with the peer's recorded costs."""

    name: str
    base: Base
    peer: Mapping[str, Any]
    golden: Sequence[Episode]
    real: Sequence[Episode]
    base_tasks: Sequence[Tau2Document]


def read_domain(folder: Path, name: str, peer: Mapping[str, Any]) -> DomainInputs:
    """Read one domain's data and records."""
    files = Tau2Files(folder=folder / "data")
    listed: list[Any] = list(files.tasks(name))
    documents = {each["id"]: each for each in listed}
    databases = Databases(DOMAINS, read_tau2=files.database)
    in_base = files.splits(name)["base"]
    return DomainInputs(
        name=name,
        base=databases.load(DatabaseRef(domain=name, source="tau2")),
        peer=peer,
        golden=[golden_episode(each, documents) for each in _records(folder, f"golden_{name}")],
        real=[
            real_episode(each, documents)
            for each in _records(folder, f"real_{name}")
            if each["recomputed_current"]["strict"]
        ],
        base_tasks=[read_document(documents[each]) for each in in_base],
    )


def _records(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    with gzip.open(folder / "open" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def golden_episode(record: dict[str, Any], documents: Mapping[str, Any]) -> Episode:
    """Return a synthetic episode of golden actions as the evaluator got it."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": "hello"}]
    for number, step in enumerate(record["steps"]):
        call = {key: step[key] for key in ("name", "arguments", "requestor")}
        answer = {key: step[key] for key in ("content", "error", "requestor")}
        messages.append({"role": step["requestor"], "tool_calls": [{**call, "id": f"c{number}"}]})
        messages.append({"role": "tool", "id": f"c{number}", **answer})
    messages.append({"role": "assistant", "content": record["final_text"]})
    return Episode(
        document=read_document(documents[record["task_id"]]),
        messages=import_messages(messages),
        stop=StopReason.USER_STOP,
        is_solo=False,
        reward=record["reward_info"]["reward"],
        final_hash=record["final_hash"]["agent"],
    )


def real_episode(record: dict[str, Any], documents: Mapping[str, Any]) -> Episode:
    """Return a recorded model's episode, under the task's present definition."""
    return Episode(
        document=read_document(documents[record["task_id"]]),
        messages=import_messages(record["messages"]),
        stop=STOPS[record["termination_reason"]],
        is_solo=bool(record["solo_mode"]),
        reward=record["recomputed_current"]["reward_info"]["reward"],
        final_hash=None,
    )


def requestor_of(tool: str) -> Requestor:
    """Return who calls a measured tool."""
    return "user" if tool in USER_TOOLS else "assistant"


def arguments_of(domain: str, base: Base, tool: str) -> list[dict[str, Any]]:
    """Return up to a hundred argument sets of a measured tool, spread over the database."""
    tables: Any = base.database.tables
    makers = {"airline": _airline, "retail": _retail, "telecom": _telecom}
    found = makers[domain](tables).get(tool)
    return [{}] if found is None else found[:NUM_CALLS]


def _retail(tables: Tables) -> dict[str, list[dict[str, Any]]]:
    users = list(tables["users"].values())[:500:5]
    orders = [each for each in tables["orders"].values() if each["status"] == "pending"]
    return {
        "find_user_id_by_name_zip": [{**u["name"], "zip": u["address"]["zip"]} for u in users],
        "get_user_details": [{"user_id": each["user_id"]} for each in users],
        "get_order_details": [{"order_id": each["order_id"]} for each in orders],
        "get_product_details": [{"product_id": each} for each in [*tables["products"]] * 2],
        "modify_user_address": [{"user_id": u["user_id"], **u["address"]} for u in users],
        "modify_pending_order_address": [
            {"order_id": each["order_id"], **each["address"]} for each in orders
        ],
    }


def _airline(tables: Tables) -> dict[str, list[dict[str, Any]]]:
    users = list(tables["users"].values())[:500:5]
    trips = list(tables["reservations"].values())[:1000:10]
    legs = [
        {key: trip[key] for key in ("origin", "destination")} | {"date": trip["flights"][0]["date"]}
        for trip in trips
    ]
    return {
        "get_user_details": [{"user_id": each["user_id"]} for each in users],
        "get_reservation_details": [{"reservation_id": t["reservation_id"]} for t in trips],
        "search_direct_flight": legs,
        "search_onestop_flight": legs,
        "update_reservation_baggages": [
            {
                "reservation_id": trip["reservation_id"],
                "total_baggages": trip["total_baggages"],
                "nonfree_baggages": trip["nonfree_baggages"],
                "payment_id": method,
            }
            for trip in trips
            # Certificates cannot pay for an update, not even for nothing.
            for method in [*tables["users"][trip["user_id"]]["payment_methods"]][:1]
            if not method.startswith("certificate")
        ],
        "update_reservation_passengers": [
            {"reservation_id": trip["reservation_id"], "passengers": trip["passengers"]}
            for trip in trips
        ],
    }


def _telecom(tables: Tables) -> dict[str, list[dict[str, Any]]]:
    customers = list(tables["customers"].values())
    lines = [
        {"customer_id": each["customer_id"], "line_id": line}
        for each in customers
        for line in each["line_ids"]
    ]
    return {
        "get_customer_by_phone": [{"phone_number": each["phone_number"]} for each in customers],
        "get_details_by_id": [{"id": each["customer_id"]} for each in customers]
        + [{"id": each["line_id"]} for each in lines],
        "get_data_usage": lines,
        "enable_roaming": lines,
        "disable_roaming": lines,
    }
