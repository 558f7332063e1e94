package fakeazure

import (
	"slices"
	"strings"
)

// refuseClaudeSchema is what structured outputs and strict tools do not take of
// JSON Schema. Source: platform.claude.com/docs/en/build-with-claude/structured-outputs,
// "JSON Schema limitations".
func refuseClaudeSchema(at string, schema object) *failure {
	if why := schemaLimits(schema); why != "" {
		return claudeInvalid("%s: %s", at, why)
	}
	return nil
}

// limitsOf are the constraints that no schema may have, by type.
var limitsOf = map[string][]string{
	"integer": {"exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf"},
	"number":  {"exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf"},
	"string":  {"maxLength", "minLength"},
	"array":   {"maxItems", "uniqueItems"},
}

func schemaLimits(schema object) string {
	kind := typeOf(schema)
	if _, ok := schema["type"].(string); ok || schema["properties"] != nil {
		var found []string
		for _, name := range limitsOf[kind] {
			if schema[name] != nil {
				found = append(found, name)
			}
		}
		if len(found) > 0 {
			return "For '" + kind + "' type, properties " + strings.Join(found, ", ") + " are not supported"
		}
		if n, ok := schema["minItems"].(float64); ok && n > 1 {
			return "For 'array' type, 'minItems' values other than 0 or 1 are not supported"
		}
		if kind == "object" && schema["additionalProperties"] != false {
			return "For 'object' type, 'additionalProperties' must be explicitly set to false"
		}
	}
	for _, name := range sorted(schema) {
		switch name {
		case "properties", "$defs", "definitions":
			all, _ := schema[name].(object)
			for _, one := range sorted(all) {
				if why := limitsBelow(all[one]); why != "" {
					return why
				}
			}
		case "items", "anyOf", "allOf":
			if why := limitsBelow(schema[name]); why != "" {
				return why
			}
		}
	}
	return ""
}

func limitsBelow(v any) string {
	switch v := v.(type) {
	case object:
		return schemaLimits(v)
	case []any:
		if i := slices.IndexFunc(v, func(one any) bool { return limitsBelow(one) != "" }); i >= 0 {
			return limitsBelow(v[i])
		}
	}
	return ""
}
