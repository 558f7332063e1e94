"""Talks over WebSockets with the official Python SDK, unchanged, and prints one JSON line a case.

Usage: realtime.py GATEWAY KEY.
"""

import json
import sys

import openai

gateway, key = sys.argv[1:]
SOCKETS = gateway.replace("http://", "ws://")


# The SDK's WebSockets are wss:// unless it is told otherwise.
def openai_client(path="/v1", key=key):
    return openai.OpenAI(base_url=gateway + path, websocket_base_url=SOCKETS + path, api_key=key, max_retries=0)


def azure_client(key=key):
    return openai.AzureOpenAI(azure_endpoint=gateway, websocket_base_url=SOCKETS + "/openai", api_key=key, api_version="2025-04-01-preview", max_retries=0)


def talk(connection, kind):
    with connection as c:
        c.conversation.item.create(item={"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]})
        c.response.create()
        for event in c:
            if event.type == "error":
                raise AssertionError(event)
            if event.type == kind:
                assert event.text == "You said: hi", event
                return
    raise AssertionError("no " + kind)


def refused(connection, status):
    try:
        with connection:
            pass
    except Exception as e:  # the SDK hands on what its WebSocket library raises
        assert str(status) in str(e), e
        return
    raise AssertionError("no error")


def ga():
    talk(openai_client().realtime.connect(model="realtime"), "response.output_text.done")


def ga_at_azures_paths():
    talk(openai_client("/openai/v1").realtime.connect(model="realtime"), "response.output_text.done")


def ga_at_openai():
    talk(openai_client().realtime.connect(model="realtime-openai"), "response.output_text.done")


def beta():
    talk(openai_client().beta.realtime.connect(model="realtime"), "response.text.done")


def azure():
    talk(azure_client().realtime.connect(model="realtime"), "response.text.done")


def azure_beta():
    talk(azure_client().beta.realtime.connect(model="realtime-v1"), "response.text.done")


def client_secret():
    made = openai_client().realtime.client_secrets.create(session={"type": "realtime", "model": "realtime"})
    assert made.value.startswith("ek_"), made


def responses():
    with openai_client().responses.connect(extra_query={"model": "chat"}) as c:
        c.response.create(model="dep-chat", input="hi")
        for event in c:
            if event.type == "response.completed":
                assert event.response.output_text == "You said: hi", event
                return
            assert event.type != "error", event
    raise AssertionError("no answer")


def wrong_key():
    refused(openai_client(key="sk-wrong").realtime.connect(model="realtime"), 401)
    refused(azure_client(key="sk-wrong").realtime.connect(model="realtime"), 401)


def unknown_model():
    refused(openai_client().realtime.connect(model="nope"), 404)


for run in [ga, ga_at_azures_paths, ga_at_openai, beta, azure, azure_beta, client_secret, responses, wrong_key, unknown_model]:
    try:
        run()
        result = {"case": run.__name__, "ok": True}
    except Exception as e:  # every case is reported
        result = {"case": run.__name__, "ok": False, "detail": f"{type(e).__name__}: {e}"[:1000]}
    print(json.dumps(result), flush=True)
