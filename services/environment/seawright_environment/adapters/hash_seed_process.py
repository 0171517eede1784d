"""A domain's fingerprint, told by another process whose hashes of texts are seeded otherwise."""

import os
import subprocess
import sys

from seawright_shared.errors import UnavailableError

SCRIPT = "from seawright_environment.domain_wiring import tell_fingerprint; tell_fingerprint()"
SECONDS = 120.0


def fingerprint_elsewhere(target: str, name: str, hash_seed: int) -> str:
    """Return the fingerprint of the domain that this target and name mean."""
    try:
        # Our own interpreter and script; the target is an argument, never code.
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", SCRIPT, target, name],
            env={"PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnavailableError(f"no answer within {SECONDS:.0f} seconds") from error
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise UnavailableError(lines[-1])
    return done.stdout.strip()
