"""The model door over HTTP: streaming, limits, and every way in which an endpoint can fail."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from services.worker.content import Outline, Section, Usage
from services.worker.llm.door import Answer, ModelBusy, ModelDown, ModelFiltered, ModelRefused, Prompt
from services.worker.llm.openai import OpenAI, Times
from tests.integration.worker.endpoint import Endpoint, endpoint, garbage, refuse, say

FAST = Times(connect=0.5, read=0.4, total=5, longest_wait=0.5, backoff=0.01)
PROMPT = Prompt(
    system="Be brief.",
    user="Write.",
    max_tokens=77,
    temperature=0.2,
    outline=Outline(title="T", query="q", style="technical", words=100),
    section=Section(id="s", title="S", brief="b", words=100),
)


async def ask(speaking: Endpoint, times: Times = FAST, **more: int) -> tuple[Answer, list[str]]:
    writer = OpenAI(base_url=speaking.url, api_key="sk-test", model="tiny", times=times, **more)
    pieces: list[str] = []

    async def shown(piece: str) -> None:
        pieces.append(piece)

    try:
        return await writer.write(PROMPT, on_chunk=shown), pieces
    finally:
        await writer.close()


async def test_an_answer_is_streamed_and_its_usage_recorded():
    """Pieces as they come, the whole at the end, tokens counted by the server."""
    async with endpoint(say("Hello ", "world.")) as speaking:
        answer, pieces = await ask(speaking)
    assert (pieces, answer.text) == (["Hello ", "world."], "Hello world.")
    assert (Usage(prompt=12, completion=34), "stop", "tiny-1", False) == (
        answer.usage,
        answer.finish_reason,
        answer.model,
        answer.truncated,
    )
    request = speaking.requests[0]
    assert (
        request["path"],
        request["model"],
        request["max_tokens"],
        request["temperature"],
        request["stream"],
    ) == ("/v1/chat/completions", "tiny", 77, 0.2, True)
    assert request["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Write."}]
    assert speaking.keys == ["Bearer sk-test"]


async def test_a_server_without_usage_is_tolerated():
    """Not every endpoint counts: then characters are counted, and it is said."""
    async with endpoint(say("Hello.", usage=None)) as speaking:
        answer, _ = await ask(speaking)
    assert Usage(prompt=3, completion=1, estimated=True) == answer.usage


async def test_a_cut_off_answer_says_so():
    """The token limit ended it: the report must tell."""
    async with endpoint(say("Hello", finish="length")) as speaking:
        assert (await ask(speaking))[0].truncated


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
async def test_a_stumble_is_tried_again(status):
    """What may pass is not the step's failure."""
    async with endpoint(refuse(status), say("Hello.")) as speaking:
        answer, _ = await ask(speaking)
    assert (answer.text, len(speaking.requests)) == ("Hello.", 2)


async def test_retry_after_is_waited_for():
    """The server knows best when; seconds or a date."""
    began = time.monotonic()
    async with endpoint(refuse(429, retry_after="0.3"), say("Hello.")) as speaking:
        await ask(speaking)
    assert 0.3 <= time.monotonic() - began < 2
    date = format_datetime(datetime.now(UTC) - timedelta(seconds=5), usegmt=True)
    async with endpoint(refuse(503, retry_after=date), say("Hello.")) as speaking:
        assert (await ask(speaking))[0].text == "Hello."


@pytest.mark.parametrize("when", ["7", "date"])
async def test_a_long_retry_after_hands_the_step_back(when):
    """A worker does not sleep on a step for minutes."""
    asked = format_datetime(datetime.now(UTC) + timedelta(seconds=7), usegmt=True) if when == "date" else when
    async with endpoint(refuse(429, retry_after=asked)) as speaking:
        with pytest.raises(ModelBusy) as caught:
            await ask(speaking)
    assert 5 <= caught.value.after_s <= 7
    assert len(speaking.requests) == 1


