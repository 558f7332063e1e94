package messages

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"
)

// The schemas are what transform_schema of anthropic-python 2.12 made of them
// (lib/_parse/_transform.py).
func TestSchemasAreThoseOfAnthropicsSDK(t *testing.T) {
	raw, err := os.ReadFile("testdata/schemas.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name         string
		Schema, Want json.RawMessage
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			var got, want any
			out := appendSchema(nil, gjson.ParseBytes(c.Schema))
			if err := json.Unmarshal(out, &got); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if err := json.Unmarshal(c.Want, &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s\n%s", out, diff)
			}
		})
	}
}

func TestSchemasThatTheSDKDoesNotTake(t *testing.T) {
	for _, c := range []struct{ name, schema, want string }{
		{"a list of types stays", `{"type":["object","null"],"properties":{}}`, `{"type":["object","null"],"properties":{},"additionalProperties":false}`},
		{"the dialect goes", `{"$schema":"x","type":"null"}`, `{"type":"null"}`},
		{"old definitions are definitions", `{"type":"null","definitions":{"A":{"type":"object"}}}`, `{"type":"null","definitions":{"A":{"type":"object","properties":{},"additionalProperties":false}}}`},
		{"true is a schema", `{"type":"object","properties":{"a":true}}`, `{"type":"object","properties":{"a":true},"additionalProperties":false}`},
		{"anything goes", `{}`, `{}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := string(appendSchema(nil, gjson.Parse(c.schema))); got != c.want {
				t.Errorf("%s", got)
			}
		})
	}
}
