"""How measurements are shown and kept."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tests.benchmarks.table import Row, keep, table

FASTER = Row("prints", "a launch each", "1/s", [18.0, 20.0, 19.0], [4.0, 3.0, 3.8], "about 5x")
SOONER = Row("waking", "polling", "ms", [float(number) for number in range(1, 101)], [384.0] * 100, "at least 100x")


def test_a_ratio_says_how_many_times_better_ours_is():
    """More a second is better, and fewer milliseconds are."""
    assert FASTER.ratio == 5
    assert SOONER.ratio == 384 / 50.5


def test_the_table_shows_medians_beside_the_rivals():
    """The worst twentieth only where there are samples enough to know it."""
    head, prints, waking = table([FASTER, SOONER]).splitlines()
    assert head.split() == ["what", "unit", "ours", "p95", "p99", "rival", "theirs", "p95", "p99", "ratio", "expected"]
    assert prints.split() == "prints 1/s 19 a launch each 3.8 5x about 5x".split()
    assert waking.split() == "waking ms 50.5 96 100 polling 384 384 384 7.6x at least 100x".split()


def test_raw_samples_are_kept(tmp_path: Path):
    """Anybody may compute other figures from them than the medians."""
    path = keep("renderer", [FASTER], tmp_path / "bench-results")
    kept = msgspec.json.decode(path.read_bytes())
    assert kept["name"] == "renderer"
    assert msgspec.convert(kept["rows"], list[Row]) == [FASTER]
