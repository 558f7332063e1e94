package fakeazure

import (
	"encoding/base64"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// shape says where a JSON value is not what it has to be, and why, in the words
// of pydantic, which Anthropic's API uses. An empty why is no mistake.
type shape func(at string, v any) (where, why string)

// below is the path of a field or an index.
func below(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}

// extra is what a field is told that nobody knows.
const extra = "Extra inputs are not permitted"

// fieldsOf is an object that has these fields and no others. A name that ends in
// "!" is required.
func fieldsOf(fields map[string]shape) shape {
	known, required := map[string]shape{}, []string{}
	for name, is := range fields {
		plain := strings.TrimSuffix(name, "!")
		known[plain] = is
		if plain != name {
			required = append(required, plain)
		}
	}
	slices.Sort(required)
	return func(at string, v any) (string, string) {
		o, ok := v.(object)
		if !ok {
			return at, "Input should be an object"
		}
		for _, name := range required {
			if _, ok := o[name]; !ok {
				return below(at, name), "Field required"
			}
		}
		for _, name := range sorted(o) {
			is := known[name]
			if is == nil {
				return below(at, name), extra
			}
			if where, why := is(below(at, name), o[name]); why != "" {
				return where, why
			}
		}
		return "", ""
	}
}

func sorted(o object) []string {
	names := make([]string, 0, len(o))
	for name := range o {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// union is an object whose type says which of the shapes it has; the type stands
// in the path of what is wrong below it. otherwise is the type when there is none.
func union(otherwise string, kinds map[string]shape) shape {
	var tags []string
	for kind := range kinds {
		tags = append(tags, "'"+kind+"'")
	}
	slices.Sort(tags)
	return func(at string, v any) (string, string) {
		o, ok := v.(object)
		if !ok {
			return at, "Input should be an object"
		}
		kind, ok := o["type"].(string)
		if !ok && o["type"] == nil {
			kind = otherwise
		}
		switch {
		case kind == "":
			return below(at, "type"), "Field required"
		case kinds[kind] == nil:
			return at, "Input tag '" + kind + "' found using 'type' does not match any of the expected tags: " + strings.Join(tags, ", ")
		}
		return kinds[kind](below(at, kind), v)
	}
}

func listOf(is shape) shape {
	return func(at string, v any) (string, string) {
		list, ok := v.([]any)
		if !ok {
			return at, "Input should be a valid list"
		}
		for i, one := range list {
			if where, why := is(below(at, strconv.Itoa(i)), one); why != "" {
				return where, why
			}
		}
		return "", ""
	}
}

// textOrList is a text, or what the other shape says.
func textOrList(is shape) shape {
	return func(at string, v any) (string, string) {
		if _, ok := v.(string); ok {
			return "", ""
		}
		return is(at, v)
	}
}

// orNull takes null too.
func orNull(is shape) shape {
	return func(at string, v any) (string, string) {
		if v == nil {
			return "", ""
		}
		return is(at, v)
	}
}

func anything(string, any) (string, string) { return "", "" }

func anObject(at string, v any) (string, string) {
	if _, ok := v.(object); !ok {
		return at, "Input should be an object"
	}
	return "", ""
}

func aText(at string, v any) (string, string) {
	if _, ok := v.(string); !ok {
		return at, "Input should be a valid string"
	}
	return "", ""
}

func aBoolean(at string, v any) (string, string) {
	if _, ok := v.(bool); !ok {
		return at, "Input should be a valid boolean"
	}
	return "", ""
}

func matching(pattern string) shape {
	expression := regexp.MustCompile(pattern)
	return func(at string, v any) (string, string) {
		text, ok := v.(string)
		switch {
		case !ok:
			return at, "Input should be a valid string"
		case !expression.MatchString(text):
			return at, "String should match pattern '" + pattern + "'"
		}
		return "", ""
	}
}

func oneOf(values ...string) shape {
	all := "'" + strings.Join(values, "', '") + "'"
	if last := strings.LastIndex(all, ", "); last >= 0 {
		all = all[:last] + " or " + all[last+2:]
	}
	return func(at string, v any) (string, string) {
		if text, ok := v.(string); !ok || !slices.Contains(values, text) {
			return at, "Input should be " + all
		}
		return "", ""
	}
}

func anInteger(least float64) shape {
	return func(at string, v any) (string, string) {
		n, ok := v.(float64)
		switch {
		case !ok || n != math.Trunc(n):
			return at, "Input should be a valid integer"
		case n < least:
			return at, "Input should be greater than or equal to " + strconv.FormatFloat(least, 'f', -1, 64)
		}
		return "", ""
	}
}

func aNumber(least, most float64) shape {
	return func(at string, v any) (string, string) {
		n, ok := v.(float64)
		switch {
		case !ok:
			return at, "Input should be a valid number"
		case n < least:
			return at, "Input should be greater than or equal to " + strconv.FormatFloat(least, 'f', -1, 64)
		case n > most:
			return at, "Input should be less than or equal to " + strconv.FormatFloat(most, 'f', -1, 64)
		}
		return "", ""
	}
}

func inBase64(at string, v any) (string, string) {
	text, ok := v.(string)
	if !ok {
		return at, "Input should be a valid string"
	}
	if _, err := base64.StdEncoding.DecodeString(text); err != nil || text == "" {
		return at, "Invalid base64 data"
	}
	return "", ""
}

func aLink(at string, v any) (string, string) {
	text, ok := v.(string)
	switch {
	case !ok:
		return at, "Input should be a valid string"
	case !strings.HasPrefix(text, "https://"):
		return at, "Only HTTPS URLs are supported."
	}
	return "", ""
}
