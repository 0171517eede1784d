"""What checker source sees, `ctx` and `ck`: the one text that both sandboxes run before it.

It is read as text, never imported by the service, and written in the subset of Python that Monty
runs. `ask` reaches the trusted side, and `ck` only writes down what the checker claims: the claims
are judged outside.
"""

import json
import time

# ruff: noqa: A002, ANN001, ANN201, B905, FBT001, PLW2901
# Text for Monty, which knows no typing of its own; the property tests hold it to the interpreter.
# pyright: basic


class Table:
    """Entities by id, each asked for when it is read."""

    def __init__(self, ask, side: str, name: str) -> None:
        self.ask = ask
        self.side = side
        self.name = name
        self.known: dict = {}

    def get(self, key: str, default=None):
        """Return an entity, or the default."""
        if key not in self.known:
            self.known[key] = self.ask("entity", self.side, self.name, str(key))
        found = self.known[key]
        return default if found is None else found


class View:
    """The state before or after, by table."""

    def __init__(self, ask, side: str) -> None:
        self.ask = ask
        self.side = side
        self.tables: dict = {}

    def table(self, name: str) -> Table:
        """Return a table; whether there is one shows when it is read."""
        if name not in self.tables:
            self.tables[name] = Table(self.ask, self.side, name)
        return self.tables[name]

    def item(self, table: str, key: str):
        """Return an entity, or raise `KeyError`: what `view[table][key]` means."""
        found = self.table(table).get(key)
        if found is None:
            raise KeyError(key)
        return found

    def has(self, table: str, key: str) -> bool:
        """Return whether there is an entity: what `key in view[table]` means."""
        return self.table(table).get(key) is not None

    def path(self, path: str | list, default=None):
        """Return the value at a path, as in "orders/#W1/status", or the default."""
        steps = path.split("/") if isinstance(path, str) else path
        if len(steps) < 2:
            return default
        here = self.table(str(steps[0])).get(str(steps[1]))
        if here is None:
            return default
        for step in steps[2:]:
            if isinstance(here, list) and isinstance(step, str) and step.isdigit():
                step = int(step)
            if isinstance(here, dict) and str(step) in here:
                here = here[str(step)]
            elif (
                isinstance(here, list) and isinstance(step, int) and -len(here) <= step < len(here)
            ):
                here = here[step]
            else:
                return default
        return here


class Ctx:
    """What an episode did."""

    def __init__(self, ask, uses) -> None:
        self.ask = ask
        self.initial = View(ask, "initial")
        self.final = View(ask, "final")
        # Monty has no properties: what the source does not name is not asked for.
        self.diff = ask("diff", "", "", "") if "diff" in uses else []
        self.calls = ask("calls", "", "", "") if "calls" in uses else []
        self.now = ask("now", "", "", "") if "now" in uses else ""

    def said(self, role: str) -> list:
        """Return what a party said, message by message."""
        return self.ask("said", role, "", "")


def cents(value) -> int | None:
    """Return an amount of dollars in cents, or None for what is no amount."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if value != value or value in (float("inf"), float("-inf")):
        return None
    return round(value * 100)


def folded(text: str) -> str:
    """Return the text with case and blanks normalised."""
    return " ".join(text.casefold().split())


def alike(left, right) -> bool:
    """Return whether two values are equal, float noise apart."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return left == right or abs(left - right) <= 1e-6
    if isinstance(left, dict) and isinstance(right, dict):
        if len(left) != len(right):
            return False
        return all(key in right and alike(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            return False
        return all(alike(one, two) for one, two in zip(left, right))
    return left == right


def key_of(value) -> str:
    """Return a text by which values are told apart, as JSON would."""
    if isinstance(value, dict):
        return "{" + ",".join(repr(k) + ":" + key_of(value[k]) for k in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(key_of(each) for each in value) + "]"
    return repr(value)


class Ck:
    """The checker's claims."""

    writes = "writes"

    def __init__(self) -> None:
        self.claims: dict = {"goals": [], "any_of": [], "frames": [], "called": []}
        self.claims.update({"never_called": [], "before": [], "confirmed": False, "said": []})
        self.claims["confirmed_writes"] = []

    def goal(self, id: str, ok: bool, why: str = "") -> None:
        """Claim what the checker found out by itself."""
        self.claims["goals"].append({"id": id, "ok": bool(ok), "why": why})

    def any_of(self, id: str, options: list, at: str | list) -> None:
        """Claim that the final state holds one of the options."""
        self.claims["any_of"].append({"id": id, "path": at, "options": list(options)})

    def frame(self, allow: list) -> None:
        """Claim that nothing beside these globs changed."""
        self.claims["frames"].append(list(allow))

    def called(self, name: str, arguments: dict | None = None) -> None:
        """Claim a call that succeeded."""
        self.claims["called"].append({"name": name, "arguments": arguments or {}})

    def never_called(self, name: str) -> None:
        """Claim that no call fits a glob."""
        self.claims["never_called"].append(name)

    def before(self, first: str, then: str) -> None:
        """Claim an order of calls."""
        self.claims["before"].append({"first": first, "then": then})

    def confirmed_before_writes(self, writes: list | None = None) -> None:
        """Claim that the customer said yes to the details of each write, or of those named."""
        self.claims["confirmed"] = True
        self.claims["confirmed_writes"] = list(writes or [])

    def said(
        self,
        role: str,
        text: str | None = None,
        any_of: list | None = None,
        money: int | None = None,
    ) -> None:
        """Claim that a party said a text, one of several, or an amount in cents."""
        claim = {"role": role, "text": text, "any_of": any_of or [], "cents": money}
        self.claims["said"].append(claim)

    def money(self, value) -> int | None:
        """Return an amount in cents."""
        return cents(value)

    def equal(self, found, wanted, compare: str = "exact") -> bool:
        """Return whether two values are equal: exact, money, unordered or text."""
        if compare == "money":
            return cents(found) is not None and cents(found) == cents(wanted)
        if compare == "unordered" and isinstance(found, list) and isinstance(wanted, list):
            return sorted(key_of(each) for each in found) == sorted(key_of(each) for each in wanted)
        if compare == "text" and isinstance(found, str) and isinstance(wanted, str):
            return folded(found) == folded(wanted)
        return alike(found, wanted)

    def parse(self, text: str):
        """Return the value of a JSON text: a large constant that counts as one."""
        return json.loads(text)

    def result(self) -> dict:
        """Return the claims; a check returns nothing else."""
        return {"api": "ck/1", "claims": self.claims}


def packed(value) -> str:
    """Return a result as text that is small enough to be looked at outside."""
    text = json.dumps(value)
    if len(text) > 262144:
        raise ValueError("the result is too large")
    return text


def spent() -> float:
    """Return the time that this interpreter computed, the waits for answers left out."""
    return time.process_time()
