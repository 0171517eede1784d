"""Which scope a request needs: one table for every service, first match wins."""

import re

from seawright_shared.access.principals import SERVICES_ONLY

OPEN_PATHS = frozenset({"/livez", "/readyz", "/startupz", "/metrics", "/version"})
"""For probes and scrapers; they tell states and counts, never contents."""

_SELF_GUARDED = re.compile(r"/v1/env-sessions/[^/]+/mcp")
"""Opened by a capability of the session, which is a bearer token of its own."""

_AUDIT_PATH = "/v1/audit-events"
"""Who did what is for nobody but those who may do all."""

_READS = {"GET", "HEAD", "OPTIONS"}

_WRITES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), scope)
    for pattern, scope in (
        (r"/v1/training-runs/[^/]+/attempts/.*", SERVICES_ONLY),
        (r"/v1/(synthesis|evaluation|training)-runs/[^/]+/.*", "run:operate"),
        (r"/v1/synthesis-(runs|estimates)", "synth:write"),
        (r"/v1/(evaluation|training)-runs", "run:write"),
        (r"/v1/(datasets|episodes|tasks|task-samples|rollout-streams)(/.*)?", "run:write"),
        (r"/v1/(reverifications|user-quality-reports|training-plans)(/.*)?", "run:write"),
        (r"/v1/(env-sessions|drafts|task-checks|audits|checkers|sandbox)(/.*)?", "env:session"),
        (r"/v1/(verifications|verification-batches|contamination-reports)", "env:session"),
        (r"/v1/tau2-[a-z-]+", "env:session"),
        (r"/v1/(chat/completions|generations|renderings|user-turns)", "model:use"),
    )
)
"""What is not named here needs `admin`: publishing weights, requeueing dead letters."""


def needed_scope(method: str, path: str) -> str | None:
    """Return the scope that a request needs; None: it is open, or guards itself."""
    if path in OPEN_PATHS or _SELF_GUARDED.fullmatch(path):
        return None
    if path.startswith(_AUDIT_PATH):
        return "admin"
    if method in _READS:
        return "read"
    return next((scope for pattern, scope in _WRITES if pattern.fullmatch(path)), "admin")
