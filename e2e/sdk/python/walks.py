"""Walks LiteLLM's two Azure pages with the official Python SDK, unchanged, and prints one JSON line a walk.

Usage: walks.py GATEWAY KEY OTHER, where OTHER is a second gateway with the same configuration. The groups are chat, of two
resources, and batch, of the same two.
"""

import io
import json
import sys
import time

import openai

gateway, key, other = sys.argv[1:]

LINES = [
    {"custom_id": f"task-{i}", "method": "POST", "url": "/chat/completions", "body": {"model": "MODEL", "messages": [
        {"role": "system", "content": "You are an AI assistant that helps people find information."},
        {"role": "user", "content": question}]}}
    for i, question in enumerate(["When was Microsoft founded?", "When was the first XBOX released?", "What is Altair Basic?"])
]


def jsonl(model):
    return io.BytesIO("\n".join(json.dumps(line).replace("MODEL", model) for line in LINES).encode())


def until(ready, get):
    deadline = time.monotonic() + 20
    while not ready(value := get()):
        assert time.monotonic() < deadline, value
        time.sleep(0.01)
    return value


def assistants():
    """The walk of the page Azure Passthrough."""
    client = openai.AzureOpenAI(azure_endpoint=gateway + "/azure", api_key=key, api_version="2024-05-01-preview")
    assistant = client.beta.assistants.create(name="Math Tutor", instructions="You are a math tutor. Help solve equations.", model="chat")
    thread = client.beta.threads.create()
    message = client.beta.threads.messages.create(thread_id=thread.id, role="user", content="Solve 3x + 11 = 14")
    assert message.thread_id == thread.id, (message, thread)
    run = client.beta.threads.runs.create(thread_id=thread.id, assistant_id=assistant.id)
    run = until(lambda r: r.status == "completed", lambda: client.beta.threads.runs.retrieve(thread_id=thread.id, run_id=run.id))
    assert run.assistant_id == assistant.id
    messages = client.beta.threads.messages.list(thread_id=thread.id)
    assert {m.role for m in messages.data} == {"user", "assistant"}, messages
    assert client.beta.assistants.delete(assistant.id).deleted


def batch(client, selector, model):
    """The walk of the page Azure OpenAI: upload, create, retrieve, cancel, list."""
    file = client.files.create(file=("mydata.jsonl", jsonl(model)), purpose="batch", extra_headers=selector)
    more = {"extra_body": {"model": model}} if not selector else {}
    made = client.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h",
                                 metadata={"description": "My batch job"}, extra_headers=selector, **more)
    assert made.input_file_id == file.id, made
    done = until(lambda b: b.status in ("completed", "failed"), lambda: client.batches.retrieve(made.id, extra_headers=selector))
    assert done.status == "completed", done
    assert client.batches.retrieve(made.id, extra_headers=selector).status == "completed"
    lines = client.files.content(done.output_file_id).text.strip().split("\n")
    answers = {json.loads(line)["custom_id"]: json.loads(line)["response"]["body"]["choices"][0]["message"]["content"] for line in lines}
    assert answers["task-0"] == "You said: When was Microsoft founded?" and len(answers) == 3, answers
    second = client.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h", extra_headers=selector, **more)
    assert client.batches.cancel(second.id, extra_headers=selector).status in ("cancelling", "cancelled")
    assert {made.id, second.id} <= {b.id for b in client.batches.list(extra_headers=selector)}
    assert client.files.delete(file.id).deleted


def batch_by_provider():
    batch(openai.OpenAI(base_url=gateway, api_key=key), {"custom-llm-provider": "azure"}, "batch-a")


def batch_balanced():
    batch(openai.OpenAI(base_url=gateway, api_key=key), {}, "batch")


def batch_azure():
    batch(openai.AzureOpenAI(azure_endpoint=gateway, api_key=key, api_version="2024-10-21"), {}, "batch")


def responses():
    """Ten turns over two gateways: each asks with the id that the other gave."""
    clients = [openai.OpenAI(base_url=u + "/v1", api_key=key) for u in (gateway, other)]
    ids, previous = [], None
    for turn in range(10):
        more = {"previous_response_id": previous} if previous else {}
        answer = clients[turn % 2].responses.create(model="chat", input=f"turn {turn}", **more)
        assert answer.previous_response_id == previous, answer
        previous = answer.id
        ids.append(previous)
    for turn, id in enumerate(ids):
        assert clients[turn % 2].responses.retrieve(id).id == id
        assert clients[turn % 2].responses.input_items.list(id, limit=1).data
    for id in ids:
        clients[0].responses.delete(id)
    try:
        clients[1].responses.retrieve(ids[0])
        raise AssertionError("it is still there")
    except openai.NotFoundError:
        pass


def stream():
    client = openai.OpenAI(base_url=gateway + "/v1", api_key=key)
    with client.responses.stream(model="chat", input="hello") as events:
        final = [e for e in events][-1].response
    assert client.responses.retrieve(final.id).output_text == "You said: hello"
    resumed = list(client.responses.retrieve(final.id, stream=True, starting_after=2))
    assert resumed[-1].type == "response.completed" and resumed[-1].response.id == final.id, resumed[-1]


WALKS = [assistants, batch_by_provider, batch_balanced, batch_azure, responses, stream]

for walk in WALKS:
    try:
        walk()
        result = {"case": walk.__name__, "ok": True}
    except Exception as e:  # every walk is reported
        result = {"case": walk.__name__, "ok": False, "detail": f"{type(e).__name__}: {e}"[:2000]}
    print(json.dumps(result), flush=True)
