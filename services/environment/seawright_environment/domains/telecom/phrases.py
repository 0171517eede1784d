"""The words of customers and agents: our own, with slots."""

from collections.abc import Mapping, Sequence

GREETINGS: Mapping[str, Sequence[str]] = {
    "plain": ("Hi. ", "Hello. ", "Good morning. "),
    "brief": ("", "Hi. "),
    "polite": ("Good morning! ", "Hello, I hope you can help me. "),
}
ONE_MORE = "One more thing. "
WISHES: Mapping[str, Sequence[str]] = {
    "no_service": (
        "My phone has no signal at all.",
        "I cannot call anybody: my phone shows no service.",
    ),
    "no_mobile_data": (
        "Mobile data does not work on my phone.",
        "My phone gets nothing from the internet without Wi-Fi.",
    ),
    "slow_data": (
        "Mobile data is terribly slow on my phone.",
        "Pages take ages to load on my phone. I want it really fast again.",
    ),
    "mms_broken": (
        "I cannot send pictures from my messaging app.",
        "Picture messages do not leave my phone.",
    ),
    "payment": (
        "I want to pay {bill}. Please send me the request.",
        "Please ask me to pay {bill}, so that I can settle it.",
    ),
    "resume": (
        "Please bring {line} back into service.",
        "I want to use {line} again. Please resume it.",
    ),
    "refuel": (
        "Please add {gb} of data to {line}.",
        "I need {gb} more data on {line}.",
    ),
    "roaming": (
        "Please switch on roaming for {line}.",
        "I want to use data with {line} on my journey. Please turn roaming on.",
    ),
    "change_plan": (
        "Please move {line} to the {plan} plan.",
        "I want the {plan} plan for {line} instead.",
    ),
    "bill_info/amount": ("How much is {bill}?", "What do I owe for {bill}?"),
    "bill_info/due_date": ("When is {bill} due?", "By what day must {bill} be paid?"),
    "bill_info/status": ("What is the status of {bill}?", "How does {bill} stand?"),
    "usage_info/used": ("How much data has {line} used?",),
    "usage_info/limit": ("How much data does {line} have in a month?",),
    "usage_info/roaming": ("Is roaming on for {line}?",),
    "plan_info/price": ("What does the plan of {line} cost a month?",),
    "plan_info/gb_price": ("What does a gigabyte more cost on {line}?",),
    "plan_info/name": ("What is the plan of {line} called?",),
    "contract_info/end": ("When does the contract of {line} end?",),
}
KEYS: Mapping[str, str] = {
    "pay_overdue_bill": "payment",
    "refused_payment": "payment",
    "resume_line": "resume",
    "refused_resume": "resume",
    "refuel_data": "refuel",
    "refused_refuel": "refuel",
    "enable_roaming": "roaming",
    "roaming_info": "roaming",
}
"""Goals that are asked for in the same words: what is right is for the agent to find out."""
SUSPICIONS: Mapping[str, str] = {
    "none": "",
    "sim": " I think the SIM card is broken.",
    "bill": " Perhaps it has to do with a bill.",
    "network": " It must be your network.",
}
ABROAD = " I am abroad at the moment."
VAGUE: Mapping[str, str] = {
    "no_service": "Something is wrong with my phone.",
    "no_mobile_data": "Something is wrong with my phone.",
    "slow_data": "Something is wrong with my phone.",
    "mms_broken": "Something is wrong with my phone.",
    "hopeless_trouble": "Something is wrong with my phone.",
    "payment": "It is about a bill.",
    "bill_info": "I have a question about a bill.",
    "resume": "It is about one of my lines.",
    "refuel": "I need more data.",
    "roaming": "It is about my journey.",
    "change_plan": "I want another plan.",
    "usage_info": "I have a question about a line.",
    "plan_info": "I have a question about a plan.",
    "contract_info": "I have a question about a contract.",
}
ASK_IDENTITY = "What is your phone number, your customer id, or your name with your date of birth?"
ASK_DETAILS = (
    "What is your phone number, your customer id, or your name with your date of birth? "
    "And please tell me the details."
)
PROCEED = "Shall I proceed? (yes/no)"
ANYTHING_ELSE = "Is there anything else I can help with?"
PROPOSALS: Mapping[str, str] = {
    "refuel": "I will add {gb} to line {line_id} ({phone}) for {cost}.",
    "request": "{owed}. Shall I send you a payment request for bill {bill_id}? (yes/no)",
}
OWED = "Bill {bill_id} over {amount} is overdue"
REPORTS: Mapping[str, str] = {
    "trouble": "Done: your phone works as it should.",
    "pay_overdue_bill": "Done: bill {bill_id} is paid.",
    "resume_line": "Done: line {phone} is back in service.",
    "refuel_data": "Done: line {phone} has {gb} more.",
    "enable_roaming": "Done: roaming is on for line {phone}.",
    "roaming_info": "Roaming is already on for line {phone}.",
    "refused_payment": "Sorry, I cannot ask you to pay bill {bill_id}: it is not overdue.",
    "refused_resume": "Sorry, I cannot resume line {phone}: its contract has ended.",
    "refused_refuel": "Sorry, I cannot add {gb} to line {phone}: 2 GB is the most.",
    "refused_stranger": "Sorry, I cannot add data to line {phone}: it is not one of yours.",
    "bill_info/amount": "Bill {bill_id} is over {answer}.",
    "bill_info/due_date": "Bill {bill_id} is due on {answer}.",
    "bill_info/status": "The status of bill {bill_id} is {answer}.",
    "usage_info/used": "Line {phone} has used {answer}.",
    "usage_info/limit": "Line {phone} has {answer} a month.",
    "usage_info/roaming": "Roaming is {answer} for line {phone}.",
    "plan_info/price": "The plan of line {phone} costs {answer} a month.",
    "plan_info/gb_price": "A gigabyte more costs {answer} on line {phone}.",
    "plan_info/name": "The plan of line {phone} is called {answer}.",
    "contract_info/end": "The contract of line {phone} ends on {answer}.",
}
TRANSFERRED = "YOU ARE BEING TRANSFERRED TO A HUMAN AGENT. PLEASE HOLD ON."
REFUSALS: Sequence[str] = (
    *("cannot", "can not", "can't", "unable", "not able", "not possible", "not allowed"),
    *("may not", "won't be able"),
)
IDENTITY_CUES: tuple[str, ...] = (
    *("phone number", "number", "customer id", "name", "birth", "identity", "verify"),
    *("who you are", "who am i"),
)
DETAIL_CUES: tuple[str, ...] = (
    *("detail", "which", "what is wrong", "what seems", "what exactly", "describe", "problem"),
    *("line", "bill", "plan", "how much", "what would", "how can i help"),
)
PLACE_CUES: tuple[str, ...] = ("abroad", "travel", "country", "where are you", "roaming")
AMOUNT_CUES: tuple[str, ...] = ("how much", "how many", "gigabyte", "amount of data", " gb")
