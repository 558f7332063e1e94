package fakeazure

import "maps"

// The fields of the Messages API as the types of the official SDK have them
// (anthropic-sdk-python 2.12.0, types/*_param.py, nothing of beta).

var claudeCacheMark = orNull(union("", map[string]shape{
	"ephemeral": fieldsOf(map[string]shape{"type!": anything, "ttl": oneOf("5m", "1h")}),
}))

// block is a content block: its type, what it has, and perhaps a cache mark.
func block(fields map[string]shape) shape {
	all := map[string]shape{"type!": anything}
	maps.Copy(all, fields)
	return fieldsOf(all)
}

func marked(fields map[string]shape) shape {
	all := map[string]shape{"cache_control": claudeCacheMark}
	maps.Copy(all, fields)
	return block(all)
}

var (
	claudeCitations = orNull(fieldsOf(map[string]shape{"enabled": aBoolean}))
	claudeText      = marked(map[string]shape{"text!": aText, "citations": orNull(listOf(anObject))})
	claudeTexts     = textOrList(listOf(marked(map[string]shape{"type!": oneOf("text"), "text!": aText, "citations": orNull(listOf(anObject))})))
	claudeImage     = marked(map[string]shape{
		"source!": union("", map[string]shape{
			"base64": block(map[string]shape{"data!": inBase64, "media_type!": oneOf("image/jpeg", "image/png", "image/gif", "image/webp")}),
			"url":    block(map[string]shape{"url!": aLink}),
			"file":   block(map[string]shape{"file_id!": aText}),
		}),
		"transformations": orNull(fieldsOf(map[string]shape{"oversized_image": oneOf("downsize", "error")})),
	})
	claudeDocument = marked(map[string]shape{
		"source!": union("", map[string]shape{
			"base64":  block(map[string]shape{"data!": inBase64, "media_type!": oneOf("application/pdf")}),
			"text":    block(map[string]shape{"data!": aText, "media_type!": oneOf("text/plain")}),
			"content": block(map[string]shape{"content!": textOrList(listOf(union("", map[string]shape{"text": claudeText, "image": claudeImage})))}),
			"url":     block(map[string]shape{"url!": aLink}),
			"file":    block(map[string]shape{"file_id!": aText}),
		}),
		"title": orNull(aText), "context": orNull(aText), "citations": claudeCitations,
	})
	claudeFound = marked(map[string]shape{
		"source!": aText, "title!": aText, "content!": listOf(union("", map[string]shape{"text": claudeText})), "citations": claudeCitations,
	})
	claudeCaller    = anObject
	claudeToolName  = matching(`^[a-zA-Z0-9_-]{1,128}$`)
	claudeToolUseID = matching(`^[a-zA-Z0-9_-]+$`)
	claudeToolUse   = marked(map[string]shape{
		"id!": claudeToolUseID, "name!": matching(`^[a-zA-Z0-9_-]{1,200}$`), "input!": anObject, "caller": claudeCaller, "toolset_name": orNull(aText),
	})
	claudeToolResult = marked(map[string]shape{
		"tool_use_id!": claudeToolUseID, "is_error": aBoolean, "toolset_name": orNull(aText),
		"content": textOrList(listOf(union("", map[string]shape{
			"text": claudeText, "image": claudeImage, "document": claudeDocument, "search_result": claudeFound,
			"tool_reference": marked(map[string]shape{"tool_name!": aText}), "browser_state": anObject,
		}))),
	})
	claudeServerResult = marked(map[string]shape{"tool_use_id!": aText, "content!": anything, "caller": claudeCaller})
)

// claudeBlocks are the content blocks of messages.
var claudeBlocks = map[string]shape{
	"text": claudeText, "image": claudeImage, "document": claudeDocument, "search_result": claudeFound,
	"tool_use": claudeToolUse, "tool_result": claudeToolResult,
	"thinking":          block(map[string]shape{"thinking!": aText, "signature!": aText}),
	"redacted_thinking": block(map[string]shape{"data!": aText}),
	"server_tool_use":   marked(map[string]shape{"id!": aText, "name!": aText, "input!": anObject, "caller": claudeCaller}),
	"container_upload":  marked(map[string]shape{"file_id!": aText}),

	"web_search_tool_result": claudeServerResult, "web_fetch_tool_result": claudeServerResult,
	"code_execution_tool_result": claudeServerResult, "bash_code_execution_tool_result": claudeServerResult,
	"text_editor_code_execution_tool_result": claudeServerResult, "tool_search_tool_result": claudeServerResult,
}

var claudeMessage = fieldsOf(map[string]shape{
	"role!": anything, "content!": textOrList(listOf(union("", claudeBlocks))),
})

// claudeToolFields are those of every tool, whoever defined it.
func claudeToolFields(more map[string]shape) shape {
	fields := map[string]shape{
		"type": anything, "name!": claudeToolName, "cache_control": claudeCacheMark, "strict": aBoolean,
		"allowed_callers": listOf(aText), "defer_loading": aBoolean,
	}
	maps.Copy(fields, more)
	return fieldsOf(fields)
}

