package fakeazure

import (
	"encoding/json"
	"testing"
)

func TestSchemasThatStructuredOutputsDoNotTake(t *testing.T) {
	const closed = `"type":"object","additionalProperties":false`
	for _, row := range []struct{ name, schema, why string }{
		{"a closed object", `{` + closed + `,"properties":{"a":{"type":"string","enum":["x"]}}}`, ""},
		{"a reference", `{` + closed + `,"$defs":{"a":{` + closed + `}},"properties":{"a":{"$ref":"#/$defs/a"}}}`, ""},
		{"one item at least", `{"type":"array","minItems":1,"items":{"type":"integer"}}`, ""},
		{"an open object in a property", `{` + closed + `,"properties":{"a":{"type":"object"}}}`, "For 'object' type, 'additionalProperties' must be explicitly set to false"},
		{"an open object in a definition", `{` + closed + `,"$defs":{"a":{"type":"object"}}}`, "For 'object' type, 'additionalProperties' must be explicitly set to false"},
		{"a range", `{"type":"integer","minimum":1,"maximum":2}`, "For 'integer' type, properties maximum, minimum are not supported"},
		{"a length", `{"type":"string","maxLength":2}`, "For 'string' type, properties maxLength are not supported"},
		{"a count", `{"type":"array","items":{},"minItems":2}`, "For 'array' type, 'minItems' values other than 0 or 1 are not supported"},
		{"a length in items", `{"type":"array","items":{"type":"string","minLength":2}}`, "For 'string' type, properties minLength are not supported"},
		{"a length in a choice", `{"anyOf":[{"type":"null"},{"type":"string","minLength":2}]}`, "For 'string' type, properties minLength are not supported"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var schema object
			if err := json.Unmarshal([]byte(row.schema), &schema); err != nil {
				t.Fatal(err)
			}
			want(t, "why", schemaLimits(schema), row.why)
		})
	}
}
