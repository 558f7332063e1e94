"""Talks chat completions to models that speak another API with OpenAI's official Python SDK, unchanged, and prints one JSON line a case.

Usage: translated.py CLIENT GATEWAY KEY, where CLIENT is openai or azure.
"""

import base64
import json
import sys

import openai
from pydantic import BaseModel

kind, gateway, key = sys.argv[1:]
if kind == "openai":
    client = openai.OpenAI(base_url=gateway + "/v1", api_key=key, max_retries=0)
else:
    client = openai.AzureOpenAI(azure_endpoint=gateway, api_key=key, api_version="2025-04-01-preview", max_retries=0)
chat = client.chat.completions

ALL = ["claude", "gpt-5-codex", "o3-pro", "o1", "instruct"]
TOOLS = ALL[:4]  # those that know tools and structured outputs
STREAMS = ["claude", "gpt-5-codex", "instruct"]  # those that stream; the others' are made of one answer


class Weather(BaseModel):
    city: str
    warm: bool


def tool(name):
    return {"type": "function", "function": {"name": name, "strict": True, "parameters": {
        "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False}}}


def user(content):
    return [{"role": "user", "content": content}]


def ask(model, content="hello there", **more):
    return chat.create(model=model, messages=user(content), **more)


def refused(error, call):
    try:
        call()
    except error as e:
        return e
    raise AssertionError("no error")


def text_of(stream):
    """The text of a stream, its reason and its usage; every chunk must be one that clients can read."""
    text, pieces, reasons, usage, ids = "", 0, [], None, set()
    for chunk in stream:
        ids.add(chunk.id)
        assert chunk.object == "chat.completion.chunk" or not chunk.choices, chunk
        assert usage is None, "a chunk behind the usage"
        usage = chunk.usage
        for choice in chunk.choices:
            pieces += bool(choice.delta.content)
            text += choice.delta.content or ""
            reasons += [choice.finish_reason] if choice.finish_reason else []
    assert len(reasons) == 1, reasons
    assert len(ids - {""}) == 1, ids
    return text, pieces, reasons[0], usage


def create(model):
    a = ask(model)
    assert "hello there" in a.choices[0].message.content and a.choices[0].message.role == "assistant", a
    assert a.choices[0].finish_reason == "stop" and a.id.startswith("chatcmpl-") and a.object == "chat.completion", a
    assert a.usage.total_tokens == a.usage.prompt_tokens + a.usage.completion_tokens > 0, a.usage


def conversation(model):
    roles = [("system", "Be brief."), ("developer", "Be kind."), ("user", "first"), ("assistant", "You said: first"), ("user", "second")]
    if model == "o1":
        roles = roles[1:]  # one of the two is all that the model takes
    a = chat.create(model=model, messages=[{"role": r, "content": c} for r, c in roles])
    said = a.choices[0].message.content
    assert said == "You said: second" or model == "instruct" and said.startswith("You said: System: Be brief."), said


def stream(model):
    whole = ask(model, max_completion_tokens=500).choices[0]
    text, pieces, reason, usage = text_of(ask(model, max_completion_tokens=500, stream=True))
    assert text == whole.message.content and reason == whole.finish_reason, (text, whole)
    assert usage is None, usage
    assert pieces > 1 or model not in STREAMS, pieces


def stream_usage(model):
    whole = ask(model)
    text, _, _, usage = text_of(ask(model, stream=True, stream_options={"include_usage": True}))
    assert text == whole.choices[0].message.content
    assert usage.to_dict() == whole.usage.to_dict(), (usage, whole.usage)


def stream_helper(model):
    with chat.stream(model=model, messages=user("hello there")) as s:
        final = s.get_final_completion()
    assert final.choices[0].message.content == ask(model).choices[0].message.content, final


def tools(model):
    messages, more = user("weather?"), {"tools": [tool("weather"), tool("clock")]}
    first = chat.create(model=model, messages=messages, **more).choices[0]
    calls = first.message.tool_calls
    assert first.finish_reason == "tool_calls" and calls[0].type == "function", first
    assert [c.function.name for c in calls] == (["weather", "clock"] if model == "claude" else ["weather"]), calls
    assert len({c.id for c in calls}) == len(calls) and all(json.loads(c.function.arguments) == {"city": "text"} for c in calls), calls
    messages += [first.message] + [{"role": "tool", "tool_call_id": c.id, "content": "12 C"} for c in calls]
    second = chat.create(model=model, messages=messages, **more).choices[0]
    assert second.message.content == "The tool said:" + " 12 C" * len(calls) and second.finish_reason == "stop", second
    messages += [second.message, *user("thanks")]
    assert chat.create(model=model, messages=messages).choices[0].message.content == "You said: thanks"


def single_tool(model):
    calls = ask(model, tools=[tool("weather"), tool("clock")], parallel_tool_calls=False).choices[0].message.tool_calls
    assert [c.function.name for c in calls] == ["weather"], calls


def tool_choice(model):
    more = {"tools": [tool("weather"), tool("clock")]}
    assert ask(model, tool_choice="required", **more).choices[0].message.tool_calls
    none = ask(model, tool_choice="none", **more).choices[0]
    assert not none.message.tool_calls and none.finish_reason == "stop", none
    named = ask(model, tool_choice={"type": "function", "function": {"name": "clock"}}, **more).choices[0].message.tool_calls
    assert [c.function.name for c in named] == ["clock"], named


def tools_stream(model):
    more = {"tools": [tool("weather"), tool("clock")]}
    whole = ask(model, **more).choices[0]
    pieces = 0
    with chat.stream(model=model, messages=user("hello there"), **more) as s:
        for event in s:
            pieces += event.type == "tool_calls.function.arguments.delta"
        final = s.get_final_completion().choices[0]
    assert final.finish_reason == "tool_calls" and pieces >= len(whole.message.tool_calls), (final, pieces)
    assert pieces > len(whole.message.tool_calls) or model not in STREAMS, pieces
    got, want = ([(c.function.name, c.function.arguments) for c in m.tool_calls] for m in (final.message, whole.message))
    assert got == want and all(c.id and c.type == "function" for c in final.message.tool_calls), (got, want)
    assert final.message.tool_calls[0].function.parsed_arguments == {"city": "text"}, final


def parsed(model):
    a = chat.parse(model=model, messages=user("weather?"), response_format=Weather)
    assert a.choices[0].message.parsed == Weather(city="text", warm=True), a


def parsed_stream(model):
    with chat.stream(model=model, messages=user("weather?"), response_format=Weather) as s:
        final = s.get_final_completion()
    assert final.choices[0].message.parsed == Weather(city="text", warm=True), final


def reasoning(model):
    a = ask(model, reasoning_effort="low", max_completion_tokens=3000)
    tokens = {"claude": 64}.get(model, 32)  # Sonnet 4.5 knows a budget and no effort
    assert a.usage.completion_tokens_details.reasoning_tokens == tokens, a.usage
    if model in ("claude", "opus"):
        a = a.choices[0].message
        assert a.reasoning_content == "Thinking about: hello there" and a.content == "You said: hello there", a
        thought = "".join(getattr(c.choices[0].delta, "reasoning_content", None) or "" for c in ask(model, reasoning_effort="low", stream=True) if c.choices)
        assert thought == a.reasoning_content, thought


def thoughts_given_back(model):
    messages, more = user("weather?"), {"tools": [tool("weather")], "reasoning_effort": "low"}
    first = chat.create(model=model, messages=messages, **more).choices[0].message
    assert first.thinking_blocks[0]["signature"], first
    messages += [first.to_dict(), {"role": "tool", "tool_call_id": first.tool_calls[0].id, "content": "12 C"}]
    assert chat.create(model=model, messages=messages, **more).choices[0].message.content == "The tool said: 12 C"


def images_and_files(model):
    data = base64.b64encode(b"bytes").decode()
    a = ask(model, [{"type": "image_url", "image_url": {"url": "data:image/png;base64," + data}},
                    {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
                    {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64," + data}},
                    {"type": "text", "text": "what?"}])
    assert a.choices[0].message.content == "You said: [image] [image] [document] what?", a


def stop(model):
    for stops in (" there", [" there", "x"]):
        a = ask(model, stop=stops).choices[0]
        assert a.message.content.endswith("hello") and a.finish_reason == "stop", a


def limit(model):
    # Responses takes no limit below 16, and what a model thinks counts.
    n = {"claude": 2, "instruct": 2}.get(model, 65)
    for name in ("max_tokens", "max_completion_tokens"):
        a = ask(model, **{name: n})
        assert a.choices[0].finish_reason == "length" and a.usage.completion_tokens == n, (name, a)
        text, _, reason, _ = text_of(ask(model, stream=True, **{name: n}))
        assert reason == "length" and text == a.choices[0].message.content, (name, text)


def sampling(model):
    assert ask(model, temperature=0.5).choices[0].message.content
    assert ask(model, top_p=0.5).choices[0].message.content


def caching(model):
    mark = {"cache_control": {"type": "ephemeral"}}
    messages = [{"role": "system", "content": [{"type": "text", "text": f"A long prompt for Python's {kind}.", **mark}]}]
    chat.create(model=model, messages=messages + user("one"))
    a = chat.create(model=model, messages=messages + user("two"))
    assert a.usage.prompt_tokens_details.cached_tokens > 0 and a.usage.prompt_tokens > a.usage.prompt_tokens_details.cached_tokens, a.usage


def who_asks(model):
    assert ask(model, user="somebody", metadata={"a": "b"}, seed=7).choices[0].message.content if model == "claude" else ask(model, user="somebody").choices[0].message.content


def filtered(model):
    if model == "claude":
        a = ask(model, "[[filter]]").choices[0]
        assert a.finish_reason == "content_filter" and a.message.refusal and not a.message.content, a
        text, _, reason, _ = text_of(ask(model, "a b c d e f [[filter-answer]]", stream=True))
        assert reason == "content_filter" and text.startswith("You said: a b"), (reason, text)
        return
    e = refused(openai.BadRequestError, lambda: ask(model, "[[filter]]"))
    assert e.code == "content_filter" and e.body["innererror"]["code"] == "ResponsibleAIPolicyViolation", e.body


def unsupported(model):
    name, value = {"claude": ("logprobs", True), "gpt-5-codex": ("stop", "x"), "o3-pro": ("stop", "x"), "instruct": ("tools", [tool("weather")])}[model]
    for more in ({}, {"stream": True}):
        e = refused(openai.BadRequestError, lambda: ask(model, **{name: value}, **more))
        assert e.code == "unsupported_parameter" and e.param == name and e.type == "invalid_request_error", e.body
    assert ask("dropping-" + model, **{name: value}).choices[0].message.content


def other_operation(model):
    e = refused(openai.BadRequestError, lambda: client.responses.create(model=model, input="hello"))
    assert e.code == "unsupported_operation" and "use /v1/chat/completions or /v1/messages" in str(e), e.body


def errors(_):
    for status, error, code in ((400, openai.BadRequestError, None), (404, openai.NotFoundError, "model_not_found"),
                                (429, openai.RateLimitError, "rate_limit_exceeded"), (529, openai.InternalServerError, "overloaded")):
        for more in ({}, {"stream": True}):
            e = refused(error, lambda: ask(f"claude-{status}", **more))
            assert e.status_code == status and e.code == code and e.type and e.body["message"] and "param" in e.body, e.body


CASES = [
    (create, ALL), (conversation, ALL), (stream, ALL), (stream_usage, ALL), (stream_helper, ALL), (tools, TOOLS),
    (single_tool, ["claude", "gpt-5-codex"]), (tool_choice, TOOLS), (tools_stream, TOOLS), (parsed, TOOLS), (parsed_stream, TOOLS),
    (reasoning, [*TOOLS, "opus"]), (thoughts_given_back, ["claude"]), (images_and_files, ["claude"]), (stop, ["claude", "o1", "instruct"]),
    (limit, ALL), (sampling, ["claude", "instruct"]), (caching, ["claude"]), (who_asks, ALL), (filtered, ALL),
    (unsupported, ["claude", "gpt-5-codex", "o3-pro", "instruct"]), (other_operation, ["claude"]), (errors, ["claude"]),
]

for run, models in CASES:
    for model in models:
        result = {"case": f"{run.__name__} of {model}", "ok": True}
        try:
            run(model)
        except Exception as e:  # every case is reported
            result |= {"ok": False, "detail": f"{type(e).__name__}: {e}"[:1500]}
        print(json.dumps(result), flush=True)
