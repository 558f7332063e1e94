package fakeazure

import (
	"maps"
	"strings"
)

// The fields of a Responses request as the types of the official SDK have them
// (openai-python 3.54.0, types/responses/*_param.py). What does not concern a
// translation (the items and tools of the service itself) is known by its type
// alone.

// modeOr is one of some texts, or what the other shape says.
func modeOr(texts string, is shape) shape {
	return func(at string, v any) (string, string) {
		if _, ok := v.(string); ok {
			return choice(strings.Fields(texts)...)(at, v)
		}
		return is(at, v)
	}
}

var (
	itemStatus = orNull(choice("in_progress", "completed", "incomplete"))

	inputParts = kinds("type", "", map[string]shape{
		"input_text":  mediaPart(map[string]shape{"text!": aText}),
		"input_image": mediaPart(map[string]shape{"detail": orNull(choice("low", "high", "auto", "original")), "file_id": orNull(aText), "image_url": orNull(aText)}),
		"input_file":  mediaPart(map[string]shape{"detail": orNull(choice("auto", "low", "high")), "file_data": orNull(aText), "file_id": orNull(aText), "file_url": orNull(aText), "filename": orNull(aText)}),
	})
	outputParts = kinds("type", "", map[string]shape{
		"output_text": fieldsOf(map[string]shape{"type!": anything, "text!": aText, "annotations": listOf(anObject), "logprobs": orNull(listOf(anObject))}),
		"refusal":     fieldsOf(map[string]shape{"type!": anything, "refusal!": aText}),
	})
)

// itemOf is an input item with an id and a status beside its own fields.
func itemOf(fields map[string]shape) shape {
	all := map[string]shape{"type!": anything, "id": orNull(aText), "status": itemStatus}
	maps.Copy(all, fields)
	return fieldsOf(all)
}

// messageItem may leave its type away.
func messageItem(parts shape) shape {
	return fieldsOf(map[string]shape{
		"type": anything, "id": orNull(aText), "status": itemStatus, "role!": anything, "content!": textOrList(listOf(parts)),
		"phase": orNull(choice("commentary", "final_answer")),
	})
}

var inputItems = func() map[string]shape {
	items := map[string]shape{
		"message": kinds("role", "", map[string]shape{
			"user": messageItem(inputParts), "system": messageItem(inputParts), "developer": messageItem(inputParts), "assistant": messageItem(outputParts),
		}),
		"function_call": itemOf(map[string]shape{"call_id!": aText, "name!": aText, "arguments!": aText, "namespace": aText, "caller": orNull(anObject)}),
		"function_call_output": itemOf(map[string]shape{
			"call_id!": aText, "output!": textOrList(listOf(inputParts)), "name": orNull(aText), "namespace": orNull(aText), "caller": orNull(anObject),
		}),
		"reasoning": itemOf(map[string]shape{
			"id!": aText, "summary!": listOf(kinds("type", "", map[string]shape{"summary_text": fieldsOf(map[string]shape{"type!": anything, "text!": aText})})),
			"content":           orNull(listOf(kinds("type", "", map[string]shape{"reasoning_text": fieldsOf(map[string]shape{"type!": anything, "text!": aText})}))),
			"encrypted_content": orNull(aText),
		}),
		"compaction":              itemOf(map[string]shape{"encrypted_content": aText}),
		"item_reference":          fieldsOf(map[string]shape{"type": anything, "id!": aText}),
		"custom_tool_call":        itemOf(map[string]shape{"call_id!": aText, "name!": aText, "input!": aText, "namespace": orNull(aText), "caller": orNull(anObject)}),
		"custom_tool_call_output": itemOf(map[string]shape{"call_id!": aText, "output!": textOrList(listOf(inputParts)), "caller": orNull(anObject)}),
	}
	for name := range strings.FieldsSeq(`file_search_call computer_call computer_call_output web_search_call tool_search_call
		tool_search_output additional_tools configuration_update image_generation_call code_interpreter_call local_shell_call
		local_shell_call_output shell_call shell_call_output apply_patch_call apply_patch_call_output mcp_list_tools
		mcp_approval_request mcp_approval_response mcp_call compaction_trigger program program_output`) {
		items[name] = anything
	}
	return items
}()

// anItem is an input item; one without a type is a message, or a reference when
// it has nothing but an id.
func anItem(at string, v any) (string, string) {
	o, ok := v.(object)
	if !ok {
		return at, "Input should be an object"
	}
	return kinds("type", kindOfItem(o), inputItems)(at, v)
}

