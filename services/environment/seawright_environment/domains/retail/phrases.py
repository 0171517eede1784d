"""The words of customers and of the right agent: short and regular, so that a small model learns.

Customers vary a little; the agent's script does not. Placeholders are filled by `solution`.
"""

from collections.abc import Mapping

PROCEED = "Shall I proceed? (yes/no)"
ANYTHING_ELSE = "Is there anything else I can help with?"
TRANSFERRED = "YOU ARE BEING TRANSFERRED TO A HUMAN AGENT. PLEASE HOLD ON."
ASK_IDENTITY = "Sure. What is your email, or your name and zip code?"
ASK_DETAILS = f"{ASK_IDENTITY} Please also tell me the details."
ONE_MORE = "One more thing. "
REFUSALS = ("cannot", "can not", "can't", "unable", "not possible", "not able")

GREETINGS: Mapping[str, tuple[str, ...]] = {
    "plain": ("Hi. ", "Hello. "),
    "brief": ("",),
    "polite": ("Hello, I hope you can help me. ", "Good day, thank you for helping. "),
}

WISHES: Mapping[str, tuple[str, ...]] = {
    "cancel_pending_order": (
        "I want to cancel {order}. Reason: {reason}.",
        "Please cancel {order}, reason: {reason}.",
    ),
    "modify_pending_order_address": (
        "I want to ship {order} to {address}.",
        "Please ship {order} to {address} instead.",
    ),
    "modify_pending_order_payment": (
        "I want to pay {order} with {payment}.",
        "Please change the payment of {order} to {payment}.",
    ),
    "modify_pending_order_items": (
        "In {order} I want to change {swaps}. Use {payment}.",
        "Please change {swaps} in {order} and use {payment}.",
    ),
    "exchange_delivered_order_items": (
        "I want to exchange {swaps} in {order}. Use {payment}.",
        "Please exchange {swaps} in {order} and use {payment}.",
    ),
    "return_delivered_order_items": (
        "I want to return {items} of {order}. Refund to {payment}.",
        "Please return {items} of {order} and refund to {payment}.",
    ),
    "modify_user_address": (
        "I want to change my address to {address}.",
        "I moved. Please change my address to {address}.",
    ),
    "refused_cancellation": (
        "I want to cancel {order}. Reason: no longer needed.",
        "Please cancel {order}, reason: no longer needed.",
    ),
    "refused_return": (
        "I want to return all items of {order}.",
        "Please take back all items of {order}.",
    ),
    "order_info/status": ("What is the status of {order}?", "Tell me the status of {order}."),
    "order_info/total": ("How much did I pay for {order}?", "What was the total of {order}?"),
    "order_info/tracking": ("What is the tracking id of {order}?",),
    "order_info/cancel_reason": ("Why was {order} cancelled?",),
    "human_request/bug": ("Your website shows an error when I log in.",),
    "human_request/discount": ("I want a discount for my next order.",),
    "human_request/lawyer": ("I need a signed invoice for my lawyer.",),
    "human_request/cancel": ("I want a person to cancel my order.",),
    "human_request/address": ("I want a person to change my address.",),
    "human_request/return": ("I want a person to take my order back.",),
    "human_request/payment": ("I want a person to change how I pay.",),
    "human_request/exchange": ("I want a person to exchange an item.",),
    "human_request/status": ("I want a person to tell me the status of my order.",),
    "human_request/total": ("I want a person to tell me what I paid.",),
}

VAGUE: Mapping[str, str] = {
    "cancel_pending_order": "I want to cancel an order.",
    "modify_pending_order_address": "I want an order sent somewhere else.",
    "modify_pending_order_payment": "I want to pay an order another way.",
    "modify_pending_order_items": "I want to change an item of an order.",
    "exchange_delivered_order_items": "I want to exchange something.",
    "return_delivered_order_items": "I want to return something.",
    "modify_user_address": "I want to change my address.",
    "refused_cancellation": "I want to cancel an order.",
    "refused_return": "I want to return something.",
    "order_info": "I have a question about an order.",
    "human_request": "I have a problem.",
}
"""First messages of customers who give details only when asked."""

PROPOSALS: Mapping[str, str] = {
    "cancel_pending_order": "I will cancel order {order_id}, reason: {reason}.",
    "modify_pending_order_address": "I will ship order {order_id} to {address}.",
    "modify_pending_order_payment": "I will pay order {order_id} with {payment_method_id}.",
    "modify_pending_order_items": (
        "I will change {swaps} in order {order_id} and use {payment_method_id}."
    ),
    "exchange_delivered_order_items": (
        "I will exchange {swaps} in order {order_id} and use {payment_method_id}."
    ),
    "return_delivered_order_items": (
        "I will return {items} of order {order_id} and refund to {payment_method_id}."
    ),
    "modify_user_address": "I will change your address to {address}.",
}

REPORTS: Mapping[str, str] = {
    "cancel_pending_order": "Done: order {order_id} is cancelled.",
    "modify_pending_order_address": "Done: order {order_id} has the new address.",
    "modify_pending_order_payment": "Done: order {order_id} is paid with {payment_method_id}.",
    "modify_pending_order_items": "Done: order {order_id} is changed.",
    "exchange_delivered_order_items": "Done: the exchange for order {order_id} is requested.",
    "return_delivered_order_items": "Done: the return for order {order_id} is requested.",
    "modify_user_address": "Done: your address is changed.",
    "refused_cancellation": "Sorry, I cannot cancel order {order_id}, it is {status}.",
    "refused_return": "Sorry, I cannot take back order {order_id}, it is {status}.",
    "order_info/status": "Order {order_id} is {answer}.",
    "order_info/total": "You paid {answer} for order {order_id}.",
    "order_info/tracking": "The tracking id of order {order_id} is {answer}.",
    "order_info/cancel_reason": "The reason for order {order_id} was: {answer}.",
}

MENTIONS: Mapping[str, tuple[str, ...]] = {
    "cancel_pending_order": ("cancel", "{order_id}", "{reason}"),
    "modify_pending_order_address": ("{order_id}", "{address1}", "{address2}", "{city}", "{zip}"),
    "modify_pending_order_payment": ("pay", "{order_id}", "{payment_method_id}"),
    "modify_pending_order_items": ("{order_id}", "{payment_method_id}"),
    "exchange_delivered_order_items": ("exchange", "{order_id}", "{payment_method_id}"),
    "return_delivered_order_items": ("return", "{order_id}", "{payment_method_id}"),
    "modify_user_address": ("address", "{address1}", "{address2}", "{city}", "{zip}"),
    "order_info": ("{order_id}",),
    "refused_cancellation": ("{order_id}",),
    "refused_return": ("{order_id}",),
    "human_request": (),
}
"""What the customer wants to see in a proposal; item ids are added to these."""

IDENTITY_CUES: tuple[str, ...] = (
    "email",
    "e-mail",
    "name",
    "zip",
    "identity",
    "verify",
    "who you are",
)
DETAIL_CUES: tuple[str, ...] = (
    "detail",
    "which",
    "order",
    "reason",
    "item",
    "address",
    "payment",
    "what would",
)
PAYMENT_KINDS = {"credit_card": "credit card", "paypal": "PayPal", "gift_card": "gift card"}
