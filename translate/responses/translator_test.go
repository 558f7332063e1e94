package responses

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/azproc/azproc/translate"
)

// schema is what the Responses API takes, made by testdata/schema.py of the official
// SDK's types.
func schema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	f, err := os.Open("testdata/schema.json")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// taken fails the test if the API would not take a request.
func taken(t testing.TB, s *jsonschema.Schema, body []byte) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(body)))
	if err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	if err := s.Validate(doc); err != nil {
		t.Errorf("the API would refuse %s: %#v", body, err)
	}
}

func TestRequestsAreWhatTheAPIDocuments(t *testing.T) {
	s := schema(t)
	stories(t, "requests", func(t *testing.T, st *story) {
		got := st.sent()
		taken(t, s, got.Body)
		st.want("responses.json", indented(t, got.Body))
		if len(got.Headers) > 0 {
			t.Errorf("headers %v, of which the API wants none", got.Headers)
		}
	})
}

func TestTheSchemaIsStrict(t *testing.T) {
	s := schema(t)
	for _, body := range []string{
		`{"model":"m","input":[],"store":false,"stop":"x"}`,
		`{"model":"m","store":false}`,
		`{"model":"m","store":false,"input":[{"role":"user","content":[{"type":"text","text":"x"}]}]}`,
		`{"model":"m","store":false,"input":[{"role":"user","content":"x","name":"y"}]}`,
		`{"model":"m","store":false,"input":[],"tools":[{"type":"function","function":{"name":"x"}}]}`,
		`{"model":"m","store":false,"input":[],"reasoning":{"effort":"some"}}`,
	} {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if s.Validate(doc) == nil {
			t.Errorf("%s is taken", body)
		}
	}
}

func TestOnlyTheDeploymentAndTheAskSayModelAndStream(t *testing.T) {
	a := ask(`{"model":"other","stream":true,"stream_options":{"include_obfuscation":false},"messages":[]}`)
	a.Model, a.Stream = `my "deployment"`, false
	got, err := Translator{}.Request(a)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"model":"my \"deployment\"","input":[],"store":false}`; string(got.Body) != want {
		t.Errorf("got %s, want %s", got.Body, want)
	}
}

func TestTheRequestIsNotKept(t *testing.T) {
	a := ask(`{"messages":[{"role":"user","content":"hello"}],"user":"u"}`)
	got, err := Translator{}.Request(a)
	if err != nil {
		t.Fatal(err)
	}
	want := string(got.Body)
	for i := range a.Body {
		a.Body[i] = '#'
	}
	if string(got.Body) != want {
		t.Error("what was sent changes with the request")
	}
}

// FuzzRequest holds that every request is refused with a 400 that has a parameter,
// or becomes JSON.
func FuzzRequest(f *testing.F) {
	f.Add(`{"messages":[{"role":"user","content":"x"}],"n":1}`, false)
	f.Add(`{"messages":[{"role":"assistant","tool_calls":[{"id":"a","type":"custom","custom":{"name":"n","input":"i"}}]},{"role":"tool","tool_call_id":"a","content":[{"type":"text","text":"t"}]}],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[]}}}`, true)
	f.Add(`{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"u"}},{"type":"file","file":{}}]}],"functions":[{"name":"f"}],"function_call":{"name":"f"},"text":{"verbosity":"low"},"reasoning":{"a":1},"include":["x"],"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{}}},"max_tokens":1}`, false)
	f.Fuzz(func(t *testing.T, body string, drop bool) {
		if !json.Valid([]byte(body)) || !strings.HasPrefix(body, "{") {
			t.Skip()
		}
		a := ask(body)
		a.DropParams = drop
		got, err := Translator{}.Request(a)
		if err != nil {
			if err.Status != 400 || err.Code == "" || err.Message == "" || err.Type != "invalid_request_error" {
				t.Fatalf("%+v", err)
			}
			return
		}
		if !json.Valid(got.Body) {
			t.Fatalf("%s became %s", body, got.Body)
		}
	})
}

var _ translate.Answer = (*answer)(nil)
