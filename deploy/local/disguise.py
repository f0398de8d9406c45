"""How root runs a program that refuses to run as root."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

NOBODY = 65534

_USER_NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")

# `nobody` keeps root's right to pass directories: the tree may lie below a private home.
_AS_NOBODY = (
    "setpriv",
    f"--reuid={NOBODY}",
    f"--regid={NOBODY}",
    "--clear-groups",
    "--inh-caps=-all,+dac_override",
    "--ambient-caps=-all,+dac_override",
)


class Disguise:
    """Words to put before a command, and whose the program's files must be."""

    def __init__(self, prefix: tuple[str, ...], owner: int) -> None:
        self.prefix = prefix
        self.owner = owner

    @classmethod
    def none(cls) -> Disguise:
        """An ordinary user needs none."""
        return cls((), os.geteuid())

    @classmethod
    def user_namespace(cls) -> Disguise:
        """The program sees uid 1000 while its files stay root's; some containers forbid it."""
        return cls(_USER_NAMESPACE, os.geteuid())

    @classmethod
    def nobody(cls) -> Disguise:
        """The program runs as user ``nobody``, who must own its files."""
        return cls(_AS_NOBODY, NOBODY)

    @classmethod
    def choose(cls) -> Disguise:
        """What this user on this machine needs."""
        if os.geteuid() != 0:
            return cls.none()
        return cls.user_namespace() if _may_make_namespaces() else cls.nobody()

    def own(self, directory: Path) -> None:
        """Give the directory and what is in it to the user that the program runs as."""
        if os.geteuid() != 0:
            return
        for path in (directory, *directory.rglob("*")):
            if path.lstat().st_uid != self.owner:
                os.lchown(path, self.owner, self.owner)


@cache
def _may_make_namespaces() -> bool:
    if not shutil.which(_USER_NAMESPACE[0]):
        return False
    return subprocess.run([*_USER_NAMESPACE, "true"], capture_output=True, check=False).returncode == 0
