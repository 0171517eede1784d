"""The agent's tools and the functions that prepare the carrier's side, by name."""

from collections.abc import Callable, Mapping

from pydantic import JsonValue

from seawright_environment.core.toolkits import Tool, ToolKind, Toolkit
from seawright_environment.domains.telecom import accounts, billing, carrier_faults, lines

Schema = dict[str, JsonValue]
_CUSTOMER = "Whose it is: the customer's id, for example 'C1001'."
_LINE = "Which of the customer's lines, for example 'L1001'."


def _parameter(name: str, words: str, kind: str = "string") -> Schema:
    return {"description": words, "title": name.replace("_", " ").title(), "type": kind}


def _of_line() -> Schema:
    return {
        "customer_id": _parameter("customer_id", _CUSTOMER),
        "line_id": _parameter("line_id", _LINE),
    }


def _tool(
    kind: ToolKind,
    description: str,
    run: Callable[..., str],
    parameters: Mapping[str, JsonValue],
    defaults: Mapping[str, JsonValue] | None = None,
) -> Tool:
    return Tool(
        name=run.__name__,
        kind=kind,
        description=description,
        parameters=parameters,
        defaults=defaults or {},
        run=run,
    )


_LIMIT: Schema = {
    "default": billing.DEFAULT_LIMIT,
    **_parameter("limit", "How many of the latest bills are shown.", "integer"),
}
_TOOLS = (
    _tool(
        "read",
        "Find the customer to whom a phone number belongs, be it his own or one of his lines'.",
        accounts.get_customer_by_phone,
        {"phone_number": _parameter("phone_number", "The number, for example '555-123-2002'.")},
    ),
    _tool(
        "read",
        "Show a customer's account.",
        accounts.get_customer_by_id,
        {"customer_id": _parameter("customer_id", "The customer's id, for example 'C1001'.")},
    ),
    _tool(
        "read",
        "Find customers by their whole name. Several may share it: the birthday tells them apart.",
        accounts.get_customer_by_name,
        {
            "full_name": _parameter("full_name", "First and last name; case does not matter."),
            "dob": _parameter("dob", "When the customer was born, as YYYY-MM-DD."),
        },
    ),
    _tool(
        "read",
        "Show whatever has this id: a customer, a line, a device, a bill or a plan.",
        accounts.get_details_by_id,
        {"id": _parameter("id", "Begins with C, L, D, B or P.")},
    ),
    _tool(
        "write",
        "Take an active line out of service, for six months at most. It costs $5 a month.",
        lines.suspend_line,
        {**_of_line(), "reason": _parameter("reason", "Why the customer wants this.")},
    ),
    _tool(
        "write",
        "Bring a line that is suspended or waits for its activation into service.",
        lines.resume_line,
        _of_line(),
    ),
    _tool(
        "read",
        "List what a customer was billed, the latest bill first.",
        billing.get_bills_for_customer,
        {"customer_id": _parameter("customer_id", "Whose bills."), "limit": _LIMIT},
        {"limit": billing.DEFAULT_LIMIT},
    ),
    _tool(
        "write",
        "Ask a customer to pay one of his bills. Only one bill at a time can be asked for; look "
        "the bill up before, whether it is to be paid at all.",
        billing.send_payment_request,
        {
            "customer_id": _parameter("customer_id", _CUSTOMER),
            "bill_id": _parameter("bill_id", "Which of the customer's bills, for example 'B1001'."),
        },
    ),
    _tool(
        "read",
        "Show how much data a line has used in this cycle, of how much, and when the cycle ends.",
        lines.get_data_usage,
        _of_line(),
    ),
    _tool("write", "Let a line be used in other countries.", lines.enable_roaming, _of_line()),
    _tool(
        "write",
        "No longer let a line be used in other countries.",
        lines.disable_roaming,
        _of_line(),
    ),
    _tool(
        "generic",
        "Hand the conversation over to a person, when asked to or when no tool helps.",
        accounts.transfer_to_human_agents,
        {"summary": _parameter("summary", "What the user wants and what was tried so far.")},
    ),
    _tool(
        "write",
        "Add data to an active line for this cycle. The plan's price for each gigabyte goes on "
        "the customer's next bill.",
        lines.refuel_data,
        {**_of_line(), "gb_amount": _parameter("gb_amount", "How many gigabytes.", "number")},
    ),
)

CARRIER_TOOLKIT = Toolkit(label="TelecomTools", tools={tool.name: tool for tool in _TOOLS})

CARRIER_FUNCTIONS: Mapping[str, Tool] = {
    tool.name: tool
    for tool in (
        _tool(
            "write",
            "Prepares a task's start: says how much data a line has used.",
            carrier_faults.set_data_usage,
            {**_of_line(), "data_used_gb": _parameter("data_used_gb", "Gigabytes.", "number")},
        ),
        _tool(
            "write",
            "Prepares a task's start: suspends a line for a bill that was not paid.",
            carrier_faults.suspend_line_for_overdue_bill,
            {
                **_of_line(),
                "new_bill_id": _parameter("new_bill_id", "Of the bill that is added."),
                "contract_ended": _parameter(
                    "contract_ended", "Whether the line's contract has ended, too.", "boolean"
                ),
            },
        ),
    )
}
"""What prepares the carrier's side before a task starts; no party may call these."""
