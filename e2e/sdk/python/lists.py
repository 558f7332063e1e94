"""Reads the lists of two resources as one with the official Python SDK's own paging, and prints one JSON line a case.

Usage: lists.py GATEWAY KEY. The groups a and b are of two resources.
"""

import io
import json
import sys

import openai

gateway, key = sys.argv[1:]

LINE = json.dumps({"custom_id": "1", "method": "POST", "url": "/chat/completions", "body": {
    "model": "chat-MODEL", "messages": [{"role": "user", "content": "hi"}]}})


def make(client):
    """Makes seven files and five batches, on both resources in turn."""
    files, batches = [], []
    for i in range(7):
        group = "ab"[i % 2]
        at = {"x-litellm-model": group}
        file = client.files.create(file=("lines.jsonl", io.BytesIO(LINE.replace("MODEL", group).encode())), purpose="batch", extra_headers=at)
        files.append(file.id)
        if i < 5:
            batches.append(client.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h").id)
    return files, batches


def same(got, want, what):
    ids = [x.id for x in got]
    assert len(ids) == len(set(ids)), f"{what}: repeated: {ids}"
    assert set(ids) == set(want), f"{what}: lacks {set(want) - set(ids)}, has {set(ids) - set(want)}"
    times = [x.created_at for x in got]
    assert times == sorted(times, reverse=True), f"{what}: {times}"


def case(client):
    before = [f.id for f in client.files.list(purpose="batch")], [b.id for b in client.batches.list()]
    files, batches = [old + new for old, new in zip(before, make(client))]
    for limit in (1, 2, 3, 100):
        same(list(client.files.list(purpose="batch", limit=limit)), files, f"files by {limit}")
        same(list(client.batches.list(limit=limit)), batches, f"batches by {limit}")
    whole = client.files.list(purpose="batch").data  # a batch that is looked at makes files of its own
    assert len(whole) == len(files)
    page = client.files.list(limit=3, purpose="batch")
    assert len(page.data) == 3 and page.has_more, page
    assert [f.id for f in page.get_next_page().data] == [f.id for f in whole[3:6]]
    up = list(client.files.list(order="asc", limit=2))
    assert [f.created_at for f in up] == sorted(f.created_at for f in up), up
    assert not list(client.files.list(purpose="assistants"))
    for one in list(client.batches.list()):
        assert client.batches.retrieve(one.id).input_file_id == one.input_file_id
    one = client.files.list(limit=1).data[0]
    assert client.files.delete(one.id).deleted
    assert one.id not in {f.id for f in client.files.list()}
    try:
        client.files.list(after=one.id)
        raise AssertionError("a list goes on behind a file that is gone")
    except openai.NotFoundError:
        pass


for name, client in {
    "openai": openai.OpenAI(base_url=gateway + "/v1", api_key=key),
    "azure": openai.AzureOpenAI(azure_endpoint=gateway, api_key=key, api_version="2024-10-21"),
}.items():
    try:
        case(client)
        result = {"case": name, "ok": True}
    except Exception as e:  # every case is reported
        result = {"case": name, "ok": False, "detail": f"{type(e).__name__}: {e}"[:2000]}
    print(json.dumps(result), flush=True)
