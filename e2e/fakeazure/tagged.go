package fakeazure

import (
	"bytes"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// tagMark is the character with which azproc's tags begin. No id of Azure's has
// it, so one that has it was not untagged on its way here.
const tagMark = "~"

// idLike is how the ids of all kinds of objects begin, wherever they stand.
var idLike = regexp.MustCompile(`^(resp|conv|msg|rs|fc|fco|cmp|item|asst|thread|run|step|call|sess|file|batch|ftjob|ftckpt|vs|vsfb|upload|part|video|cntr|cfile|eval|evalrun)[_-][^\s]*$`)

// tagged says where ids with a tag stand in the path, the query and the body.
func (c *call) tagged() []string {
	var found []string
	for _, segment := range strings.Split(c.r.URL.EscapedPath(), "/") {
		if id, err := url.PathUnescape(segment); err == nil && strings.Contains(id, tagMark) {
			found = append(found, "the path")
		}
	}
	for name, values := range c.r.URL.Query() {
		if strings.Contains(strings.Join(values, " "), tagMark) {
			found = append(found, "the query's "+name)
		}
	}
	if c.form != nil {
		for _, p := range c.form.parts {
			if p.Filename == "" && isTagged(strings.TrimSuffix(p.Name, "[]"), p.Value) {
				found = append(found, "the part "+p.Name)
			}
		}
	}
	return append(found, c.taggedIn(c.body)...)
}

// taggedIn says which fields of a JSON text have an id with a tag.
func (c *call) taggedIn(text []byte) []string {
	if !bytes.Contains(text, []byte(tagMark)) && !bytes.Contains(text, []byte(`\u007e`)) && !bytes.Contains(text, []byte(`\u007E`)) {
		return nil
	}
	var v any
	if json.Unmarshal(text, &v) != nil {
		return nil
	}
	var found []string
	var look func(name string, v any)
	look = func(name string, v any) {
		switch v := v.(type) {
		case string:
			if isTagged(name, v) {
				found = append(found, name)
			}
		case []any:
			for _, one := range v {
				look(name, one)
			}
		case object:
			for below, one := range v {
				if below != "metadata" { // is the client's own
					look(below, one)
				}
			}
		}
	}
	look("", v)
	slices.Sort(found)
	return found
}

// isTagged reports whether a field is an id, by its name or its looks, and has
// a tag.
func isTagged(name, value string) bool {
	if !strings.Contains(value, tagMark) {
		return false
	}
	switch name {
	case "id", "conversation", "training_file", "validation_file", "encrypted_content":
		return true
	}
	return strings.HasSuffix(name, "_id") || strings.HasSuffix(name, "_ids") || idLike.MatchString(value)
}
