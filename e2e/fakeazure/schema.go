package fakeazure

import (
	"encoding/json"
	"strings"
)

// instance makes a small value that is valid for a JSON schema: what a model
// answers when a tool or a structured output has to be filled in. It knows the
// part of JSON Schema that structured outputs have.
func instance(schema json.RawMessage) string {
	var root map[string]any
	if json.Unmarshal(schema, &root) != nil {
		return "{}"
	}
	return string(encode(fill(root, root, 0)))
}

const deepest = 16 // of a recursive schema

func fill(schema, root map[string]any, depth int) any {
	if depth > deepest {
		return nil
	}
	if ref, ok := schema["$ref"].(string); ok {
		return fill(resolve(ref, root), root, depth+1)
	}
	if value, ok := schema["const"]; ok {
		return value
	}
	if values, ok := schema["enum"].([]any); ok && len(values) > 0 {
		return values[0]
	}
	for _, key := range []string{"anyOf", "oneOf", "allOf"} {
		if options, ok := schema[key].([]any); ok && len(options) > 0 {
			// The last one of a recursive choice is by custom null: it ends.
			first, _ := options[0].(map[string]any)
			if last, ok := options[len(options)-1].(map[string]any); ok && depth > 2 {
				first = last
			}
			return fill(first, root, depth+1)
		}
	}
	switch typeOf(schema) {
	case "object":
		return fillObject(schema, root, depth)
	case "array":
		items, _ := schema["items"].(map[string]any)
		list := []any{}
		for range count(schema["minItems"]) {
			list = append(list, fill(items, root, depth+1))
		}
		return list
	case "integer", "number":
		if minimum, ok := schema["minimum"].(float64); ok {
			return minimum
		}
		return 1
	case "boolean":
		return true
	case "null":
		return nil
	}
	return strings.Repeat("x", max(0, count(schema["minLength"])-4)) + "text"
}

// fillObject fills in the required properties, all of them when none is.
func fillObject(schema, root map[string]any, depth int) any {
	properties, _ := schema["properties"].(map[string]any)
	required, _ := schema["required"].([]any)
	if len(required) == 0 {
		for name := range properties {
			required = append(required, name)
		}
	}
	filled := object{}
	for _, name := range required {
		name, _ := name.(string)
		property, _ := properties[name].(map[string]any)
		filled[name] = fill(property, root, depth+1)
	}
	return filled
}

func typeOf(schema map[string]any) string {
	switch kind := schema["type"].(type) {
	case string:
		return kind
	case []any: // such as ["string", "null"]
		if len(kind) > 0 {
			first, _ := kind[0].(string)
			return first
		}
	}
	if schema["properties"] != nil {
		return "object"
	}
	return "string"
}

func resolve(ref string, root map[string]any) map[string]any {
	at := root
	for _, step := range strings.Split(strings.TrimPrefix(strings.TrimPrefix(ref, "#"), "/"), "/") {
		if step != "" {
			at, _ = at[step].(map[string]any)
		}
	}
	return at
}

func count(v any) int {
	n, _ := v.(float64)
	return int(n)
}
