"""The rules that decide what a right agent does, as spans of the policy that both forms share."""

from seawright_shared.records.domains import PolicyRule

POLICY_RULES: tuple[PolicyRule, ...] = tuple(
    PolicyRule(id=rule_id, text=text)
    for rule_id, text in (
        ("identity", "Find the customer before anything else"),
        (
            "really_overdue",
            "Look whether the bill really is overdue: the tool that asks for payment does not look.",
        ),
        ("one_bill", "only one bill of a customer can be."),
        ("resume_when_paid", "You may resume it once every overdue bill of the customer is paid."),
        ("resume_after_end", "You may not resume it after its contract's end, paid or not."),
        ("restart", "the customer must restart the phone before it has service."),
        ("two_gigabytes", "You may add up to 2 GB"),
        ("roaming", "Where the customer is abroad and his line lacks it,"),
        ("plan_hand_over", "Where no tool of yours applies it, hand over."),
        ("hand_over", "Hand over to a person only where your tools and these rules cannot help"),
        ("every_remedy", "after you tried everything they allow"),
    )
)