@pytest.mark.parametrize("asked", ["86400", "1e300", "Fri, 31 Dec 9999 23:59:59 GMT"])
async def test_a_day_is_not_waited(asked):
    """The step comes back sooner, and asks again or goes on without."""
    async with endpoint(refuse(429, retry_after=asked)) as speaking:
        with pytest.raises(ModelBusy) as caught:
            await ask(speaking)
    assert caught.value.after_s == FAST.longest_away


@pytest.mark.parametrize("asked", ["inf", "nan", "soon", "-1"])
async def test_a_pause_that_is_none_is_not_obeyed(asked):
    """What the server sends is no number that the database would take."""
    async with endpoint(refuse(429, retry_after=asked), say("Hello.")) as speaking:
        assert (await ask(speaking))[0].text == "Hello."


async def test_too_many_requests_for_too_long_is_busy_not_down():
    """The step comes back later."""
    async with endpoint(refuse(429)) as speaking:
        with pytest.raises(ModelBusy, match="too many requests"):
            await ask(speaking)
    assert len(speaking.requests) == 3


async def test_errors_without_end_are_given_up_on():
    """After a few attempts the engine decides when to try again."""
    async with endpoint(refuse(500)) as speaking:
        with pytest.raises(ModelDown, match=r"failed \(500\)"):
            await ask(speaking)
    assert len(speaking.requests) == 3


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (401, "PRESSRUN_LLM_API_KEY"),
        (403, "PRESSRUN_LLM_API_KEY"),
        (404, "PRESSRUN_LLM_MODEL"),
        (400, "too long"),
        (413, "too long"),
    ],
)
async def test_a_refusal_is_final_and_says_what_to_check(status, advice):
    """A wrong key is wrong again in a second."""
    async with endpoint(refuse(status, "the prompt is too long")) as speaking:
        with pytest.raises(ModelRefused, match=advice):
            await ask(speaking)
    assert len(speaking.requests) == 1


async def test_a_filtered_answer_is_refused():
    """Half an answer that a filter stopped is no answer."""
    async with endpoint(say("Hel", finish="content_filter")) as speaking:
        with pytest.raises(ModelFiltered, match="content filter"):
            await ask(speaking)


async def test_a_request_that_the_filter_refuses_is_told_from_a_wrong_one():
    """Another section may pass."""
    message = "The response was filtered due to the prompt triggering content management policy."
    async with endpoint(refuse(400, message)) as speaking:
        with pytest.raises(ModelFiltered, match="content filter"):
            await ask(speaking)
    assert len(speaking.requests) == 1


