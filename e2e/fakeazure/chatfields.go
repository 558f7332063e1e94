package fakeazure

import "maps"

// The fields of a chat request as the types of the official SDK have them
// (openai-python 3.54.0, types/chat/*_param.py), and those that answers have
// and clients send back.

// mediaPart is a content part: its type, what it has, and perhaps a mark for the
// prompt cache.
func mediaPart(fields map[string]shape) shape {
	all := map[string]shape{"type!": anything, "prompt_cache_breakpoint": anObject}
	maps.Copy(all, fields)
	return fieldsOf(all)
}

var (
	chatText    = mediaPart(map[string]shape{"text!": aText})
	chatRefusal = mediaPart(map[string]shape{"refusal!": aText})
	chatImage   = mediaPart(map[string]shape{"image_url!": fieldsOf(map[string]shape{"url!": aText, "detail": choice("auto", "low", "high")})})
	chatSound   = mediaPart(map[string]shape{"input_audio!": fieldsOf(map[string]shape{"data!": aText, "format!": choice("wav", "mp3")})})
	chatFile    = mediaPart(map[string]shape{"file!": fieldsOf(map[string]shape{"file_data": aText, "file_id": aText, "filename": aText})})

	chatTexts    = textOrList(listOf(kinds("type", "", map[string]shape{"text": chatText})))
	chatFunction = fieldsOf(map[string]shape{"name!": aText, "arguments!": aText})
)

func chatMessageOf(fields map[string]shape) shape {
	all := map[string]shape{"role!": aText}
	maps.Copy(all, fields)
	return fieldsOf(all)
}

var chatMessageFields = kinds("role", "", map[string]shape{
	"system":    chatMessageOf(map[string]shape{"content!": chatTexts, "name": orNull(aText)}),
	"developer": chatMessageOf(map[string]shape{"content!": chatTexts, "name": orNull(aText)}),
	"user": chatMessageOf(map[string]shape{
		"content!": textOrList(listOf(kinds("type", "", map[string]shape{"text": chatText, "image_url": chatImage, "input_audio": chatSound, "file": chatFile}))),
		"name":     orNull(aText),
	}),
	"assistant": chatMessageOf(map[string]shape{
		"content": orNull(textOrList(listOf(kinds("type", "", map[string]shape{"text": chatText, "refusal": chatRefusal})))),
		"name":    orNull(aText), "refusal": orNull(aText), "audio": orNull(anObject), "function_call": orNull(chatFunction),
		"annotations": anything, "context": anything, // of an answer
		"tool_calls": orNull(listOf(kinds("type", "", map[string]shape{
			"function": fieldsOf(map[string]shape{"id!": aText, "type!": anything, "index": anything, "function!": chatFunction}),
			"custom":   fieldsOf(map[string]shape{"id!": aText, "type!": anything, "custom!": fieldsOf(map[string]shape{"name!": aText, "input!": aText})}),
		}))),
	}),
	"tool":     chatMessageOf(map[string]shape{"content!": chatTexts, "tool_call_id!": aText}),
	"function": chatMessageOf(map[string]shape{"content!": orNull(aText), "name!": aText}),
})

var (
	chatDeclared = fieldsOf(map[string]shape{"name!": aText, "description": orNull(aText), "parameters": orNull(anObject), "strict": orNull(aBoolean)})
	chatNamed    = fieldsOf(map[string]shape{"name!": aText})
)

// chatNested are the fields of a chat request that have fields themselves; the
// others are checked by name alone.
var chatNested = map[string]shape{
	"messages": listOf(chatMessageFields),
	"tools": orNull(listOf(kinds("type", "", map[string]shape{
		"function": fieldsOf(map[string]shape{"type!": anything, "function!": chatDeclared}),
		"custom":   fieldsOf(map[string]shape{"type!": anything, "custom!": anObject}),
	}))),
	"tool_choice": orNull(modeOr("none auto required", kinds("type", "", map[string]shape{
		"function":      fieldsOf(map[string]shape{"type!": anything, "function!": chatNamed}),
		"custom":        fieldsOf(map[string]shape{"type!": anything, "custom!": chatNamed}),
		"allowed_tools": fieldsOf(map[string]shape{"type!": anything, "allowed_tools!": anObject}),
	}))),
	"functions":     orNull(listOf(fieldsOf(map[string]shape{"name!": aText, "description": orNull(aText), "parameters": orNull(anObject)}))),
	"function_call": orNull(modeOr("none auto", chatNamed)),
	"response_format": orNull(kinds("type", "", map[string]shape{
		"text": fieldsOf(map[string]shape{"type!": anything}), "json_object": fieldsOf(map[string]shape{"type!": anything}),
		"json_schema": fieldsOf(map[string]shape{"type!": anything, "json_schema!": fieldsOf(map[string]shape{
			"name!": matching(`^[a-zA-Z0-9_-]{1,64}$`), "description": orNull(aText), "schema": orNull(anObject), "strict": orNull(aBoolean),
		})}),
	})),
	"stream_options": orNull(fieldsOf(map[string]shape{"include_usage": aBoolean, "include_obfuscation": aBoolean})),
	"audio":          orNull(fieldsOf(map[string]shape{"format!": aText, "voice!": anything})),
	"prediction":     orNull(fieldsOf(map[string]shape{"type!": choice("content"), "content!": chatTexts})),
}

// nested checks the fields that have fields themselves and leaves the others.
func nested(fields map[string]shape) shape {
	return func(at string, v any) (string, string) {
		o, _ := v.(object)
		for _, name := range sorted(o) {
			if is := fields[name]; is != nil {
				if where, why := is(below(at, name), o[name]); why != "" {
					return where, why
				}
			}
		}
		return "", ""
	}
}
