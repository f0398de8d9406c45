"""``core.channelWrite``: add a value to one of the run's channels."""

from __future__ import annotations

from shared.domain.outcome import ChannelWrite, Done, Outcome, Work


async def channel_write(work: Work) -> Outcome:
    """Write ``value`` to ``channel`` (input or config); entries older than ``ttlMs`` are dropped."""
    said = {**work.config, **{name: value for name, value in work.inputs.items() if value is not None}}
    ttl_ms = said.get("ttlMs")
    write = ChannelWrite(
        channel=str(said.get("channel") or "events"),
        value=said.get("value"),
        ttl_ms=int(ttl_ms) if isinstance(ttl_ms, int | float) else None,
    )
    return Done(writes=[write])
