package replay

import (
	"errors"
	"slices"
	"strconv"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/translate"
)

var errNoResponse = errors.New("replay: the answer is no response")

// lasts are the events that a stream ends with, by the response's status (OpenAI
// API reference, "Streaming events"). Of a cancelled response there is none of its
// own. One that works on in the background has not ended, nor does its stream.
var lasts = map[string]string{
	"completed":   "response.completed",
	"incomplete":  "response.incomplete",
	"cancelled":   "response.incomplete",
	"failed":      "response.failed",
	"queued":      "response.queued",
	"in_progress": "response.in_progress",
}

// Response appends the stream of a whole response: that it was made, each item of
// its output as it would have grown, and that it is done, with the whole object.
// Values are copied as they stand.
//
// The error says that it is no response.
func Response(dst, response []byte) ([]byte, error) {
	if !gjson.ValidBytes(response) {
		return dst, errNoJSON
	}
	whole := gjson.ParseBytes(translate.OneLine(response))
	if !whole.IsObject() {
		return dst, errNoResponse
	}
	status, last := `"in_progress"`, "response.completed"
	if s := whole.Get("status"); s.Exists() {
		if last = lasts[s.Str]; s.Str == "queued" {
			status = s.Raw
		}
	}
	output := whole.Get("output")
	if last == "" || !output.IsArray() {
		return dst, errNoResponse
	}
	s := events{dst: dst}
	begun := append([]change{{"status", status, true}}, notYet...)
	s.begin("response.created")
	s.with(`,"response":`, whole, begun)
	s.end()
	if status != `"queued"` {
		s.begin("response.in_progress")
		s.with(`,"response":`, whole, begun)
		s.end()
	}
	if last != "response.queued" && last != "response.in_progress" {
		objects(output, func(at int, item gjson.Result) {
			s.index = int64(at)
			s.item(item)
		})
	}
	if last != "response.in_progress" {
		s.begin(last)
		s.raw(`,"response":`, whole.Raw)
		s.end()
	}
	return s.dst, nil
}

// notYet are members of a response that has only begun.
var notYet = []change{
	{"output", "[]", true},
	{"usage", "null", true},
	{"error", "null", false},
	{"incomplete_details", "null", false},
	{"completed_at", "null", false},
	{"content_filters", "null", false}, // Azure's
}

// change is another value for a member of an object; one that must be there is
// added.
type change struct {
	name, value string
	must        bool
}

// events writes the events of one stream.
type events struct {
	dst      []byte
	sequence int64
	index    int64 // of the output item
}

// begin appends an event up to the members that it does not share with all.
func (s *events) begin(name string) {
	s.dst = append(s.dst, "event: "...)
	s.dst = append(s.dst, name...)
	s.raw("\ndata: {\"type\":\"", name)
	s.dst = append(s.dst, '"')
	s.number(`,"sequence_number":`, s.sequence)
	s.sequence++
}

func (s *events) end() { s.dst = append(s.dst, "}\n\n"...) }

func (s *events) raw(before, value string) {
	s.dst = append(s.dst, before...)
	s.dst = append(s.dst, value...)
}

func (s *events) number(before string, n int64) {
	s.dst = append(s.dst, before...)
	s.dst = strconv.AppendInt(s.dst, n, 10)
}

// with appends an object with other values for some of its members.
func (s *events) with(before string, object gjson.Result, changes []change) {
	s.dst = append(s.dst, before...)
	at := len(s.dst)
	var found [16]bool
	members(object, func(key, value gjson.Result) {
		if i := slices.IndexFunc(changes, func(c change) bool { return c.name == key.Str }); i >= 0 {
			found[i], value.Raw = true, changes[i].value
		}
		s.dst = member(s.dst, key, value)
	})
	for i, c := range changes {
		if c.must && !found[i] {
			s.raw(`,"`, c.name)
			s.raw(`":`, c.value)
		}
	}
	if len(s.dst) == at {
		s.dst = append(s.dst, '{')
	}
	s.dst[at] = '{'
	s.dst = append(s.dst, '}')
}
