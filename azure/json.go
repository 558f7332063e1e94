package azure

import "encoding/json"

// key is a top-level key of a request that azproc reads.
type key uint8

const (
	keyUnknown key = iota
	keyModel
	keyStream
	keyStreamOptions
	keyMessages
	keyMaxTokens
	keyMaxCompletionTokens
	keyMaxOutputTokens
	keyN
	keyTemperature
	keyTopP
	keyPresencePenalty
	keyFrequencyPenalty
	keyLogprobs
	keyTopLogprobs
	keyLogitBias
	keyReasoningEffort
	keyReasoning
	keyServiceTier
	keySize
	keyQuality
	numKeys
)

// keyNamed finds a key by its name.
func keyNamed(name string) key {
	switch name {
	case "model":
		return keyModel
	case "stream":
		return keyStream
	case "stream_options":
		return keyStreamOptions
	case "messages":
		return keyMessages
	case "max_tokens":
		return keyMaxTokens
	case "max_completion_tokens":
		return keyMaxCompletionTokens
	case "max_output_tokens":
		return keyMaxOutputTokens
	case "n":
		return keyN
	case "temperature":
		return keyTemperature
	case "top_p":
		return keyTopP
	case "presence_penalty":
		return keyPresencePenalty
	case "frequency_penalty":
		return keyFrequencyPenalty
	case "logprobs":
		return keyLogprobs
	case "top_logprobs":
		return keyTopLogprobs
	case "logit_bias":
		return keyLogitBias
	case "reasoning_effort":
		return keyReasoningEffort
	case "reasoning":
		return keyReasoning
	case "service_tier":
		return keyServiceTier
	case "size":
		return keySize
	case "quality":
		return keyQuality
	}
	return keyUnknown
}

// member is where a member of an object stands: its key with the quotes, and
// its value. The zero member is one that is not there.
type member struct {
	key, keyEnd, value, end int
}

func (m member) there() bool { return m.end > 0 }

// Doc is a request's JSON body with the places of the top-level keys that azproc
// reads. It holds the body, not a copy, and nothing of it is decoded before it
// is asked for. The zero Doc is ready for Scan; a Doc may be scanned again.
type Doc struct {
	raw     []byte
	members [numKeys]member
	first   int // offset behind the opening brace
	empty   bool

	askUsage bool // see AskUsage
}

// Bytes is the body that was scanned.
func (d *Doc) Bytes() []byte { return d.raw }

// Scan reads a body once, from its first byte to its last, checking all of
// JSON's grammar and allocating nothing. It fails with a 400 that gives the byte
// offset at which the text stops being JSON, for anything but an object, and
// for a key that azproc reads and the body has twice: which of the two would
// count, readers of JSON do not agree on.
func (d *Doc) Scan(body []byte) *Error {
	*d = Doc{raw: body}
	i := space(body, 0)
	switch {
	case i == len(body):
		return invalid("invalid_json", "", "The request body is empty.")
	case body[i] == 0xef:
		return invalid("invalid_json", "", "The request body is not valid JSON: it begins with a byte order mark, at byte %d.", i)
	case body[i] != '{':
		if end, _ := value(body, i); end < 0 {
			return syntax(-end - 1)
		}
		return invalid("invalid_json", "", "The request body must be a JSON object.")
	}
	d.first = i + 1
	i, err := d.object(d.first)
	if err != nil {
		return err
	}
	if i = space(body, i); i < len(body) {
		return syntax(i)
	}
	return nil
}

