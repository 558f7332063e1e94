package responses

import (
	"fmt"
	"net/http"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/translate"
	"github.com/azproc/azproc/translate/chat"
)

// Translator makes chat completions of the Responses API.
type Translator struct{}

var _ translate.Translator = Translator{}

// Request translates a request of chat completions to one of responses.
func (Translator) Request(ask *translate.Ask) (translate.Sent, *azure.Error) {
	r := request{ask: ask, answer: &answer{chunks: chat.Chunks{ID: idPrefix, Model: ask.Model}}}
	fields := make(map[string]gjson.Result, 16)
	var names []string
	gjson.ParseBytes(ask.Body).ForEach(func(key, value gjson.Result) bool {
		if _, twice := fields[key.Str]; !twice {
			names = append(names, key.Str)
		}
		fields[key.Str] = value // of a name that is there twice the last counts, as in every parser of JSON
		return true
	})
	for _, name := range names {
		if known[name] || fields[name].Type == gjson.Null {
			continue
		}
		if !ask.DropParams {
			return translate.Sent{}, invalid("unknown_parameter", name, "Unknown parameter: '%s'.", name)
		}
	}
	if !fields["messages"].Exists() {
		return translate.Sent{}, invalid("missing_required_parameter", "messages", "Missing required parameter: 'messages'.")
	}
	r.body = make([]byte, 0, len(ask.Body)+256)
	r.body = append(r.body, `{"model":`...)
	r.body = chat.Quote(r.body, ask.Model)
	for i := range params {
		p := &params[i]
		value, given := fields[p.name]
		if !given || value.Type == gjson.Null {
			continue
		}
		if err := p.write(&r, p, value); err != nil {
			return translate.Sent{}, err
		}
	}
	r.compose()
	r.body = append(r.body, '}')
	return translate.Sent{Body: r.body, Answer: r.answer}, nil
}

// request is a request while it is made.
type request struct {
	ask    *translate.Ask
	body   []byte
	answer *answer

	// What several parameters say of one member, as JSON; compose writes it.
	tools, toolChoice []byte // tools: the elements, without brackets
	parallel          []byte
	limit             []byte
	effort, reasoning gjson.Result
	format            []byte
	verbosity, text   gjson.Result
	include           []string
	store             bool
	obfuscation       gjson.Result

	// What the messages so far say of the ones that answer them.
	custom map[string]bool   // ids of the calls of custom tools
	called map[string]string // ids, as JSON, that calls of functions were given, by the function's name
	calls  int
}

// member begins a member of the body.
func (r *request) member(name string) {
	r.body = append(r.body, ',', '"')
	r.body = append(r.body, name...)
	r.body = append(r.body, '"', ':')
}

// element begins an element of the array that the body ends in.
func (r *request) element() {
	if r.body[len(r.body)-1] != '[' {
		r.body = append(r.body, ',')
	}
}

// refuse is the error of what the Responses API has no word for, nil where it is
// to be left out.
func (r *request) refuse(param string) *azure.Error {
	if r.ask.DropParams {
		return nil
	}
	return invalid("unsupported_parameter", param,
		"Unsupported parameter: '%s' is not supported with this model, which is served by the Responses API.", param)
}

func invalid(code, param, format string, args ...any) *azure.Error {
	return &azure.Error{
		Status: http.StatusBadRequest, Type: "invalid_request_error", Code: code, Param: param,
		Message: fmt.Sprintf(format, args...),
	}
}

// mistyped is the error of a value that has another type than chat's.
func mistyped(param, want string) *azure.Error {
	return invalid("invalid_type", param, "Invalid type for '%s': expected %s.", param, want)
}

// each calls f with the elements of an array and their paths, until one is wrong.
func each(path string, array gjson.Result, f func(path string, v gjson.Result) *azure.Error) (err *azure.Error) {
	if !array.IsArray() {
		return mistyped(path, "an array")
	}
	i := 0
	array.ForEach(func(_, v gjson.Result) bool {
		err = f(fmt.Sprintf("%s[%d]", path, i), v)
		i++
		return err == nil
	})
	return err
}