async def test_options_that_a_server_does_not_know_are_left_out():
    """And stay left out, so that the next section does not pay for it again."""
    behaviours = [
        refuse(400, "Unrecognized request argument supplied: stream_options"),
        refuse(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."),
        refuse(422, "temperature is not supported"),
        say("Hello."),
        say("Again."),
    ]
    async with endpoint(*behaviours) as speaking:
        writer = OpenAI(base_url=speaking.url, api_key="", model="tiny", times=FAST)

        async def shown(_piece: str) -> None:
            return

        assert (await writer.write(PROMPT, on_chunk=shown)).text == "Hello."
        assert (await writer.write(PROMPT, on_chunk=shown)).text == "Again."
        await writer.close()
    assert len(speaking.requests) == 5
    for request in speaking.requests[3:]:
        assert request["max_completion_tokens"] == 77
        assert not {"stream_options", "max_tokens", "temperature"} & request.keys()


async def test_an_option_whose_value_is_wrong_is_kept():
    """``max_tokens is too large`` is a refusal, and no reason to ask without a limit from now on."""
    behaviours = [refuse(400, "max_tokens is too large: 77. This model supports at most 60."), say("Hello.")]
    async with endpoint(*behaviours) as speaking:
        with pytest.raises(ModelRefused, match="too large"):
            await ask(speaking)
    assert [request["max_tokens"] for request in speaking.requests] == [77]


async def test_an_option_that_was_left_out_in_vain_comes_back():
    """The server meant something else: the next request is whole again."""
    behaviours = [refuse(400, "unknown model for temperature"), refuse(400, "no such thing"), say("Hello.")]
    async with endpoint(*behaviours) as speaking:
        writer = OpenAI(base_url=speaking.url, api_key="", model="tiny", times=FAST)

        async def shown(_piece: str) -> None:
            return

        with pytest.raises(ModelRefused, match="no such thing"):
            await writer.write(PROMPT, on_chunk=shown)
        assert (await writer.write(PROMPT, on_chunk=shown)).text == "Hello."
        await writer.close()
    assert ["temperature" in request for request in speaking.requests] == [True, False, True]


async def test_all_attempts_share_one_time():
    """Three attempts of a server that hangs take no longer than one may."""
    times = Times(connect=0.5, read=0.5, total=0.7, backoff=0.01)
    began = time.monotonic()
    async with endpoint(say(then="hang")) as speaking:
        with pytest.raises(ModelDown, match="did not"):
            await ask(speaking, times)
    assert time.monotonic() - began < 1.2


async def test_silence_times_out():
    """A server that accepts and says nothing does not hold the step."""
    began = time.monotonic()
    async with endpoint(say(then="hang")) as speaking:
        with pytest.raises(ModelDown, match="did not answer in time"):
            await ask(speaking, attempts=2)
    assert 0.8 <= time.monotonic() - began < 4
    assert len(speaking.requests) == 2


async def test_an_answer_that_never_ends_times_out():
    """A trickle beats the read time-out; the total one holds."""
    times = Times(connect=0.5, read=0.4, total=0.6, backoff=0.01)
    async with endpoint(say(*["drip "] * 100, every_s=0.05)) as speaking:
        with pytest.raises(ModelDown, match="did not finish in time"):
            await ask(speaking, times, attempts=1)
        async with asyncio.timeout(1):
            await speaking.closed.wait()


@pytest.mark.parametrize("broken", [say("Hel", then="cut"), say("Hel", finish=None), say("  "), garbage()])
async def test_a_stream_that_breaks_off_is_asked_again(broken):
    """Half an answer never becomes a section."""
    async with endpoint(broken, say("Hello.")) as speaking:
        answer, _ = await ask(speaking)
    assert (answer.text, len(speaking.requests)) == ("Hello.", 2)


async def test_nobody_listening_is_down():
    """The message names the setting."""
    async with endpoint(say("x")) as speaking:
        pass
    with pytest.raises(ModelDown, match=r"cannot be reached.*PRESSRUN_LLM_BASE_URL"):
        await ask(speaking, attempts=2)


async def test_cancelling_closes_the_stream_at_once():
    """A cancelled run must not go on paying for tokens."""
    async with endpoint(say(*["word "] * 200, every_s=0.02)) as speaking:
        started = asyncio.Event()
        writer = OpenAI(base_url=speaking.url, api_key="k", model="tiny", times=FAST)

        async def shown(_piece: str) -> None:
            started.set()

        writing = asyncio.create_task(writer.write(PROMPT, on_chunk=shown))
        await started.wait()
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
        async with asyncio.timeout(1):
            await speaking.closed.wait()
        await writer.close()
    assert len(speaking.requests) == 1


async def test_cancelling_before_the_first_byte_closes_too():
    """Also while the server still thinks."""
    async with endpoint(say(then="hang")) as speaking:
        writer = OpenAI(base_url=speaking.url, api_key="k", model="tiny", times=Times(read=30))

        async def shown(_piece: str) -> None:
            return

        writing = asyncio.create_task(writer.write(PROMPT, on_chunk=shown))
        await speaking.asked.wait()
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
        async with asyncio.timeout(1):
            await speaking.closed.wait()
        await writer.close()
