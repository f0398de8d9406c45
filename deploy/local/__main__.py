"""``python -m deploy.local``: the one-machine stack from the command line. ``make help`` lists the ways in."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from deploy.local import admin, browser, state
from deploy.local.errors import StackError
from deploy.local.folder import ROOT, Folder
from deploy.local.key import add_options, new_key
from deploy.local.terminal import say

STOP_S = 60.0
KINDS = ("experiment", "model", "project", "deployment", "synthgen")
_DEMONSTRATION = (
    "\n  A demonstration: a small language model writes, and much of it may be wrong. Its reports say so. For a model of\n"
    "  your own set PRESSRUN_LLM_BASE_URL and PRESSRUN_LLM_MODEL."
)


def main(arguments: list[str], environment: Mapping[str, str]) -> int:
    """Run one command. Returns the exit code."""
    parser = _parser()
    chosen, rest = parser.parse_known_args(arguments)
    if rest and chosen.command != "admin":
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    folder = Folder(chosen.folder)
    try:
        match chosen.command:
            case "setup":
                return _setup(folder, environment)
            case "up":
                return _up(folder, environment, model=chosen.model)
            case "demo":
                return _demo(folder, environment, model=chosen.model, out=chosen.out, kind=chosen.kind)
            case "down":
                return _down(folder)
            case "admin":
                return _admin(folder, rest)
            case _:
                return _key(folder, test=chosen.test, scopes=chosen.scopes)
    except StackError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 0 if chosen.command == "up" else 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / ".pressrun", help="where data, logs and state are kept")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, what in (
        ("setup", "make sure that a browser is there"),
        ("up", "start everything and show the logs until Ctrl-C"),
        ("demo", "make one report from start to end"),
        ("down", "stop what `up` started"),
        ("key", "print a new API key"),
        ("admin", "manage people"),
    ):
        command = commands.add_parser(name, help=what, add_help=name != "admin")
        if name in {"up", "demo"}:
            command.add_argument("--model", action="store_true", help="write with a small real model")
        if name == "key":
            add_options(command)
        if name == "demo":
            command.add_argument("--kind", choices=KINDS, help="a machine-learning report of this kind")
            command.add_argument("--out", type=Path, default=ROOT / "out", help="where to put the files")
    return parser


def _setup(folder: Folder, environment: Mapping[str, str]) -> int:
    folder.create()
    browser.ensure(folder, environment, say=say)
    return 0


def _up(folder: Folder, environment: Mapping[str, str], *, model: bool) -> int:
    from deploy.local.run import running

    with running(folder, environment, terminal=sys.stdout, model=model) as stack:
        if model:
            say(f"{_DEMONSTRATION}\n")
        say(_addresses(stack.known) + "\n  Ctrl-C stops everything; `make -s key` prints an API key\n")
        if told := admin.first(stack.known.database_url):
            say(f"{told}\n")
        stack.watch()
    return 0


def _demo(folder: Folder, environment: Mapping[str, str], *, model: bool, out: Path, kind: str | None) -> int:
    from deploy.local.run import running
    from deploy.local.services import MODEL

    known = _running(folder)
    if known:
        if model and MODEL not in known.processes:
            raise StackError("the stack that runs has no model: stop it with `make down` first")
        say(f"the stack already runs at {known.api_url}: using it, and leaving it running")
        return _make_demo(known, out, kind, model=MODEL in known.processes)
    say("starting PostgreSQL, Valkey, the object store and the services ...")
    with running(folder, environment, terminal=None, model=model) as stack:
        return _make_demo(stack.known, out, kind, model=model, meanwhile=stack.look)


def _make_demo(
    known: state.State, out: Path, kind: str | None, *, model: bool, meanwhile: Callable[[], None] = lambda: None
) -> int:
    from rich.console import Console

    if model:
        say(f"{_DEMONSTRATION}\n")
    say(_addresses(known) + "\n")
    key, console = asyncio.run(new_key(known.database_url)), Console(stderr=True)
    if kind:
        from deploy.local.demo_ml.making import make_ml_report

        files = make_ml_report(known.api_url, key, kind, out, console=console, insights=model, meanwhile=meanwhile)
    else:
        from deploy.local.demo import make_report
        from deploy.local.demo_request import demo_request

        files = make_report(known.api_url, key, demo_request(), out, console=console, meanwhile=meanwhile)
    for file in files:
        print(file.relative_to(ROOT) if file.is_relative_to(ROOT) else file)
    return 0


def _admin(folder: Folder, arguments: list[str]) -> int:
    known = _running(folder)
    if known is None and not {"-h", "--help"} & set(arguments):
        raise StackError("the stack is not up: start it with `make up` in another terminal")
    return admin.run(known.database_url if known else "", arguments)


def _down(folder: Folder) -> int:
    holder, known = folder.holder(), state.read(folder.state)
    if holder:
        holder.send(signal.SIGTERM)
        stopped = holder.wait_until_gone(STOP_S)
        say("stopped" if stopped else f"process {holder.pid} did not stop within {STOP_S:.0f} s")
        return 0 if stopped else 1
    ended = state.end_left_overs(known) if known else []
    folder.state.unlink(missing_ok=True)
    say(f"its supervisor was killed; ended what it left: {', '.join(ended)}" if ended else "nothing runs")
    return 0


def _key(folder: Folder, *, test: bool, scopes: Sequence[str]) -> int:
    known = _running(folder)
    if known is None:
        say("the stack is not up: start it with `make up` in another terminal")
        return 1
    print(asyncio.run(new_key(known.database_url, test=test, scopes=scopes)))
    return 0


def _running(folder: Folder) -> state.State | None:
    known = state.read(folder.state)
    return known if known and known.ready and known.supervisor == folder.holder() else None


def _addresses(known: state.State) -> str:
    return f"\n  API    {known.api_url}\n  docs   {known.api_url}/docs\n  queue  {known.dashboard_url}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))  # noqa: TID251
