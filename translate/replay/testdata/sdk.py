"""Holds the replayed streams beside what they were made of, in the openai SDK's
own eyes. Arguments: folders with pairs NAME.json and NAME.sse."""

import json
import pathlib
import sys

import pydantic
from openai._types import omit
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.lib.streaming.responses._responses import ResponseStreamState
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response, ResponseStreamEvent


def strict(annotation):
    """The type with every field of the SDK's models checked, as pydantic does."""
    return pydantic.TypeAdapter(annotation)


def events(text):
    for block in text.split("\n\n"):
        if not block:
            continue
        lines = [line.split(": ", 1) for line in block.split("\n")]
        assert len({field for field, _ in lines}) == len(lines), block
        yield dict(lines)


def plain(value):
    """Without members that say nothing: a stream does not have them all."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items() if v is not None and v != []}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return value


def chat(whole, stream):
    *chunks, done = events(stream)
    assert done == {"data": "[DONE]"}, done
    state = ChatCompletionStreamState()
    for e in chunks:
        assert list(e) == ["data"]
        data = json.loads(e["data"])
        strict(ChatCompletionChunk).validate_python(data)
        list(state.handle_chunk(ChatCompletionChunk.construct(**data)))
    got = plain(state.current_completion_snapshot.to_dict())
    want = plain(ChatCompletion.model_validate(whole).to_dict())
    want["choices"].sort(key=lambda c: c["index"])
    for c in want["choices"]:
        c.pop("content_filter_results", None)  # the SDK keeps the first chunk's alone
        for i, call in enumerate(c["message"].get("tool_calls", [])):
            call["index"] = i
    for c in got["choices"]:
        c["message"].pop("parsed", None)
        for call in c["message"].get("tool_calls", []):
            call["function"].pop("parsed_arguments", None)
    assert got == want, f"\n{got}\nis not\n{want}"


def response(whole, stream):
    state = ResponseStreamState(input_tools=[], text_format=omit)
    last = None
    for i, e in enumerate(events(stream)):
        data = json.loads(e["data"])
        assert e["event"] == data["type"] and data["sequence_number"] == i, e
        last = strict(ResponseStreamEvent).validate_python(data)
        assert not leftover(last), f"{data['type']}: {leftover(last)} is not of the SDK's event"
        if whole["status"] == "queued":
            continue
        state.handle_event(last)
    got, want = last.response.to_dict(), Response.model_validate(whole).to_dict()
    assert got == want, f"\n{got}\nis not\n{want}"
    if whole["status"] == "completed":
        assert state._completed_response.output_text == Response.model_validate(whole).output_text


def leftover(event):
    extra = set(event.__pydantic_extra__ or {})
    if event.type == "response.function_call_arguments.done":
        extra -= {"name"}  # the API has it, the SDK's type does not
    return extra


count = 0
for folder in sys.argv[1:]:
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        kind = {"chat": chat, "response": response}[path.name.split("-")[0]]
        kind(json.loads(path.read_text()), path.with_suffix(".sse").read_text())
        count += 1
print(count, "streams")
