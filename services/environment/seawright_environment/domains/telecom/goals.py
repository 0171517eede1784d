"""What a customer of the carrier can want, and how such a wish is drawn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_environment.domains.telecom.goals_carrier import Carrier, number_of, text_of
from seawright_environment.domains.telecom.goals_draws import (
    AMOUNTS_GB,
    OVER_GB,
    SUSPICIONS,
    Pen,
    account_features,
    bill_features,
    line_features,
    refuel_features,
    telling,
    trouble_features,
)
from seawright_environment.domains.telecom.goals_sequence import is_trouble, sequence_features
from seawright_environment.domains.telecom.lines import SUSPENDED
from seawright_shared.records.base import Scalar
from seawright_shared.records.domains import GoalKind, Outcome
from seawright_shared.records.tasks import DraftGoal

COMPLAINTS = ("no_service", "no_mobile_data", "slow_data", "mms_broken")
HOPELESS_COMPLAINTS = ("no_service", "no_mobile_data", "mms_broken")
UNKNOWN = "discount"
"""What customers ask as well, and what is nowhere to be read."""
BILL_FACTS = ("amount", "due_date", "status", UNKNOWN)
USAGE_FACTS = ("used", "limit", "roaming", UNKNOWN)
PLAN_FACTS = ("price", "gb_price", "name", UNKNOWN)
CONTRACT_FACTS = ("end", UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A goal's arguments, the thing it is about, and what rules may test of it."""

    arguments: Mapping[str, JsonValue]
    entity: str
    features: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalType:
    """One kind of wish."""

    outcome: Outcome
    bind: Callable[[Pen], Bound]
    rules: tuple[str, ...] = ()
    dual_control: bool = False

    def kind(self, name: str) -> GoalKind:
        """Return the type as others see it."""
        return GoalKind(
            name=name,
            outcome=self.outcome,
            policy_rules=list(self.rules),
            dual_control=self.dual_control,
        )


def draw_goal(pen: Pen, goal_type: str) -> DraftGoal | None:
    """Return a goal of the type, or None where the customer has no line at all."""
    if not pen.carrier.line_ids(pen.scene.customer_id):
        return None
    bound = GOALS[goal_type].bind(pen)
    bare = DraftGoal(
        type=goal_type,
        arguments={"customer_id": pen.scene.customer_id, **bound.arguments},
        entity=bound.entity,
        features={},
    )
    features: dict[str, Scalar] = {
        "goal": goal_type,
        "is_last": pen.scene.is_last,
        **sequence_features(pen.scene.earlier, bare),
        **bound.features,
    }
    return bare.model_copy(update={"features": features})


def features_again(carrier: Carrier, goal: DraftGoal) -> dict[str, Scalar]:
    """Return a goal's features on a carrier where something was patched."""
    customer_id = text_of(goal.arguments, "customer_id")
    line_id, bill_id = goal.arguments.get("line_id"), goal.arguments.get("bill_id")
    changed: dict[str, Scalar] = {"goal": goal.type}
    if isinstance(line_id, str):
        changed |= line_features(carrier, customer_id, line_id)
        if "bills.num_overdue" in goal.features:
            changed |= account_features(carrier, customer_id)
        if "gb" in goal.arguments:
            changed |= refuel_features(carrier.line(line_id), number_of(goal.arguments, "gb"))
        if goal.type == "refused_refuel":
            changed["target.own"] = changed.pop("line.own")
            is_allowed = changed["target.own"] is True and changed["gb.is_allowed"] is True
            changed["target.is_allowed"] = is_allowed
        if "bill_ids" in goal.arguments:
            changed["resume.is_suspended"] = changed["line.status"] == SUSPENDED
    elif isinstance(bill_id, str):
        changed |= bill_features(carrier, customer_id, bill_id)
    return {**goal.features, **changed}


def _trouble(complaint: str) -> Callable[[Pen], Bound]:
    def bind(pen: Pen) -> Bound:
        line_id = pen.own_line_id()
        line = pen.carrier.line(line_id)
        assert line is not None, "a customer's lines exist"
        over, limit = (
            pen.draw.choice(OVER_GB),
            number_of(pen.carrier.plan_of(line), "data_limit_gb"),
        )
        said = complaint or pen.draw.choice(HOPELESS_COMPLAINTS)
        faults: list[JsonValue] = [*pen.faults()]
        arguments: dict[str, JsonValue] = {
            "line_id": line_id,
            "complaint": said,
            "suspicion": pen.draw.choice(SUSPICIONS),
            "faults": faults,
            "gb": pen.draw.choice(AMOUNTS_GB),
            "over_gb": over,
            "used_gb": round(limit + over, 1),
            "bill_id": pen.new_id("B", "bills"),
        }
        customer_id = pen.scene.customer_id
        return Bound(
            arguments=arguments,
            entity=line_id,
            features={
                **trouble_features(pen.carrier, customer_id, arguments),
                "trouble.is_second": any(map(is_trouble, pen.scene.earlier)),
                "trouble.in_hand": pen.is_phone(line_id),
            },
        )

    return bind


def _on_bill(pen: Pen) -> Bound:
    bill_id = pen.bill_id()
    return Bound(
        arguments={"bill_id": bill_id},
        entity=bill_id,
        features=bill_features(pen.carrier, pen.scene.customer_id, bill_id),
    )


def _on_line(pen: Pen) -> Bound:
    line_id = pen.line_id()
    return Bound(
        arguments={"line_id": line_id},
        entity=line_id,
        features=line_features(pen.carrier, pen.scene.customer_id, line_id),
    )


