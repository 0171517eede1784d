"""What the classes of an audit mean, in a sentence each."""

from collections.abc import Mapping

CODES: Mapping[str, str] = {
    "schema-fault": "The document does not have the form of a tau2-bench task.",
    "too-long": "The task has more actions, assertions or messages than are audited.",
    "start-refused": "What should prepare the world before the first turn is refused.",
    "cannot-evaluate": "The task cannot be evaluated at all.",
    "unknown-tool": "Gold calls a tool that its caller does not have.",
    "wrong-arguments": "Gold calls a tool with arguments that it does not take.",
    "write-refused": "A golden write is refused and silently passed over: the target is wrong.",
    "read-refused": "A golden read is refused and silently passed over.",
    "write-without-effect": "A golden write changes nothing.",
    "target-by-defect": "Gold's final state is not the one that corrected tools reach "
    "(docs/tau2-differences.md says what is corrected).",
    "target-unrounded": "Gold's final state holds amounts that tau2-bench's tools did not round.",
    "repeated-write": "Gold makes the same write twice.",
    "gold-fails": "An episode that does exactly what gold says is not rewarded.",
    "no-criteria": "Every episode is rewarded.",
    "info-never-met": "A text to be told holds a comma, which the evaluation takes out of messages.",
    "info-always-met": "A text to be told is met by the greeting.",
    "info-too-short": "A text to be told is so short that other words hold it.",
    "basis-without-criteria": "The basis has a component for which nothing is stated: always met.",
    "compares-nothing": "An action is compared by arguments that it does not have.",
    "state-not-compared": "Gold writes, but the final state does not count: damage goes unseen.",
    "assertion-met-at-start": "An assertion about the environment holds before anything is done.",
    "assertion-raises": "An assertion raises where it should fail: tau2-bench drops the episode "
    "as a fault, which does not count.",
    "criterion-not-scored": "A criterion is stated, but the reward does not depend on it.",
    "transfer-not-scored": "Gold transfers to a person; an episode that does not is rewarded too.",
    "needs-judge": "The reward depends on a judge of natural language; here it counts as met.",
    "noop-passes": "An agent that greets and does nothing is rewarded.",
    "refusal-passes": "An agent that only refuses is rewarded.",
    "transfer-passes": "An agent that only transfers to a person is rewarded.",
    "script-passes": "An agent that makes all golden writes of the set, whatever the task, "
    "is rewarded.",
    "against-policy": "A rule of the domain, where it is written in code, forbids a golden write.",
    "ambiguous-reference": "The words fit several things of the customer (compared word by word).",
    "ambiguous-part": "The words fit several parts of one thing, as items of an order "
    "(compared word by word).",
    "unnamed-reference": "The words name none of the things that gold writes to.",
    "duplicate-id": "Several tasks have one id.",
    "duplicate-task": "Several tasks are equal but for their ids.",
    "same-gold": "Several tasks have the same start and the same golden writes.",
    "same-text": "Several tasks tell the user the same.",
    "near-text": "Several tasks tell the user almost the same (85 % of all word pairs).",
}
"""By code, gravest first within a kind."""

AGENTS: Mapping[str, str] = {
    "noop": "greets, does nothing; the user ends the episode",
    "refusal": "only says that it cannot do that",
    "transfer": "only calls the transfer tool",
    "script": "makes every golden write of the whole set, in every task",
}

MUTANTS: Mapping[str, str] = {
    "drop_write": "one golden write is left out",
    "near_miss": "one argument is another plausible value of the database",
    "over_fulfil": "a write does more than was asked",
    "duplicate_write": "a write is made twice",
    "wrong_order": "two neighbouring writes change places",
    "wrong_requestor": "the other party makes a write",
    "collateral_own": "an extra write to another thing of the same customer",
    "collateral_other": "an extra write to another customer or his things",
    "collateral_profile": "an extra write to the customer's own record",
    "collateral_same": "an extra write to a thing that the task is about",
    "collateral_device": "an extra change of the user's device, nothing that any gold sets right",
    "undoing": "an extra change of the user's device, of something that gold sets right",
    "drop_read": "one golden read is left out",
    "drop_said": "nothing of what is to be told is said",
}
"""Classes of mutants, as wrong episodes made from gold."""

LIMITS = (
    "Natural language is not judged: such assertions count as met, and tasks whose reward depends "
    "on them are counted apart.",
    "A mutant that ends in gold's own state is right after all; it is counted as equal, "
    "not as a survivor.",
    "Findings marked heuristic compare words; a person decides.",
    "Repairs are suggested only after the task was evaluated with them; each says what was seen.",
)
