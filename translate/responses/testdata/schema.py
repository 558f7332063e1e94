"""Makes schema.json: the strict JSON schema of what the Responses API takes, as far
as azproc sends it, from the types of the official SDK (openai-python 3.54).

    PYTHONPATH=<where openai and pydantic are> python3 schema.py > schema.json

Strict: an object that has properties has no others. Trimmed: the parameters, items
and tools below are those that a chat completion can become; whatever else the API
has would be a mistake here.
"""

import json
import sys
from typing import List

import openai._types

# The SDK's "a sequence that is no str" is a protocol, of which pydantic makes no schema.
openai._types.SequenceNotStr = List

from openai.types.responses.response_create_params import ResponseCreateParamsBase  # noqa: E402
from pydantic import TypeAdapter  # noqa: E402

PARAMETERS = """
    include input instructions max_output_tokens max_tool_calls metadata model parallel_tool_calls
    previous_response_id prompt_cache_key prompt_cache_options prompt_cache_retention reasoning
    safety_identifier service_tier store stream_options temperature text tool_choice tools
    top_logprobs top_p truncation user
""".split()

UNIONS = {
    "input": "EasyInputMessageParam ResponseReasoningItemParam ResponseFunctionToolCallParam"
    " FunctionCallOutput ResponseCustomToolCallParam ResponseCustomToolCallOutputParam".split(),
    "tools": "FunctionToolParam CustomToolParam WebSearchToolParam WebSearchPreviewToolParam"
    " FileSearchToolParam CodeInterpreter".split(),
}


def name(ref):
    return ref["$ref"].rsplit("/", 1)[-1]


def trim(node, keep):
    """Leaves in every union below node only the types to be kept, if it has any of them."""
    if isinstance(node, list):
        return [trim(n, keep) for n in node]
    if not isinstance(node, dict):
        return node
    node = {k: trim(v, keep) for k, v in node.items()}
    kinds = [n for n in node.get("anyOf", []) if "$ref" in n]
    if any(name(n).rsplit("__", 1)[-1] in keep for n in kinds):
        node["anyOf"] = [n for n in kinds if name(n).rsplit("__", 1)[-1] in keep]
    return node


def strict(node):
    """Refuses what is not described, and leaves out what only people read."""
    if isinstance(node, list):
        return [strict(n) for n in node]
    if not isinstance(node, dict):
        return node
    out = {}
    for k, v in node.items():
        if k in ("properties", "$defs"):
            out[k] = {n: strict(s) for n, s in v.items()}
        elif k not in ("title", "description", "default"):
            out[k] = strict(v)
    if "properties" in out:
        out["additionalProperties"] = False
    return out


def reached(node, defs, found):
    if isinstance(node, list):
        for n in node:
            reached(n, defs, found)
    elif isinstance(node, dict):
        if "$ref" in node and name(node) not in found:
            found.add(name(node))
            reached(defs[name(node)], defs, found)
        for n in node.values():
            reached(n, defs, found)


def main():
    schema = TypeAdapter(ResponseCreateParamsBase).json_schema()
    defs = schema.pop("$defs")
    properties = {p: schema["properties"][p] for p in PARAMETERS}
    for p, keep in UNIONS.items():
        properties[p] = trim(properties[p], keep)
    # Of ResponseCreateParamsStreaming, which adds only this.
    properties["stream"] = {"const": True}
    schema = {"type": "object", "properties": properties, "required": ["model", "input", "store"]}
    found = set()
    reached(schema, defs, found)
    schema["$defs"] = {n: defs[n] for n in sorted(found)}
    json.dump(strict(schema), sys.stdout, indent=1, sort_keys=True)
    print()


main()
