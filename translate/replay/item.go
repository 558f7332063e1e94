package replay

import "github.com/tidwall/gjson"

// begun are the members that an item of each type does not have yet when it is
// added. Items of other types, results above all, are added as they are.
var begun = map[string][]change{
	"message":               {working, {"content", "[]", true}},
	"function_call":         {working, {"arguments", `""`, true}},
	"custom_tool_call":      {working, {"input", `""`, true}},
	"reasoning":             {working, {"summary", "[]", true}, {"content", "[]", false}},
	"web_search_call":       {working},
	"file_search_call":      {working, {"results", "null", false}},
	"code_interpreter_call": {working, {"outputs", "null", false}},
	"image_generation_call": {working, {"result", "null", false}},
	"computer_call":         {working},
	"mcp_call":              {working, {"output", "null", false}, {"error", "null", false}},
	"local_shell_call":      {working},
	"shell_call":            {working},
	"apply_patch_call":      {working},
}

var working = change{"status", `"in_progress"`, false}

// item appends the events of one item of the output.
func (s *events) item(item gjson.Result) {
	kind := item.Get("type").Str
	s.begin("response.output_item.added")
	s.number(`,"output_index":`, s.index)
	if changes, ok := begun[kind]; ok {
		s.with(`,"item":`, item, changes)
	} else {
		s.raw(`,"item":`, item.Raw)
	}
	s.end()

	place := place{events: s, id: orEmpty(item.Get("id")), kind: "content_index"}
	switch kind {
	case "message":
		place.parts(item.Get("content"))
	case "reasoning":
		place.kind = "summary_index"
		place.parts(item.Get("summary"))
		place.kind = "content_index"
		place.parts(item.Get("content"))
	case "function_call":
		place.text("response.function_call_arguments.", "arguments", item.Get("arguments"), item.Get("name"))
	case "custom_tool_call":
		place.text("response.custom_tool_call_input.", "input", item.Get("input"), gjson.Result{})
	}

	s.begin("response.output_item.done")
	s.number(`,"output_index":`, s.index)
	s.raw(`,"item":`, item.Raw)
	s.end()
}

// place is where in the output something is said.
type place struct {
	*events
	id   string // of the item
	kind string // what at counts: content_index, summary_index
	at   int64
}

// begin appends an event up to the members that are its own.
func (p *place) begin(name string, part bool) {
	p.events.begin(name)
	p.raw(`,"item_id":`, p.id)
	p.number(`,"output_index":`, p.index)
	if part {
		p.raw(`,"`, p.kind)
		p.number(`":`, p.at)
	}
}

// text appends the events of a text that is no part: all of it at once, and done.
// The name of a function comes with its arguments.
func (p *place) text(event, member string, text, name gjson.Result) {
	if said(text) {
		p.begin(event+"delta", false)
		p.raw(`,"delta":`, text.Raw)
		p.end()
	}
	p.begin(event+"done", false)
	p.raw(`,"`, member)
	p.raw(`":`, orEmpty(text))
	if name.Exists() {
		p.raw(`,"name":`, name.Raw)
	}
	p.end()
}

// kinds are the parts that have a text: how the events are named and what is not
// there yet when the part is added.
var kinds = map[string]struct {
	part, text string // the beginnings of the events' names
	member     string
	changes    []change
	logprobs   bool
}{
	"output_text": {
		"response.content_part.", "response.output_text.", "text",
		[]change{{"text", `""`, true}, {"annotations", "[]", true}, {"logprobs", "[]", false}},
		true,
	},
	"refusal":        {"response.content_part.", "response.refusal.", "refusal", []change{{"refusal", `""`, true}}, false},
	"reasoning_text": {"response.content_part.", "response.reasoning_text.", "text", []change{{"text", `""`, true}}, false},
	"summary_text": {
		"response.reasoning_summary_part.", "response.reasoning_summary_text.", "text", []change{{"text", `""`, true}}, false,
	},
}

// parts appends the events of a list of parts.
func (p *place) parts(list gjson.Result) {
	objects(list, func(at int, part gjson.Result) {
		p.at = int64(at)
		p.part(part)
	})
}

func (p *place) part(part gjson.Result) {
	k, ok := kinds[part.Get("type").Str]
	if !ok {
		k.part = "response.content_part."
	}
	p.begin(k.part+"added", true)
	p.with(`,"part":`, part, k.changes)
	p.end()
	if ok {
		text, logprobs := part.Get(k.member), `,"logprobs":[]`
		if l := part.Get("logprobs"); l.IsArray() {
			logprobs = `,"logprobs":` + l.Raw
		}
		if !k.logprobs {
			logprobs = ""
		}
		if said(text) {
			p.begin(k.text+"delta", true)
			p.raw(`,"delta":`, text.Raw)
			p.raw(logprobs, "")
			p.end()
		}
		p.annotations(part.Get("annotations"))
		p.begin(k.text+"done", true)
		p.raw(`,"`, k.member)
		p.raw(`":`, orEmpty(text))
		p.raw(logprobs, "")
		p.end()
	}
	p.begin(k.part+"done", true)
	p.raw(`,"part":`, part.Raw)
	p.end()
}

func (p *place) annotations(list gjson.Result) {
	objects(list, func(at int, a gjson.Result) {
		p.begin("response.output_text.annotation.added", true)
		p.number(`,"annotation_index":`, int64(at))
		p.raw(`,"annotation":`, a.Raw)
		p.end()
	})
}
