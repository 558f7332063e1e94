"""Talks to Claude with Anthropic's official Python SDK, unchanged, and prints one JSON line a case.

Usage: claude.py CLIENT BASE KEY MODEL THINKER, where CLIENT is anthropic or foundry, MODEL takes sampling and a thinking budget
(Claude Sonnet 4.5), and THINKER thinks by itself (Claude Opus 5).
"""

import base64
import json
import sys

import anthropic

kind, base, key, MODEL, THINKER = sys.argv[1:]


def make(key=key):
    if kind == "foundry":
        return anthropic.AnthropicFoundry(base_url=base, api_key=key, max_retries=0)
    return anthropic.Anthropic(base_url=base, api_key=key, max_retries=0)


client = make()
WEATHER = {"name": "weather", "description": "The weather of a city.", "input_schema": {
    "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}
CLOCK = {"name": "clock", "input_schema": {"type": "object", "properties": {"zone": {"type": "string"}}, "required": ["zone"]}}


def user(content):
    return [{"role": "user", "content": content}]


def ask(content, model=MODEL, **more):
    return client.messages.create(model=model, max_tokens=2000, messages=user(content), **more)


def refused(error, call):
    try:
        call()
    except error as e:
        return e
    raise AssertionError("no error")


def text():
    a = ask("hello")
    assert a.content[0].text == "You said: hello" and a.stop_reason == "end_turn", a
    assert a.usage.input_tokens > 0 and a.usage.output_tokens == 3, a.usage
    assert a._request_id.startswith("req_"), a._request_id


def system_and_sampling():
    a = ask("a b c", system=[{"type": "text", "text": "Be brief."}], stop_sequences=[" c"], metadata={"user_id": "u"},
            extra_body={"temperature": 0.5, "top_k": 5}, extra_headers={"anthropic-version": "2023-06-01"})
    assert a.stop_reason == "stop_sequence" and a.stop_sequence == " c", a


def raw_stream():
    seen = [e.type for e in ask("hello", stream=True)]
    assert seen[0] == "message_start" and seen[-1] == "message_stop", seen


def stream():
    with client.messages.stream(model=MODEL, max_tokens=2000, messages=user("hello there")) as s:
        assert "".join(s.text_stream) == "You said: hello there"
        final = s.get_final_message()
    assert final.stop_reason == "end_turn" and final.usage.output_tokens == 4, final


def tools():
    messages, more = user("weather?"), {"tools": [WEATHER, CLOCK]}
    first = client.messages.create(model=MODEL, max_tokens=2000, messages=messages, **more)
    uses = [b for b in first.content if b.type == "tool_use"]
    assert [u.name for u in uses] == ["weather", "clock"] and uses[0].input == {"city": "text"}, first
    messages += [{"role": "assistant", "content": first.content},
                 {"role": "user", "content": [{"type": "tool_result", "tool_use_id": u.id, "content": "12"} for u in uses]}]
    second = client.messages.create(model=MODEL, max_tokens=2000, messages=messages, **more)
    assert second.content[0].text == "The tool said: 12 12", second


def tools_stream():
    with client.messages.stream(model=MODEL, max_tokens=2000, messages=user("weather?"), tools=[WEATHER],
                                tool_choice={"type": "tool", "name": "weather", "disable_parallel_tool_use": True}) as s:
        final = s.get_final_message()
    assert final.content[0].input == {"city": "text"} and final.stop_reason == "tool_use", final


def thinking():
    more = {"thinking": {"type": "enabled", "budget_tokens": 1024}, "tools": [WEATHER]}
    first = ask("weather?", **more)
    assert first.content[0].type == "thinking" and first.content[0].signature, first
    second = client.messages.create(model=MODEL, max_tokens=2000, messages=[
        *user("weather?"), {"role": "assistant", "content": first.content},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": first.content[1].id, "content": "12"}]}], **more)
    assert second.content[-1].text == "The tool said: 12", second


def thinking_stream():
    with client.messages.stream(model=THINKER, max_tokens=2000, messages=user("hi"), thinking={"type": "adaptive", "display": "summarized"},
                                output_config={"effort": "low"}) as s:
        final = s.get_final_message()
    assert final.content[0].thinking == "Thinking about: hi" and final.content[0].signature, final
    assert final.usage.output_tokens_details.thinking_tokens == 32, final.usage


def structured():
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": False}
    a = ask("x", output_config={"format": {"type": "json_schema", "schema": schema}})
    assert json.loads(a.content[0].text) == {"a": 1}, a


def images_and_documents():
    png = base64.b64encode(b"png").decode()
    a = ask([{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": png}},
             {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "doc"}}, {"type": "text", "text": "what?"}])
    assert a.content[0].text == "You said: [image] [document] what?", a


def caching():
    system = [{"type": "text", "text": "A long prompt of " + kind, "cache_control": {"type": "ephemeral"}}]
    ask("one", system=system)
    a = ask("two", system=system)
    assert a.usage.cache_read_input_tokens > 0 and a.usage.cache_creation_input_tokens == 0, a.usage


def refusal():
    a = ask("[[filter]]")
    assert a.stop_reason == "refusal" and a.stop_details.category == "cyber" and a.content == [], a


def count():
    assert client.messages.count_tokens(model=MODEL, messages=user("hello")).input_tokens > 0


def beta():
    a = client.beta.messages.create(model=MODEL, max_tokens=99, messages=user("hello"), betas=["some-feature-2026-01-01"])
    assert a.content[0].text == "You said: hello", a


def wrong_key():
    refused(anthropic.AuthenticationError, lambda: make("nope").messages.create(model=MODEL, max_tokens=9, messages=user("x")))


def unknown_model():
    e = refused(anthropic.NotFoundError, lambda: ask("x", model="claude-none"))
    assert e.type == "not_found_error", e.body


def bad_request():
    e = refused(anthropic.BadRequestError, lambda: ask("x", extra_body={"surprise": 1}))
    assert e.body["error"]["message"] == "surprise: Extra inputs are not permitted", e.body


for run in [text, system_and_sampling, raw_stream, stream, tools, tools_stream, thinking, thinking_stream, structured, images_and_documents, caching,
            refusal, count, beta, wrong_key, unknown_model, bad_request]:
    try:
        run()
        result = {"case": run.__name__, "ok": True}
    except Exception as e:  # every case is reported
        result = {"case": run.__name__, "ok": False, "detail": f"{type(e).__name__}: {e}"[:1500]}
    print(json.dumps(result), flush=True)
