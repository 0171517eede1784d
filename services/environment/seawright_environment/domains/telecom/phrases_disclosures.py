"""The words of customers who tell their wish in pieces, change their mind, or tell too much."""

from collections.abc import Mapping

CORRECTION = "Wait, I changed my mind. "
_LINE, _BILL = "It is about {line}.", "It is about {bill}."

PIECES: Mapping[str, tuple[str, ...]] = {
    "no_service": ("It shows no signal at all.",),
    "no_mobile_data": ("Mobile data does not work on it.",),
    "slow_data": ("Mobile data is terribly slow on it. I want it really fast again.",),
    "mms_broken": ("It sends no pictures from the messaging app.",),
    "payment": (_BILL, "I want to pay it. Please send me the request."),
    "resume": (_LINE, "Please bring it back into service."),
    "refuel": (_LINE, "I need {gb} more."),
    "roaming": (_LINE, "Please switch roaming on for it."),
    "change_plan": (_LINE, "I want the {plan} plan for it."),
    "bill_info/amount": (_BILL, "I want to know how much it is."),
    "bill_info/due_date": (_BILL, "I want to know when it is due."),
    "bill_info/status": (_BILL, "I want to know its status."),
    "usage_info/used": (_LINE, "I want to know how much data it has used."),
    "usage_info/limit": (_LINE, "I want to know how much data it has in a month."),
    "usage_info/roaming": (_LINE, "I want to know whether roaming is on."),
    "plan_info/price": (_LINE, "I want to know what its plan costs a month."),
    "plan_info/gb_price": (_LINE, "I want to know what a gigabyte more costs."),
    "plan_info/name": (_LINE, "I want to know what its plan is called."),
    "contract_info/end": (_LINE, "I want to know when its contract ends."),
}
"""By the key of the wish's phrase; what he suspects, and that he is abroad, are pieces, too."""

FIRST_THOUGHTS: Mapping[str, str] = {
    "no_service": "I want to ask about a bill.",
    "no_mobile_data": "I want to ask about a bill.",
    "slow_data": "I want to ask about a bill.",
    "mms_broken": "I want to ask about a bill.",
    "payment": "I want to know when {bill} is due.",
    "resume": "I want another plan for {line}.",
    "refuel": "I want to know what {line} costs.",
    "roaming": "I want more data on {line}.",
    "change_plan": "I want more data on {line}.",
    "bill_info": "I want to pay {bill}.",
    "usage_info": "I want more data on {line}.",
    "plan_info": "I want another plan for {line}.",
    "contract_info": "I want another plan for {line}.",
}
"""By the key of the wish without its fact: what is asked for before the mind is changed."""

ASIDE_LINE = "By the way, I also have a line on the {plan} plan; leave that as it is."
ASIDE_NAME = "By the way, my first name is {name}."