// object reads the members of the top-level object from behind its brace.
func (d *Doc) object(i int) (int, *Error) {
	b := d.raw
	i = space(b, i)
	if i < len(b) && b[i] == '}' {
		d.empty = true
		return i + 1, nil
	}
	for {
		if i >= len(b) || b[i] != '"' {
			return 0, syntax(i)
		}
		m := member{key: i}
		var ok, escaped bool
		if m.keyEnd, escaped, ok = str(b, i); !ok {
			return 0, syntax(m.keyEnd)
		}
		i = space(b, m.keyEnd)
		if i >= len(b) || b[i] != ':' {
			return 0, syntax(i)
		}
		m.value = space(b, i+1)
		end, depth := value(b, m.value)
		if end < 0 {
			if depth > maxDepth {
				return 0, invalid("invalid_json", "", "The request body is nested deeper than %d levels, at byte %d.", maxDepth, -end-1)
			}
			return 0, syntax(-end - 1)
		}
		m.end = end
		if k := d.keyAt(m, escaped); k != keyUnknown {
			if d.members[k].there() {
				name := d.name(m)
				return 0, invalid("duplicate_parameter", name, "The request body has the key %q twice, the second time at byte %d.", name, m.key)
			}
			d.members[k] = m
		}
		i = space(b, end)
		switch {
		case i < len(b) && b[i] == ',':
			i = space(b, i+1)
		case i < len(b) && b[i] == '}':
			return i + 1, nil
		default:
			return 0, syntax(i)
		}
	}
}

func (d *Doc) keyAt(m member, escaped bool) key {
	if escaped {
		return keyNamed(d.name(m))
	}
	return keyNamed(string(d.raw[m.key+1 : m.keyEnd-1])) // does not allocate
}

// name is the decoded key of a member.
func (d *Doc) name(m member) string { return decodeString(d.raw[m.key:m.keyEnd]) }

// text is the raw value of a member.
func (d *Doc) text(m member) []byte { return d.raw[m.value:m.end] }

// given is whether the body has a key with a value other than null.
func (d *Doc) given(k key) bool {
	m := d.members[k]
	return m.there() && string(d.text(m)) != "null"
}

// each calls f with every top-level member, in order, with its decoded name.
// The body must have been scanned.
func (d *Doc) each(f func(name string, m member)) {
	if !d.empty {
		eachMember(d.raw, d.first, f)
	}
}

// Model gives the body's model. present is false when there is none, or null
// in its place; it is an error when it is anything but a string.
func (d *Doc) Model() (model string, present bool, err *Error) {
	if !d.given(keyModel) {
		return "", false, nil
	}
	text := d.text(d.members[keyModel])
	if text[0] != '"' {
		return "", false, invalid("invalid_type", "model", "Invalid type for 'model': expected a string.")
	}
	return decodeString(text), true, nil
}

// Stream is whether the body asks for a stream.
func (d *Doc) Stream() bool {
	m := d.members[keyStream]
	return m.there() && string(d.text(m)) == "true"
}

func syntax(at int) *Error {
	return invalid("invalid_json", "", "The request body is not valid JSON, at byte %d.", at)
}

// decodeString decodes a string with its quotes, which must be valid.
func decodeString(quoted []byte) string {
	inner := quoted[1 : len(quoted)-1]
	for _, c := range inner {
		if c == '\\' {
			var s string
			_ = json.Unmarshal(quoted, &s) // it is valid
			return s
		}
	}
	return string(inner)
}

// eachMember walks the members of a valid, non-empty object from behind its
// brace.
func eachMember(b []byte, i int, f func(name string, m member)) {
	for {
		m := member{key: space(b, i)}
		if b[m.key] != '"' {
			return // an empty object
		}
		m.keyEnd, _, _ = str(b, m.key)
		m.value = space(b, space(b, m.keyEnd)+1)
		m.end, _ = value(b, m.value)
		f(decodeString(b[m.key:m.keyEnd]), m)
		if i = space(b, m.end); b[i] != ',' {
			return
		}
		i++
	}
}

// eachElement walks the elements of a valid array; i is the bracket's offset.
func eachElement(b []byte, i int, f func(start, end int)) {
	i = space(b, i+1)
	for b[i] != ']' {
		end, _ := value(b, i)
		f(i, end)
		if i = space(b, end); b[i] == ',' {
			i = space(b, i+1)
		}
	}
}