var (
	claudeExamples = map[string]shape{"input_examples": listOf(anObject)}
	claudeEditor   = map[string]shape{"input_examples": listOf(anObject), "max_characters": orNull(anInteger(1))}
	claudeWeb      = map[string]shape{
		"allowed_domains": orNull(listOf(aText)), "blocked_domains": orNull(listOf(aText)), "max_uses": orNull(anInteger(1)),
		"user_location": orNull(anObject), "response_inclusion": orNull(aText), "citations": claudeCitations,
		"max_content_tokens": orNull(anInteger(1)), "url_sources": orNull(anything), "use_cache": orNull(aBoolean),
	}
	claudeToolset = fieldsOf(map[string]shape{"type!": anything, "cache_control": claudeCacheMark, "configs": orNull(anObject)})
)

var claudeTool = union("custom", map[string]shape{
	"custom": claudeToolFields(map[string]shape{
		"type": oneOf("custom"), "description": aText, "input_schema!": claudeInputSchema, "input_examples": listOf(anObject),
		"eager_input_streaming": orNull(aBoolean),
	}),
	"bash_20250124": claudeToolFields(claudeExamples), "memory_20250818": claudeToolFields(claudeExamples),
	"text_editor_20250124": claudeToolFields(claudeExamples), "text_editor_20250429": claudeToolFields(claudeExamples), "text_editor_20250728": claudeToolFields(claudeEditor),
	"code_execution_20250522": claudeToolFields(nil), "code_execution_20250825": claudeToolFields(nil),
	"code_execution_20260120": claudeToolFields(nil), "code_execution_20260521": claudeToolFields(nil),
	"web_search_20250305": claudeToolFields(claudeWeb), "web_search_20260209": claudeToolFields(claudeWeb), "web_search_20260318": claudeToolFields(claudeWeb),
	"web_fetch_20250910": claudeToolFields(claudeWeb), "web_fetch_20260209": claudeToolFields(claudeWeb),
	"web_fetch_20260309": claudeToolFields(claudeWeb), "web_fetch_20260318": claudeToolFields(claudeWeb),
	"tool_search_tool_bm25": claudeToolFields(nil), "tool_search_tool_bm25_20251119": claudeToolFields(nil),
	"tool_search_tool_regex": claudeToolFields(nil), "tool_search_tool_regex_20251119": claudeToolFields(nil),
	"browser_toolset_20260801": claudeToolset, "computer_toolset_20260801": claudeToolset,
})

// claudeInputSchema is what the API asks of a schema by itself.
func claudeInputSchema(at string, v any) (string, string) {
	schema, ok := v.(object)
	if !ok {
		return at, "Input should be an object"
	}
	if schema["type"] == nil {
		return below(at, "type"), "Field required"
	}
	if schema["type"] != "object" {
		return below(at, "type"), "Input should be 'object'"
	}
	for _, mix := range []string{"oneOf", "allOf", "anyOf"} {
		if schema[mix] != nil {
			return at, "input_schema does not support oneOf, allOf, or anyOf at the top level"
		}
	}
	return "", ""
}

var claudeParallel = map[string]shape{"disable_parallel_tool_use": aBoolean}

var claudeDisplay = orNull(oneOf("summarized", "omitted"))

// claudeCounted are the fields that count_tokens has too.
var claudeCounted = map[string]shape{
	"model!": aText, "messages!": listOf(claudeMessage), "system": claudeTexts, "cache_control": claudeCacheMark,
	"tools": listOf(claudeTool), "speed": orNull(oneOf("standard", "fast")),
	"tool_choice": union("", map[string]shape{
		"auto": block(claudeParallel), "any": block(claudeParallel), "none": block(nil),
		"tool": block(map[string]shape{"name!": aText, "disable_parallel_tool_use": aBoolean}),
	}),
	"thinking": union("", map[string]shape{
		"enabled":  block(map[string]shape{"budget_tokens!": anInteger(1024), "display": claudeDisplay}),
		"adaptive": block(map[string]shape{"display": claudeDisplay}),
		"disabled": block(nil), "between_tools": block(nil),
	}),
	"output_config": fieldsOf(map[string]shape{
		"effort": orNull(oneOf("low", "medium", "high", "xhigh", "max")),
		"format": orNull(union("", map[string]shape{"json_schema": block(map[string]shape{"schema!": anObject})})),
	}),
	"fakeazure": anything,
}

// claudeAsked are the fields of a request for a message.
var claudeAsked = func() map[string]shape {
	fields := maps.Clone(claudeCounted)
	maps.Copy(fields, map[string]shape{
		"max_tokens!": anInteger(0), "stream": aBoolean, "stop_sequences": listOf(aText),
		"temperature": aNumber(0, 1), "top_p": aNumber(0, 1), "top_k": anInteger(0),
		"metadata":     fieldsOf(map[string]shape{"user_id": orNull(aText)}),
		"service_tier": oneOf("auto", "standard_only"), "inference_geo": orNull(aText),
		"container": orNull(textOrList(anObject)), "diagnostics": orNull(fieldsOf(map[string]shape{"previous_message_id": orNull(aText)})),
	})
	return fields
}()