var responsesTools = func() map[string]shape {
	tools := map[string]shape{
		"function": fieldsOf(map[string]shape{
			"type!": anything, "name!": matching(`^[a-zA-Z0-9_-]{1,128}$`), "description": orNull(aText), "parameters": orNull(anObject), "strict": orNull(aBoolean),
			"defer_loading": aBoolean, "allowed_callers": orNull(listOf(aText)), "output_schema": orNull(anObject),
		}),
		"custom": fieldsOf(map[string]shape{
			"type!": anything, "name!": aText, "description": orNull(aText), "format": anObject, "defer_loading": aBoolean, "allowed_callers": orNull(listOf(aText)),
		}),
	}
	for name := range strings.FieldsSeq(`file_search computer computer_use_preview web_search web_search_2025_08_26 web_search_preview
		web_search_preview_2025_03_11 mcp code_interpreter programmatic_tool_calling image_generation local_shell shell namespace
		tool_search apply_patch memory_search_preview`) {
		tools[name] = anything
	}
	return tools
}()

var responsesChoices = func() map[string]shape {
	choices := map[string]shape{
		"function": fieldsOf(map[string]shape{"type!": anything, "name!": aText}), "custom": fieldsOf(map[string]shape{"type!": anything, "name!": aText}),
		"allowed_tools": fieldsOf(map[string]shape{"type!": anything, "mode!": choice("auto", "required"), "tools!": listOf(anObject)}),
		"mcp":           fieldsOf(map[string]shape{"type!": anything, "server_label!": aText, "name": orNull(aText)}),
	}
	for name := range strings.FieldsSeq(`file_search web_search_preview computer computer_use_preview computer_use web_search_preview_2025_03_11
		image_generation code_interpreter shell apply_patch programmatic_tool_calling`) {
		choices[name] = fieldsOf(map[string]shape{"type!": anything})
	}
	return choices
}()

// responsesKnown is a whole request.
var responsesKnown = fieldsOf(map[string]shape{
	"model": orNull(aText), "input": textOrList(listOf(anItem)), "instructions": orNull(textOrList(listOf(anItem))), "stream": orNull(aBoolean),
	"background": orNull(aBoolean), "background_options": anObject, "context_management": orNull(listOf(anObject)), "conversation": anything,
	"max_output_tokens": orNull(anInteger(0)), "max_tool_calls": orNull(anInteger(0)), "metadata": orNull(anObject), "moderation": orNull(anObject),
	"parallel_tool_calls": orNull(aBoolean), "previous_response_id": orNull(aText), "prompt": orNull(anObject), "prompt_cache_key": orNull(aText),
	"prompt_cache_options": anObject, "prompt_cache_retention": orNull(choice("in_memory", "24h")), "safety_identifier": orNull(aText),
	"service_tier": orNull(aText), "store": orNull(aBoolean), "temperature": orNull(aNumber(0, 2)), "top_p": orNull(aNumber(0, 1)),
	"top_logprobs": orNull(anInteger(0)), "truncation": orNull(choice("auto", "disabled")), "user": orNull(aText), "access_programs": anObject,
	"image": anObject, "generate": aBoolean, "fakeazure": anything,
	"include": orNull(listOf(choice("file_search_call.results", "web_search_call.results", "web_search_call.action.sources", "message.input_image.image_url",
		"computer_call_output.output.image_url", "code_interpreter_call.outputs", "reasoning.encrypted_content", "message.output_text.logprobs"))),
	"reasoning": orNull(fieldsOf(map[string]shape{
		"effort": orNull(aText), "summary": orNull(choice("auto", "concise", "detailed")), "generate_summary": orNull(choice("auto", "concise", "detailed")),
		"context": orNull(choice("auto", "current_turn", "all_turns")), "mode": aText,
	})),
	"text": orNull(fieldsOf(map[string]shape{
		"verbosity": orNull(choice("low", "medium", "high")),
		"format": kinds("type", "", map[string]shape{
			"text": fieldsOf(map[string]shape{"type!": anything}), "json_object": fieldsOf(map[string]shape{"type!": anything}),
			"json_schema": fieldsOf(map[string]shape{
				"type!": anything, "name!": matching(`^[a-zA-Z0-9_-]{1,64}$`), "schema!": anObject, "description": aText, "strict": orNull(aBoolean),
			}),
		}),
	})),
	"stream_options": orNull(fieldsOf(map[string]shape{"include_obfuscation": aBoolean})),
	"tools":          orNull(listOf(kinds("type", "", responsesTools))),
	"tool_choice":    orNull(modeOr("none auto required", kinds("type", "", responsesChoices))),
})
