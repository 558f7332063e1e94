package fakeazure

import (
	"slices"
	"strings"
	"testing"
)

func TestAnIDWithATagIsAViolation(t *testing.T) {
	for _, row := range []struct {
		name, method, path, body string
		expected                 string // "" is none
	}{
		{"in the path", "GET", "responses/resp_1~ab", "", "the path"},
		{"in the path, escaped", "GET", "responses/resp_1%7Eab", "", "the path"},
		{"in a path that is unknown", "GET", "skills/skill_1~ab", "", "the path"},
		{"in the query", "GET", "responses/resp_1/input_items?after=msg_1~ab", "", "the query's after"},
		{"in a field", "POST", "responses", `{"model":"chat","input":"x","previous_response_id":"resp_1~ab"}`, "previous_response_id"},
		{"in a field, escaped", "POST", "responses", `{"model":"chat","input":"x","previous_response_id":"resp_1\u007Eab"}`, "previous_response_id"},
		{"of an item", "POST", "responses", `{"model":"chat","input":[{"type":"item_reference","id":"rs_1~ab"}]}`, "id"},
		{"in encrypted content", "POST", "responses", `{"model":"chat","input":[{"type":"reasoning","encrypted_content":"gAAA~ab"}]}`, "encrypted_content"},
		{"in a list", "POST", "responses", `{"model":"chat","input":"x","tools":[{"type":"file_search","vector_store_ids":["vs_1","vs_2~ab"]}]}`, "vector_store_ids"},
		{"of a conversation", "POST", "responses", `{"model":"chat","input":"x","conversation":{"id":"conv_1~ab"}}`, "id"},
		{"by its looks", "POST", "responses", `{"model":"chat","input":"x","include":["file-1~ab"]}`, "include"},
		{"a text that has the character", "POST", "responses", `{"model":"chat","input":"about ~5 minutes in run_1 ~ ok"}`, ""},
		{"metadata", "POST", "responses", `{"model":"chat","input":"x","metadata":{"id":"mine~1"}}`, ""},
		{"an id without one", "GET", "responses/resp_1", "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := start(t, standard())
			v1(t, s, "a", row.method, row.path, row.body)
			found := s.Violations()
			if row.expected == "" {
				want(t, "violations", len(found), 0)
				return
			}
			if !slices.ContainsFunc(found, func(line string) bool {
				return strings.HasSuffix(line, "an id with a tag reached the upstream in "+row.expected)
			}) {
				t.Errorf("violations: %q", found)
			}
		})
	}
}
