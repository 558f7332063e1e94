"""What the openai SDK reads in the golden answers. Argument: the folder."""

import json
import pathlib
import sys

from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletion, ChatCompletionChunk

folder = pathlib.Path(sys.argv[1])
whole = ChatCompletion.model_validate_json((folder / "whole.golden.json").read_text())
assert [c.message.content for c in whole.choices] == ["Grüß Gott.\n", "Servus"], whole
assert [c.finish_reason for c in whole.choices] == ["stop", "length"]
assert whole.choices[1].logprobs.content[0].top_logprobs[1].logprob == -1.5

state = ChatCompletionStreamState()
blocks = (folder / "stream.golden.sse").read_text().split("\n\n")
assert blocks[-2:] == ["data: [DONE]", ""], blocks[-2:]
for block in blocks[:-2]:
    data = json.loads(block.removeprefix("data: "))
    state.handle_chunk(ChatCompletionChunk.model_validate(data))
read = state.current_completion_snapshot
assert [c.message.content for c in read.choices] == ["Grüß Gott", "Servus!"], read
assert [c.message.role for c in read.choices] == ["assistant", "assistant"]
assert [c.finish_reason for c in read.choices] == ["stop", "length"]
assert read.choices[1].logprobs.content[0].token == " Servus"
assert read.usage.total_tokens == 21
print("read")
