"""As whom the browser runs: without rights, without a network, with its sandbox on.

A process of root's becomes a user of its own, one that owns nothing. Where that user cannot reach
the browser's program (below a private home, say), the browser runs in a user namespace instead, in
which it is somebody else too. Either way it gets a network namespace with nothing in it, if the
machine allows that: the browser is spoken to through a pipe.
"""

from __future__ import annotations

import pwd
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import structlog

UIDS = range(61184, 65520)
"""Where systemd takes its dynamic users from; the first that has no name is nobody's."""

PROBE_S = 15
WRAPPER = Path(__file__).with_name("unprivileged.sh")

log = structlog.get_logger()


class Disguise(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    prefix: list[str] = []
    """The words before the browser's own command."""
    owner: int | None = None
    """The user to give the browser's profile to."""
    sandbox: bool = True

    def environment(self, program: Path) -> dict[str, str]:
        """What the wrapper and the browser see: none of this process's own variables."""
        return {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "BROWSER": str(program),
            "BROWSER_PREFIX": " ".join(self.prefix),
            "BROWSER_OWNER": "" if self.owner is None else f"{self.owner}:{self.owner}",
        }


def choose(program: Path, *, root: bool, allow_root: bool) -> Disguise:
    """The first disguise in which the browser really shows a page here.

    Args:
        root: this process is root's.
        allow_root: rather run as root without a sandbox than not at all.

    Raises:
        SystemExit: there is none; with what to do.
    """
    if not program.is_file():
        raise SystemExit(f"there is no browser at {program}; set PRESSRUN_CHROMIUM to Chromium's path")
    reasons = []
    for disguise in _as_root(allow_root=allow_root) if root else _as_user():
        reason = _probe(program, disguise)
        if reason is None:
            log.info("browser.disguised", disguise=disguise.name, sandbox=disguise.sandbox)
            return disguise
        reasons.append(f"  {disguise.name}: {reason}")
    advice = (
        "Chromium's sandbox needs user namespaces: allow them (a container needs a seccomp profile with "
        "clone, unshare and setns), or set PRESSRUN_ALLOW_ROOT_CHROMIUM=true to run it as root without a sandbox"
    )
    raise SystemExit("\n".join([f"{program} does not start:", *reasons, advice]))


def _as_root(*, allow_root: bool) -> Iterator[Disguise]:
    uid = _nobodys_uid()
    drop = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--no-new-privs"]
    bare = [*drop, "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all"]
    become = ["--user", "--map-user=1000", "--map-group=1000"]
    yield Disguise(name="own user, no network", prefix=["unshare", "--net", *bare], owner=uid)
    yield Disguise(name="own user", prefix=bare, owner=uid)
    yield Disguise(name="user namespace, no network", prefix=["unshare", "--net", *become])
    yield Disguise(name="user namespace", prefix=["unshare", *become])
    if allow_root:
        yield Disguise(name="root", sandbox=False)


def _as_user() -> Iterator[Disguise]:
    yield Disguise(name="this user, no network", prefix=["unshare", "--user", "--map-current-user", "--net"])
    yield Disguise(name="this user")


def _nobodys_uid() -> int:
    taken = {entry.pw_uid for entry in pwd.getpwall()}
    return next(uid for uid in UIDS if uid not in taken)


def _probe(program: Path, disguise: Disguise) -> str | None:
    """Why the browser does not start so; None if it does."""
    with tempfile.TemporaryDirectory(prefix="pressrun-browser-") as profile:
        flags = [f"--user-data-dir={profile}", "--headless", "--dump-dom"]
        flags += [] if disguise.sandbox else ["--no-sandbox"]
        try:
            probe = subprocess.run(  # noqa: S603 - the operator names the program
                [WRAPPER, *flags, "about:blank"],
                env=disguise.environment(program),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=PROBE_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
    if "<body>" in probe.stdout:
        return None
    return (probe.stderr.strip().splitlines() or [f"it ended with {probe.returncode}"])[-1]
