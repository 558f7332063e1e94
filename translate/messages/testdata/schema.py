"""Writes request.schema.json: what a request to Anthropic's Messages API may be,
as the types of Anthropic's own SDK have it, and nothing beside it.

    pip install 'anthropic<2' pydantic && python schema.py > request.schema.json

The SDKs before 2.0 are those of API version 2023-06-01, which is sent. Those since 1.0
have left out what the version still has for models up to 4.6: SAMPLING, as in
message_create_params.py of 0.125. Of the union of content blocks only what a request of
ours can have is kept: no blocks of Anthropic's server tools, and no blocks in the form
of an answer. RULES are what the API says in words or in its errors, but not in types.
"""

import json
import sys

from pydantic import TypeAdapter

from anthropic.types import message_create_params

KEPT_BLOCKS = {
    "TextBlockParam", "ImageBlockParam", "DocumentBlockParam", "ThinkingBlockParam",
    "RedactedThinkingBlockParam", "ToolUseBlockParam", "ToolResultBlockParam",
}
SAMPLING = {
    "temperature": {"type": "number", "minimum": 0, "maximum": 1},
    "top_p": {"type": "number", "minimum": 0, "maximum": 1},
    "top_k": {"type": "integer", "minimum": 0},
}

RULES = {
    # "text content blocks must contain non-whitespace text"
    "TextBlockParam": {"text": {"type": "string", "pattern": "\\S"}},
    # "messages: at least one message is required"; Foundry has no system messages
    # amid the others (skills/claude-api/shared/platform-availability.md)
    "MessageParam": {"role": {"enum": ["user", "assistant"]}},
    # "String should match pattern '^[a-zA-Z0-9_-]+$'"
    "ToolUseBlockParam": {"id": {"type": "string", "pattern": "^[a-zA-Z0-9_-]+$"}},
    "ToolResultBlockParam": {"tool_use_id": {"type": "string", "pattern": "^[a-zA-Z0-9_-]+$"}},
    # "Must be >= 1024 and less than max_tokens"
    "ThinkingConfigEnabledParam": {"budget_tokens": {"type": "integer", "minimum": 1024}},
}
REQUEST_RULES = {
    "model": {"type": "string", "minLength": 1},
    "max_tokens": {"type": "integer", "minimum": 0},
    "messages": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/MessageParam"}},
    # "each stop sequence must contain non-whitespace"
    "stop_sequences": {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": "\\S"}},
}

KEPT_TOOLS = {"ToolParam", "WebSearchTool20250305Param"}


def strict(node):
    """Closes every object that names its properties; drops prose."""
    if isinstance(node, list):
        return [strict(n) for n in node]
    if not isinstance(node, dict):
        return node
    node = {k: strict(v) for k, v in node.items() if k not in ("description", "title") or isinstance(v, dict)}
    if isinstance(node.get("properties"), dict) and node.get("type") == "object":
        node["additionalProperties"] = False
    return node


def keep(node, tools, blocks):
    """Takes what is not kept out of the unions of tools and of blocks."""
    if isinstance(node, list):
        return [keep(n, tools, blocks) for n in node]
    if not isinstance(node, dict):
        return node
    for key in ("anyOf", "oneOf"):
        names = [n.get("$ref", "").rsplit("/", 1)[-1] for n in node.get(key, [])]
        kept = tools if "ToolParam" in names else blocks if "TextBlockParam" in names else None
        if kept:
            node = {"anyOf": [n for n, name in zip(node[key], names) if name in kept]}
    return {k: keep(v, tools, blocks) for k, v in node.items()}


def used(schema):
    """Leaves only the definitions that something refers to."""
    seen, todo = set(), [{k: v for k, v in schema.items() if k != "$defs"}]
    while todo:
        text = json.dumps(todo.pop())
        for name in schema["$defs"]:
            if name not in seen and f'"#/$defs/{name}"' in text:
                seen.add(name)
                todo.append(schema["$defs"][name])
    schema["$defs"] = {k: v for k, v in schema["$defs"].items() if k in seen}
    return schema


schema = TypeAdapter(message_create_params.MessageCreateParams).json_schema()
schema = used(keep(strict(schema), KEPT_TOOLS, KEPT_BLOCKS))
for name, rules in RULES.items():
    schema["$defs"][name]["properties"].update(rules)
for name in ("MessageCreateParamsNonStreaming", "MessageCreateParamsStreaming"):
    members = schema["$defs"][name]["properties"]
    members.update(SAMPLING | REQUEST_RULES)
    del members["user_profile_id"], members["workspace_id"]  # headers
schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
json.dump(schema, sys.stdout, indent=1, sort_keys=True)
print()
