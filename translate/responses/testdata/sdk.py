"""Reads what the stories of answers and streams say that a client gets, with the official
SDK (openai-python 3.54): its types, and for streams what it puts together of them.

    PYTHONPATH=<where openai and pydantic are> python3 sdk.py
"""

import json
import pathlib

from openai._models import construct_type
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletion, ChatCompletionChunk

HERE = pathlib.Path(__file__).parent


def part(path, name):
    return path.read_text().split(f"-- {name} --\n")[1].split("\n-- ")[0]


for path in sorted(HERE.glob("answers/*.txtar")):
    c = ChatCompletion.model_validate_json(part(path, "completion.json"))
    m = c.choices[0].message
    print(path.name, c.choices[0].finish_reason, repr(m.content), m.refusal, m.tool_calls, m.function_call, m.annotations)

for path in sorted(HERE.glob("streams/*.txtar")):
    state = ChatCompletionStreamState()
    end = None
    for line in part(path, "chunks").splitlines():
        if not line:
            continue
        data = line.removeprefix("data: ")
        if data == "[DONE]":
            end = "done"
        elif "error" in json.loads(data):
            end = json.loads(data)["error"]
        else:
            assert end is None, path
            # The SDK reads streams without checking them; it has no type for the chunks of
            # calls of custom tools.
            if '"type":"custom"' not in data:
                ChatCompletionChunk.model_validate_json(data)
            for _ in state.handle_chunk(construct_type(type_=ChatCompletionChunk, value=json.loads(data))):
                pass
    assert end, path
    if end != "done":
        print(path.name, end)
        continue
    c = state.current_completion_snapshot
    m = c.choices[0].message
    print(path.name, c.choices[0].finish_reason, repr(m.content), m.refusal, m.tool_calls, m.function_call, m.annotations, m.model_extra, c.usage and c.usage.total_tokens)
