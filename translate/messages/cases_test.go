package messages_test

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/translate"
	"github.com/azproc/azproc/translate/messages"
)

// A testCase is one of the tables in testdata: a request of chat completions and
// what becomes of it.
type testCase struct {
	Name string
	// Source is the page that published the pair.
	Source string
	// Base is the model, claude-sonnet-4-5 if there is none.
	Base string
	Drop bool
	// Stream is what the client wants.
	Stream bool
	Chat   json.RawMessage
	// Messages is the request that is sent, byte for byte once it is compact. Without
	// "model" it is compared without model and max_tokens.
	Messages json.RawMessage
	// Error is what the client reads instead.
	Error *struct{ Param, Code string }
}

// head is what every request begins with, and most cases leave out.
var head = regexp.MustCompile(`^\{"model":"m","max_tokens":\d+(,"stream":true)?,?`)

// runCases runs a table of testdata.
func runCases(t *testing.T, file string) {
	t.Helper()
	var cases []testCase
	if err := json.Unmarshal(readFile(t, file), &cases); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			if c.Base == "" {
				c.Base = "claude-sonnet-4-5"
			}
			sent, err := messages.Translator{}.Request(&translate.Ask{
				Body: []byte(compact(t, c.Chat)), Model: "m", Base: c.Base, Stream: c.Stream, DropParams: c.Drop,
			})
			if c.Error != nil {
				if err == nil {
					t.Fatalf("no error, but %s", sent.Body)
				}
				got := struct{ Param, Code string }{err.Param, err.Code}
				if diff := cmp.Diff(*c.Error, got); diff != "" || err.Status != 400 || err.Type != "invalid_request_error" || err.Message == "" {
					t.Errorf("%v\n%s", err, diff)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			checkRequest(t, sent.Body)
			got := string(sent.Body)
			want := compact(t, c.Messages)
			if !bytes.Contains(c.Messages, []byte(`"model"`)) {
				got = "{" + head.ReplaceAllString(got, "")
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("want %s\ngot  %s", want, got)
			}
		})
	}
}

func readFile(t testing.TB, file string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func compact(t testing.TB, raw []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	return b.String()
}

// requestSchema is testdata/request.schema.json, made of the types of Anthropic's SDK.
var requestSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	return jsonschema.NewCompiler().Compile("testdata/request.schema.json")
})

// checkRequest holds a request against Anthropic's types: nothing may be unknown,
// misplaced or of the wrong type.
func checkRequest(t testing.TB, body []byte) {
	t.Helper()
	schema, err := requestSchema()
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	if err := schema.Validate(v); err != nil {
		t.Errorf("Anthropic's API does not take it: %v\n%s", err, body)
	}
}

// at is when the answers of the tests are made.
func at() time.Time { return time.Unix(1700000000, 0) }

// answerTo gives the answer of a request that asks for nothing much.
func answerTo(t testing.TB, ask string) translate.Answer {
	t.Helper()
	sent, err := messages.Translator{Now: at}.Request(&translate.Ask{Body: []byte(ask), Model: "m", Base: "claude-opus-4-1"})
	if err != nil {
		t.Fatal(err)
	}
	return sent.Answer
}

const (
	plainAsk = `{"messages":[{"role":"user","content":"Hi"}]}`
	usageAsk = `{"messages":[{"role":"user","content":"Hi"}],"stream_options":{"include_usage":true}}`
	formAsk  = `{"messages":[{"role":"user","content":"Hi"}],"stream_options":{"include_usage":true},"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}}}`
)

func failureOf(t testing.TB, status int, body string) *azure.Error {
	t.Helper()
	return answerTo(t, plainAsk).Failure(status, []byte(body))
}