def _resume(pen: Pen) -> Bound:
    bound, customer_id = _on_line(pen), pen.scene.customer_id
    owed: list[JsonValue] = [*pen.carrier.overdue_ids(customer_id)]
    return Bound(
        arguments={
            **bound.arguments,
            "bill_ids": owed,
            "restart": pen.is_phone(bound.entity),
        },
        entity=bound.entity,
        features={
            **bound.features,
            **account_features(pen.carrier, customer_id),
            "resume.is_suspended": bound.features["line.status"] == SUSPENDED,
        },
    )


def _refuse_refuel(pen: Pen) -> Bound:
    """Return data for a line that may be another's: whose it is then does not speak against it."""
    bound = _refuel(pen)
    features = dict(bound.features)
    features["target.own"] = features.pop("line.own")
    features["target.is_allowed"] = features["target.own"] is True and features["gb.is_allowed"]
    return Bound(arguments=bound.arguments, entity=bound.entity, features=features)


def _refuel(pen: Pen) -> Bound:
    bound, gb = _on_line(pen), pen.draw.choice(AMOUNTS_GB)
    features = refuel_features(pen.carrier.line(bound.entity), gb)
    return Bound(
        arguments={**bound.arguments, "gb": gb},
        entity=bound.entity,
        features={**bound.features, **features},
    )


def _roam(pen: Pen) -> Bound:
    bound, is_abroad = _on_line(pen), pen.draw.random() < 0.5
    return Bound(
        arguments={**bound.arguments, "abroad": is_abroad},
        entity=bound.entity,
        features={**bound.features, "abroad": is_abroad},
    )


def _other_plan(pen: Pen) -> Bound:
    bound, plan_id = _on_line(pen), pen.plan_id()
    line = pen.carrier.line(bound.entity)
    is_same = line is not None and line["plan_id"] == plan_id
    return Bound(
        arguments={**bound.arguments, "plan_id": plan_id},
        entity=bound.entity,
        features={**bound.features, "plan.is_same": is_same},
    )


def _asking(bind: Callable[[Pen], Bound], facts: tuple[str, ...]) -> Callable[[Pen], Bound]:
    def bind_fact(pen: Pen) -> Bound:
        bound, fact = bind(pen), pen.draw.choice(facts)
        return Bound(
            arguments={**bound.arguments, "fact": fact},
            entity=bound.entity,
            features={**bound.features, "fact": fact},
        )

    return bind_fact


def _trouble_type(complaint: str) -> GoalType:
    return GoalType(
        outcome="fulfil",
        bind=_trouble(complaint),
        rules=("every_remedy", "identity"),
        dual_control=True,
    )


GOALS: Mapping[str, GoalType] = {
    **{complaint: _trouble_type(complaint) for complaint in COMPLAINTS},
    "hopeless_trouble": GoalType(
        outcome="transfer", bind=_trouble(""), rules=("hand_over", "identity"), dual_control=True
    ),
    "pay_overdue_bill": GoalType(
        outcome="fulfil", bind=_on_bill, rules=("really_overdue", "one_bill"), dual_control=True
    ),
    "resume_line": GoalType(
        outcome="fulfil",
        bind=_resume,
        rules=("resume_when_paid", "resume_after_end", "restart"),
        dual_control=True,
    ),
    "refuel_data": GoalType(outcome="fulfil", bind=_refuel, rules=("two_gigabytes",)),
    "enable_roaming": GoalType(outcome="fulfil", bind=_roam, rules=("roaming",)),
    "change_plan": GoalType(outcome="transfer", bind=_other_plan, rules=("plan_hand_over",)),
    "refused_payment": GoalType(outcome="refuse", bind=_on_bill, rules=("really_overdue",)),
    "refused_resume": GoalType(outcome="refuse", bind=_resume, rules=("resume_after_end",)),
    "refused_refuel": GoalType(outcome="refuse", bind=_refuse_refuel, rules=("two_gigabytes",)),
    "roaming_info": GoalType(outcome="info", bind=_roam, rules=("roaming",)),
    "bill_info": GoalType(outcome="info", bind=_asking(_on_bill, BILL_FACTS)),
    "usage_info": GoalType(outcome="info", bind=_asking(_on_line, USAGE_FACTS)),
    "plan_info": GoalType(outcome="info", bind=_asking(_on_line, PLAN_FACTS)),
    "contract_info": GoalType(outcome="info", bind=_asking(_on_line, CONTRACT_FACTS)),
}
FEATURES = telling(
    (
        *("goal", "is_last", "prev_tool", "prev.has_trouble", "prev.has_write", "prev.is_same"),
        *("prev.has_payment", "prev.has_transfer", "prev.makes_stale"),
        "is_too_long",
        *("line.exists", "line.own", "line.status", "line.ended", "line.roaming"),
        *("line.num_own", "line.num_same_plan", "line.num_same_status", "resume.is_suspended"),
        *("bill.exists", "bill.own", "bill.status", "bill.num_same_status"),
        *("bills.num_overdue", "bills.is_awaiting", "complaint", "fault.*"),
        *("trouble.num_faults", "trouble.device", "trouble.has_phone", "trouble.line_status"),
        *("trouble.line_spent", "trouble.is_shown", "trouble.is_fixable", "trouble.num_fixable"),
        *("trouble.has_spare", "trouble.owes_more", "trouble.buys_enough"),
        *("trouble.buys_allowed", "trouble.is_second", "trouble.in_hand"),
        *("gb", "gb.is_allowed", "target.own", "target.is_allowed", "abroad", "plan.is_same"),
        "fact",
    )
)
