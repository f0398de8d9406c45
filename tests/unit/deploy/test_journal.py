"""The merged log."""

from __future__ import annotations

import io
import threading

from deploy.local.journal import KEEP_BYTES, Journal, trim
from deploy.local.keeper import LONG_ENOUGH_S, LONGEST_PAUSE_S, Pauses


def test_every_line_names_its_source(tmp_path):
    terminal = io.StringIO()
    journal = Journal(tmp_path, terminal)
    journal.line("api", "one")
    journal.line("worker-2", "two")
    journal.say("three")
    journal.close()
    assert terminal.getvalue().splitlines() == ["api         | one", "worker-2    | two", "stack       | three"]
    assert (tmp_path / "api.log").read_text() == "one\n"
    assert journal.last_words("worker-2") == "two"
    assert journal.last_words("never-said-anything") == ""


def test_lines_of_many_threads_stay_whole(tmp_path):
    terminal = io.StringIO()
    journal = Journal(tmp_path, terminal)

    def talk(name: str) -> None:
        for _ in range(200):
            journal.line(name, name * 50)

    threads = [threading.Thread(target=talk, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    journal.close()
    lines = terminal.getvalue().splitlines()
    assert len(lines) == 800
    assert set(lines) == {f"{name.ljust(11)} | {name * 50}" for name in "abcd"}


def test_a_long_log_makes_room_for_a_new_one(tmp_path):
    path = tmp_path / "api.log"
    path.write_bytes(b"x" * KEEP_BYTES)
    trim(path)
    assert path.exists()
    path.write_bytes(b"x" * (KEEP_BYTES + 1))
    trim(path)
    assert not path.exists()
    assert (tmp_path / "api.old.log").exists()


def test_pauses_grow_to_a_limit_and_shrink_after_a_good_run():
    """A service that cannot start does not burn the machine; one that ran well comes back at once."""
    pauses = Pauses()
    assert [pauses.after(0) for _ in range(4)] == [0.5, 1, 2, 4]
    assert [pauses.after(1) for _ in range(6)][-1] == LONGEST_PAUSE_S
    assert pauses.after(LONG_ENOUGH_S) == 0.5
