"""The shop's sixteen tools as an agent sees them."""

from collections.abc import Callable, Mapping, Sequence

from pydantic import JsonValue

from seawright_environment.core.calculator import calculate
from seawright_environment.core.state import State
from seawright_environment.core.toolkits import Tool, ToolKind, Toolkit
from seawright_environment.domains.retail import addresses, lookups, orders, orders_corrected

_TEXTS: Mapping[str, str] = {
    "order_id": "Order number with its leading '#', for example '#W0000000'.",
    "user_id": "Customer id, for example 'sara_doe_496'.",
    "product_id": "Id of a product type (ten digits). Item ids are something else.",
    "item_id": "Id of one variant (ten digits). Product ids are something else.",
    "email": "The customer's email address.",
    "first_name": "The customer's first name.",
    "last_name": "The customer's last name.",
    "zip": "Zip code, for example '12345'.",
    "reason": "Why it is cancelled: exactly 'no longer needed' or 'ordered by mistake'.",
    "address1": "Street and house number.",
    "address2": "Apartment, suite or unit; may be empty.",
    "city": "City.",
    "state": "State, two letters, for example 'CA'.",
    "country": "Country, for example 'USA'.",
    "payment_method_id": "One of the customer's payment methods, for example 'paypal_0000000'.",
    "item_ids": "Ids of the items in the order; name an id twice for two pieces.",
    "new_item_ids": "Ids of the variants wanted instead, in the order of item_ids.",
    "expression": "Digits, + - * / ( ) . and blanks only, for example '2 + 2'.",
    "summary": "What the customer wants and what was done so far.",
}
_LISTS = frozenset({"item_ids", "new_item_ids"})
_ADDRESS = ("address1", "address2", "city", "state", "country", "zip")


def _parameter(name: str) -> JsonValue:
    schema: dict[str, JsonValue] = {
        "description": _TEXTS[name],
        "title": name.replace("_", " ").title(),
    }
    if name in _LISTS:
        return {**schema, "items": {"type": "string"}, "type": "array"}
    return {**schema, "type": "string"}


def _tool(
    run: Callable[..., str], kind: ToolKind, parameters: Sequence[str], description: str
) -> Tool:
    return Tool(
        name=run.__name__,
        kind=kind,
        description=description,
        parameters={name: _parameter(name) for name in parameters},
        run=run,
    )


def _calculate(state: State, expression: str) -> str:
    del state
    return calculate(expression)


_calculate.__name__ = "calculate"


def _without_defects(
    exact: Callable[..., str], corrected: Callable[..., str]
) -> Callable[..., str]:
    """Return the tool that is tau2-bench's own on its own data, and corrected elsewhere."""

    def run(state: State, *arguments: JsonValue) -> str:
        return (exact if state.base.is_exact else corrected)(state, *arguments)

    run.__name__ = exact.__name__
    return run


_CONFIRM = " Tell the customer the details and get a clear yes before calling it."
_TOOLS = (
    _tool(
        _calculate,
        "generic",
        ["expression"],
        "Work out an arithmetic expression; the answer is rounded to two decimals.",
    ),
    _tool(
        _without_defects(orders.cancel_pending_order, orders_corrected.cancel_pending_order),
        "write",
        ["order_id", "reason"],
        "Cancel an order whose status is pending and refund what was paid: to a gift card at once, "
        "to other methods within 5 to 7 business days. Returns the order." + _CONFIRM,
    ),
    _tool(
        _without_defects(
            orders.exchange_delivered_order_items, orders_corrected.exchange_delivered_order_items
        ),
        "write",
        ["order_id", "item_ids", "new_item_ids", "payment_method_id"],
        "Request that items of a delivered order be exchanged for other variants of the same "
        "products. Possible once per order, so collect every item first. Returns the order."
        + _CONFIRM,
    ),
    _tool(
        lookups.find_user_id_by_name_zip,
        "read",
        ["first_name", "last_name", "zip"],
        "Find a customer's id by full name and zip code, where the email address does not help.",
    ),
    _tool(
        lookups.find_user_id_by_email,
        "read",
        ["email"],
        "Find a customer's id by email address.",
    ),
    _tool(
        lookups.get_order_details,
        "read",
        ["order_id"],
        "Show an order: items, address, status, shipments and payments.",
    ),
    _tool(
        lookups.get_product_details,
        "read",
        ["product_id"],
        "Show a product type with all variants: options, availability and price.",
    ),
    _tool(
        lookups.get_item_details,
        "read",
        ["item_id"],
        "Show one variant: options, availability and price.",
    ),
    _tool(
        lookups.get_user_details,
        "read",
        ["user_id"],
        "Show a customer: name, address, payment methods and order numbers.",
    ),
    _tool(
        lookups.list_all_product_types,
        "read",
        [],
        "List the names of all product types with their product ids.",
    ),
    _tool(
        addresses.modify_pending_order_address,
        "write",
        ["order_id", *_ADDRESS],
        "Change where a pending order is shipped. Returns the order." + _CONFIRM,
    ),
    _tool(
        _without_defects(
            orders.modify_pending_order_items, orders_corrected.modify_pending_order_items
        ),
        "write",
        ["order_id", "item_ids", "new_item_ids", "payment_method_id"],
        "Swap items of a pending order for other variants of the same products; the price "
        "difference is settled at once. Possible once per order, so collect every item first. "
        "Returns the order." + _CONFIRM,
    ),
    _tool(
        orders.modify_pending_order_payment,
        "write",
        ["order_id", "payment_method_id"],
        "Move the payment of a pending order to another of the customer's methods; the old one is "
        "refunded. Returns the order." + _CONFIRM,
    ),
    _tool(
        addresses.modify_user_address,
        "write",
        ["user_id", *_ADDRESS],
        "Change a customer's default address. Returns the customer." + _CONFIRM,
    ),
    _tool(
        _without_defects(
            orders.return_delivered_order_items, orders_corrected.return_delivered_order_items
        ),
        "write",
        ["order_id", "item_ids", "payment_method_id"],
        "Request the return of items of a delivered order, refunded to the original method or to a "
        "gift card. Returns the order." + _CONFIRM,
    ),
    _tool(
        lookups.transfer_to_human_agents,
        "generic",
        ["summary"],
        "Hand the customer over to a person, with a summary. Only for a request that the tools "
        "and the policy do not cover, or when the customer asks for a person.",
    ),
)

TOOLKIT = Toolkit(label="RetailTools", tools={tool.name: tool for tool in _TOOLS})
