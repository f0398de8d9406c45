"""Long series made short without changing what they look like."""

from __future__ import annotations

from collections.abc import Sequence

MOST = 2000
"""Points of one series that are drawn, and that are worth storing."""


def thinned(x: Sequence[float], y: Sequence[float], most: int = MOST) -> list[int]:
    """Choose at most so many points of a series, by their places in it, in order.

    Both ends are among them, and the lowest and the highest point. The others are chosen by
    largest-triangle-three-buckets: of each of equally long pieces the point that makes the largest
    triangle with the one chosen before and the mean of the next piece.

    Args:
        x: finite values, in order.
        y: finite values.
        most: at least 4.
    """
    count = min(len(x), len(y))
    if count <= most:
        return list(range(count))
    extremes = {min(range(count), key=y.__getitem__), max(range(count), key=y.__getitem__)}
    kept = [0]
    pieces = most - 4
    for piece in range(pieces):
        begin, end = _piece(piece, pieces, count), _piece(piece + 1, pieces, count)
        after = (
            range(end, min(_piece(piece + 2, pieces, count), count)) if piece + 1 < pieces else range(count - 1, count)
        )
        middle = (sum(x[at] for at in after) / len(after), sum(y[at] for at in after) / len(after))
        last = kept[-1]
        kept.append(max(range(begin, end), key=lambda at: _area(x, y, last, at, middle)))
    return sorted({*kept, count - 1, *extremes})


def spread(x: Sequence[float], y: Sequence[float], most: int = MOST) -> list[int]:
    """Choose at most so many points of a cloud, by their places in it: its four extremes, and evenly of the others.

    Args:
        most: at least 5.
    """
    count = min(len(x), len(y))
    if count <= most:
        return list(range(count))
    places = range(count)
    ends = {choose(places, key=of.__getitem__) for of in (x, y) for choose in (min, max)}
    room = most - len(ends)
    return sorted(ends | {at * count // room for at in range(room)})


def _piece(place: int, pieces: int, count: int) -> int:
    """Where a piece of the points between the ends begins."""
    return 1 + place * (count - 2) // pieces


def _area(x: Sequence[float], y: Sequence[float], last: int, at: int, middle: tuple[float, float]) -> float:
    return abs((x[last] - middle[0]) * (y[at] - y[last]) - (x[last] - x[at]) * (middle[1] - y[last]))
