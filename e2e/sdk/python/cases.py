"""Calls the gateway with the official Python SDKs, unchanged, and prints one JSON line a case.

Usage: cases.py CLIENT GATEWAY KEY, where CLIENT is openai, azure or langchain.
"""

import json
import sys

import openai

WAV = b"RIFF" + bytes(2000)


def client_of(kind, gateway, key, **more):
    if kind == "openai":
        return openai.OpenAI(base_url=gateway + "/v1", api_key=key, max_retries=0, **more)
    return openai.AzureOpenAI(azure_endpoint=gateway, api_key=key, api_version="2025-04-01-preview", max_retries=0, **more)


def user(text):
    return [{"role": "user", "content": text}]


TOOL = {"type": "function", "function": {"name": "weather", "parameters": {
    "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}


def chat(c):
    answer = c.chat.completions.create(model="chat", messages=user("hello"))
    assert answer.choices[0].message.content == "You said: hello", answer
    assert answer.usage.total_tokens > 0


def stream(c):
    chunks = list(c.chat.completions.create(model="chat", messages=user("hello"), stream=True, stream_options={"include_usage": True}))
    text = "".join(k.choices[0].delta.content or "" for k in chunks if k.choices)
    assert text == "You said: hello", text
    assert chunks[-1].usage.total_tokens > 0


def tools(c):
    messages = user("weather in Bonn?")
    first = c.chat.completions.create(model="chat", messages=messages, tools=[TOOL])
    call = first.choices[0].message.tool_calls[0]
    assert call.function.name == "weather" and "city" in json.loads(call.function.arguments)
    messages += [first.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "sun"}]
    assert c.chat.completions.create(model="chat", messages=messages, tools=[TOOL]).choices[0].message.content


def completions(c):
    assert c.completions.create(model="instruct", prompt="hello").choices[0].text


def embeddings(c):
    vector = c.embeddings.create(model="embed", input=["hello"]).data[0].embedding
    assert len(vector) > 10 and all(isinstance(x, float) for x in vector)


def images(c):
    assert c.images.generate(model="image", prompt="a cat").data[0].b64_json


def image_edit(c):
    assert c.images.edit(model="image", image=("a.png", b"\x89PNG" + bytes(500), "image/png"), prompt="a dog").data[0].b64_json


def speech(c):
    assert len(c.audio.speech.create(model="speech", voice="alloy", input="hello").read()) > 100


def transcription(c):
    assert c.audio.transcriptions.create(model="listen", file=("a.wav", WAV)).text
    srt = c.audio.transcriptions.create(model="listen", file=("a.wav", WAV), response_format="srt")
    assert "-->" in srt, srt


def translation(c):
    assert c.audio.translations.create(model="listen", file=("a.wav", WAV)).text


def responses(c):
    answer = c.responses.create(model="chat", input="hello")
    assert "hello" in answer.output_text, answer


def responses_stream(c):
    events = [e.type for e in c.responses.create(model="chat", input="hello", stream=True)]
    assert events[0] == "response.created" and events[-1] == "response.completed", events


def models(c):
    if isinstance(c, openai.AzureOpenAI):
        c = c.with_options()  # /openai/models
    assert "chat" in [m.id for m in c.models.list()]
    assert c.models.retrieve("chat").id == "chat"


def reasoning(c):
    answer = c.chat.completions.create(model="o3", messages=[{"role": "developer", "content": "be brief"}] + user("hello"), max_tokens=500)
    assert answer.choices[0].message.content


def unknown_model(c):
    try:
        c.chat.completions.create(model="nope", messages=user("hello"))
    except openai.NotFoundError as e:
        assert e.code == "model_not_found", e
        return
    raise AssertionError("no error")


def wrong_key(c):
    try:
        c.with_options(api_key="sk-wrong").chat.completions.create(model="chat", messages=user("hello"))
    except openai.AuthenticationError as e:
        assert e.code == "invalid_api_key", e
        return
    raise AssertionError("no error")


def refused_parameter(c):
    try:
        c.chat.completions.create(model="o3", messages=user("hello"), temperature=0.2)
    except openai.BadRequestError as e:
        assert e.param == "temperature" and e.code == "unsupported_value", e
        return
    raise AssertionError("no error")


def content_filter(c):
    try:
        c.chat.completions.create(model="chat", messages=user("[[filter]]"))
    except openai.BadRequestError as e:
        assert e.code == "content_filter" and e.body["innererror"]["code"] == "ResponsibleAIPolicyViolation", e.body
        return
    raise AssertionError("no error")


def langchain_cases(gateway, key):
    from langchain_core.messages import HumanMessage
    from langchain_openai import AzureChatOpenAI, AzureOpenAIEmbeddings

    def make(**more):
        return AzureChatOpenAI(azure_endpoint=gateway, api_key=key, api_version="2025-04-01-preview", azure_deployment="chat", max_retries=0, **more)

    def lc_chat():
        assert make().invoke([HumanMessage("hello")]).content == "You said: hello"

    def lc_stream():
        assert "".join(k.content for k in make().stream("hello")) == "You said: hello"

    def lc_tools():
        answer = make().bind_tools([TOOL]).invoke("weather in Bonn?")
        assert answer.tool_calls[0]["name"] == "weather"

    def lc_embeddings():
        vector = AzureOpenAIEmbeddings(azure_endpoint=gateway, api_key=key, api_version="2025-04-01-preview", azure_deployment="embed",
                                       check_embedding_ctx_length=False).embed_query("hello")
        assert len(vector) > 10

    def lc_error():
        try:
            make().with_config().bind(model="x").invoke("[[filter]]")
        except openai.BadRequestError as e:
            assert e.code == "content_filter", e
            return
        raise AssertionError("no error")

    return [lc_chat, lc_stream, lc_tools, lc_embeddings, lc_error]


CASES = [chat, stream, tools, completions, embeddings, images, image_edit, speech, transcription, translation, responses, responses_stream,
         models, reasoning, unknown_model, wrong_key, refused_parameter, content_filter]


def main():
    kind, gateway, key = sys.argv[1:]
    if kind == "langchain":
        cases = [(f.__name__, f) for f in langchain_cases(gateway, key)]
    else:
        client = client_of(kind, gateway, key)
        cases = [(f.__name__, lambda f=f: f(client)) for f in CASES]
    for name, run in cases:
        try:
            run()
            result = {"case": name, "ok": True}
        except Exception as e:  # every case is reported
            result = {"case": name, "ok": False, "detail": f"{type(e).__name__}: {e}"[:1000]}
        print(json.dumps(result), flush=True)


main()
