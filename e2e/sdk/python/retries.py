"""Lets the official Python SDK meet a 429 of the gateway's own, and prints one JSON line a client.

Usage: retries.py GATEWAY ADMIN KEY. The groups openai and azure have one deployment each, which says once that it wants to be left alone.
"""

import json
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import openai

gateway, admin, key = sys.argv[1:]
MESSAGES = [{"role": "user", "content": "hello"}]


def failed(model):
    with urllib.request.urlopen(admin + "/deployments") as answer:
        return any(d["model_name"] == model and d["failed"] for d in json.load(answer)["deployments"])


def comes_back(model, client):
    try:
        client.with_options(max_retries=0).chat.completions.create(model=model, messages=MESSAGES)
        raise AssertionError("Azure had room")
    except openai.RateLimitError as e:
        assert e.response.headers["retry-after-ms"] == "4000", e.response.headers
    while not failed(model):
        time.sleep(0.01)
    answer = client.with_options(max_retries=2).chat.completions.create(model=model, messages=MESSAGES)
    assert answer.choices[0].message.content == "You said: hello", answer


def report(case):
    model, client = case
    try:
        comes_back(model, client)
        return {"case": model, "ok": True}
    except Exception as e:  # every case is reported
        return {"case": model, "ok": False, "detail": f"{type(e).__name__}: {e}"[:1000]}


CLIENTS = {
    "openai": openai.OpenAI(base_url=gateway + "/v1", api_key=key),
    "azure": openai.AzureOpenAI(azure_endpoint=gateway, api_key=key, api_version="2025-04-01-preview"),
}

with ThreadPoolExecutor(len(CLIENTS)) as threads:
    for result in threads.map(report, CLIENTS.items()):
        print(json.dumps(result), flush=True)
