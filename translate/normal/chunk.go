package normal

import (
	"slices"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/translate"
)

// sharedNames are the members that all chunks of a stream have with the same value.
// sharedWithout are the values for those that no chunk had; "" leaves it as it is.
var (
	sharedNames   = [...]string{"id", "object", "created", "model"}
	sharedWithout = [...]string{"", `"chat.completion.chunk"`, "", ""}
)

// void is whether a shared member is as Azure leaves it where it has none.
func void(value string) bool { return value == "" || value == `""` || value == "0" || value == "null" }

// quiet are members of a chunk that say nothing to a client of OpenAI's when there
// is no choice beside them.
var quiet = []string{"prompt_filter_results", "prompt_annotations", "system_fingerprint", "service_tier", "obfuscation"}

// silent are members of a choice that say nothing to a client of OpenAI's when there
// is no delta beside them.
var silent = []string{
	"index", "content_filter_results", "content_filter_result", "content_filter_offsets", "content_filter_raw",
}

// says are things that a chunk says beside its choices.
type says uint8

const (
	saysUsage says = 1 << iota // how many tokens it was
	saysMore                   // something that is not known here, such as OpenAI's moderation
)

// chunk is what was seen of one.
type chunk struct {
	raw    gjson.Result
	shared [len(sharedNames)]string
	// choices are how many there are; silent are those that say nothing, broken
	// those without a delta or a reason, the silent ones among them.
	choices, silent, broken int
	has                     says
}

// read is whether data is a chunk: a JSON object with a list of choices.
func (c *chunk) read(data []byte) bool {
	if len(data) == 0 || data[0] != '{' || !gjson.ValidBytes(data) {
		return false
	}
	c.raw = gjson.ParseBytes(translate.OneLine(data))
	found := false
	c.raw.ForEach(func(key, value gjson.Result) bool {
		name := key.Str
		if i := slices.Index(sharedNames[:], name); i >= 0 {
			c.shared[i] = value.Raw
			return true
		}
		switch {
		case name == "choices" && value.IsArray():
			found = true
			value.ForEach(func(_, choice gjson.Result) bool {
				c.choice(choice)
				return true
			})
		case value.Type == gjson.Null, slices.Contains(quiet, name):
		case name == "usage":
			c.has |= saysUsage
		default:
			c.has |= saysMore
		}
		return true
	})
	return found
}

func (c *chunk) choice(choice gjson.Result) {
	c.choices++
	if mute, ok := weigh(choice); mute {
		c.silent++
		c.broken++
	} else if !ok {
		c.broken++
	}
}

// weigh says of a choice whether it is mute, and if it is as it should be. What is
// no object cannot be mended.
func weigh(choice gjson.Result) (mute, ok bool) {
	if !choice.IsObject() {
		return false, true
	}
	mute = true
	delta, reason := false, false
	choice.ForEach(func(key, value gjson.Result) bool {
		switch name := key.Str; {
		case name == "finish_reason":
			reason = true
			mute = mute && value.Type == gjson.Null
		case name == "delta" && value.IsObject():
			delta, mute = true, false
		case value.Type != gjson.Null && !slices.Contains(silent, name):
			mute = false
		}
		return true
	})
	return mute, delta && reason
}

// complete appends a chunk with what it lacks and without the choices that say
// nothing.
func (a *answer) complete(dst []byte, c *chunk) []byte {
	at := len(dst)
	c.raw.ForEach(func(key, value gjson.Result) bool {
		i := slices.Index(sharedNames[:], key.Str)
		switch {
		case i >= 0 && void(value.Raw):
			return true // below
		case key.Str == "choices" && value.IsArray():
			dst = append(dst, `,"choices":`...)
			dst = choices(dst, value)
		default:
			dst = member(dst, key.Raw, value.Raw)
		}
		return true
	})
	for i, value := range c.shared {
		if !void(value) {
			continue
		}
		for _, v := range [...]string{a.shared[i], sharedWithout[i], value} {
			if v != "" {
				dst = member(dst, `"`+sharedNames[i]+`"`, v)
				break
			}
		}
	}
	dst[at] = '{'
	return append(dst, '}')
}

func choices(dst []byte, list gjson.Result) []byte {
	at := len(dst)
	list.ForEach(func(_, choice gjson.Result) bool {
		mute, ok := weigh(choice)
		switch {
		case mute:
			return true
		case ok:
			dst = append(dst, ',')
			dst = append(dst, choice.Raw...)
			return true
		}
		start := len(dst) + 1
		dst = append(dst, ',')
		delta, reason := false, false
		choice.ForEach(func(key, value gjson.Result) bool {
			if key.Str == "delta" {
				if !value.IsObject() {
					return true
				}
				delta = true
			}
			reason = reason || key.Str == "finish_reason"
			dst = member(dst, key.Raw, value.Raw)
			return true
		})
		if !delta {
			dst = append(dst, `,"delta":{}`...)
		}
		if !reason {
			dst = append(dst, `,"finish_reason":null`...)
		}
		dst[start] = '{'
		dst = append(dst, '}')
		return true
	})
	if len(dst) == at {
		dst = append(dst, '[')
	}
	dst[at] = '['
	return append(dst, ']')
}

func member(dst []byte, key, value string) []byte {
	dst = append(dst, ',')
	dst = append(dst, key...)
	dst = append(dst, ':')
	return append(dst, value...)
}
