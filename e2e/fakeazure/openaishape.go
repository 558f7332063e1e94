package fakeazure

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// mistaken gives what a shape found in the words of OpenAI's API.
func mistaken(where, why string) *failure {
	param := strings.TrimPrefix(listIndex.ReplaceAllString(where, "[$1]"), ".")
	switch {
	case why == "":
		return nil
	case why == extra:
		return invalid(param, "unknown_parameter", "Unknown parameter: '%s'.", param)
	case why == "Field required":
		return missing(param)
	case strings.HasPrefix(why, "Invalid value"):
		return invalid(param, "invalid_value", "%s", why)
	}
	if pattern, ok := strings.CutPrefix(why, "String should match pattern "); ok {
		return invalid(param, "invalid_value", "Invalid '%s': string does not match pattern. Expected a string that matches the pattern %s.", param, pattern)
	}
	if limit, ok := strings.CutPrefix(why, "Input should be "); ok && strings.Contains(limit, " than or equal to ") {
		return invalid(param, "invalid_value", "Invalid '%s': expected a value %s.", param, limit)
	}
	expected := strings.ReplaceAll(strings.TrimPrefix(why, "Input should be "), "a valid", "a")
	return invalid(param, "invalid_type", "Invalid type for '%s': expected %s.", param, strings.ReplaceAll(expected, "a integer", "an integer"))
}

var listIndex = regexp.MustCompile(`\.(\d+)\b`)

// refuseShape checks the body of a strict server against what the operation
// knows, down to the last field.
func (c *call) refuseShape(known shape) *failure {
	if !c.server.config.Strict {
		return nil
	}
	var body object
	_ = json.Unmarshal(c.body, &body)
	return mistaken(known("", body))
}

// supported says that a value is none of those that there are.
func supported(value any, values []string) string {
	text, ok := value.(string)
	if !ok {
		text = string(encode(value))
	}
	return "Invalid value: '" + text + "'. Supported values are: " + quoted(values) + "."
}

// choice is a text out of a list.
func choice(values ...string) shape {
	return func(at string, v any) (string, string) {
		if text, ok := v.(string); !ok || !slices.Contains(values, text) {
			return at, supported(v, values)
		}
		return "", ""
	}
}

// kinds is an object whose field names its shape; nothing of it stands in the
// path. otherwise is the name when there is none.
func kinds(field, otherwise string, shapes map[string]shape) shape {
	var names []string
	for name := range shapes {
		names = append(names, name)
	}
	slices.Sort(names)
	return func(at string, v any) (string, string) {
		o, ok := v.(object)
		if !ok {
			return at, "Input should be an object"
		}
		name, ok := o[field].(string)
		if !ok && o[field] == nil {
			name = otherwise
		}
		switch {
		case name == "":
			return below(at, field), "Field required"
		case shapes[name] == nil && field == "type":
			return at, supported(name, names) // as OpenAI says it
		case shapes[name] == nil:
			return below(at, field), supported(name, names)
		}
		return shapes[name](at, v)
	}
}
