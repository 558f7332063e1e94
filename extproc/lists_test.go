package extproc

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/routing"
)

// asked is what was asked of the lists, and what they answer.
type asked struct {
	route  *azure.Route
	home   azure.Home
	answer ListAnswer
	err    *azure.Error
}

func (a *asked) List(_ context.Context, _ *routing.Table, r *azure.Route, home *azure.Home) (*ListAnswer, *azure.Error) {
	a.route, a.home = r, *home
	return &a.answer, a.err
}

const twoResources = testFile + `
  - model_name: there
    litellm_params: {model: azure/gpt-4o, api_base: "https://b.openai.azure.com", api_key: k}
`

// listServer is newServer for a file, with lists.
func listServer(t *testing.T, file string, l Lists) (*Server, *observed) {
	t.Helper()
	snap, report := config.Parse("test.yaml", []byte(file), config.Options{Getenv: func(string) (string, bool) { return "", false }})
	if snap == nil {
		t.Fatal(report.Diagnostics)
	}
	s, seen := newServer(t, nil)
	s.options.Lists = l
	s.Use(routing.New(snap, func(config.Credential) routing.Credential { return credential{} }, routing.NewFleet(fleetObserver{}, nil), nil), keys{"sk-client"})
	return s, seen
}

func TestAListThatNamesNoResourceIsAnsweredForAll(t *testing.T) {
	lists := &asked{answer: ListAnswer{Status: http.StatusTooManyRequests, Header: []azure.Header{{Name: "retry-after", Value: "7"}}, Body: []byte(`{"error":{}}`)}}
	s, _ := listServer(t, twoResources, lists)
	answers, err := play(t, s, headersRequest(true, ":method", "GET", ":path", "/openai/fine_tuning/jobs?api-version=2024-10-21&limit=3", "api-key", "sk-client"))
	if err != nil || len(answers) != 2 {
		t.Fatalf("%d answers, %v", len(answers), err)
	}
	// Envoy is told to wait before the resources are asked.
	if d := answers[0].GetOverrideMessageTimeout(); answers[0].GetResponse() != nil || d.AsDuration() != listPatience {
		t.Errorf("first answer: %v", answers[0])
	}
	r := answers[1].GetImmediateResponse()
	if r.GetStatus().GetCode() != 429 || string(r.GetBody()) != `{"error":{}}` || r.GetDetails() != "azproc_list_fine_tuning" {
		t.Errorf("%v", r)
	}
	var retry string
	for _, h := range r.GetHeaders().GetSetHeaders() {
		if h.Header.Key == "retry-after" {
			retry = string(h.Header.RawValue)
		}
	}
	if retry != "7" || lists.route.Below != "fine_tuning/jobs" || lists.route.Query != "limit=3" {
		t.Errorf("retry-after %q, %+v", retry, lists.route)
	}
}

func TestAListGoesOnBehindAnIDWithATag(t *testing.T) {
	lists := &asked{answer: ListAnswer{Status: http.StatusOK}}
	s, _ := listServer(t, twoResources, lists)
	there := s.current.Load().table.Named("gpt-4o").Resource
	if _, err := play(t, s, headersRequest(true, ":method", "GET", ":path", "/v1/files?limit=3&after="+there.Tagged("file-1"), "api-key", "sk-client")); err != nil {
		t.Fatal(err)
	}
	if lists.route == nil || lists.route.Query != "limit=3&after=file-1" || !lists.home.Found || lists.home.Code != there.Code {
		t.Errorf("%+v %+v", lists.route, lists.home)
	}
}

func TestAListOfOneResourceIsEnvoys(t *testing.T) {
	for _, tt := range []struct {
		name, file string
		header     []string
	}{
		{"one resource", testFile, []string{":method", "GET", ":path", "/v1/files"}},
		{"a model in the query", twoResources, []string{":method", "GET", ":path", "/v1/files?model=chat"}},
		{"a model in the query, spelt otherwise", twoResources, []string{":method", "GET", ":path", "/v1/files?limit=2&M%6Fdel=ch%61t"}},
		{"a model in LiteLLM's header", twoResources, []string{":method", "GET", ":path", "/v1/files", "x-litellm-model", "chat"}},
		{"a provider", twoResources, []string{":method", "GET", ":path", "/v1/files", "custom-llm-provider", "azure"}},
		{"the passthrough", twoResources, []string{":method", "GET", ":path", "/azure/openai/files?api-version=2024-10-21"}},
		{"something in the collection", twoResources, []string{":method", "GET", ":path", "/v1/batches/x"}},
		{"something below an item", twoResources, []string{":method", "GET", ":path", "/v1/vector_stores/x/files"}},
		{"no list", twoResources, []string{":method", "DELETE", ":path", "/v1/files"}},
	} {
		lists := &asked{answer: ListAnswer{Status: http.StatusOK}}
		s, _ := listServer(t, tt.file, lists)
		answers, err := play(t, s, headersRequest(true, append(tt.header, "api-key", "sk-client")...))
		if err != nil && !strings.Contains(err.Error(), "EOF") {
			t.Errorf("%s: %v", tt.name, err)
		}
		if lists.route != nil || answers[0].GetRequestHeaders() == nil {
			t.Errorf("%s: asked %v, %v", tt.name, lists.route, answers[0])
		}
	}
}

func TestAListIsForCallersWithTheKeyAlone(t *testing.T) {
	lists := &asked{}
	s, seen := listServer(t, twoResources, lists)
	answers, err := play(t, s, headersRequest(true, ":method", "GET", ":path", "/v1/files", "api-key", "wrong"))
	if err != nil || len(answers) != 1 || answers[0].GetImmediateResponse().GetStatus().GetCode() != 401 || lists.route != nil || len(seen.refused) != 1 {
		t.Errorf("%v %v", answers, err)
	}
}

func TestAListThatCannotBeMadeIsRefusedAsAnythingElse(t *testing.T) {
	s, seen := listServer(t, twoResources, &asked{err: azure.NoSuchID("file-1")})
	answers, err := play(t, s, headersRequest(true, ":method", "GET", ":path", "/v1/files?after=file-1", "api-key", "sk-client"))
	if err != nil || answers[1].GetImmediateResponse().GetStatus().GetCode() != 404 || len(seen.refused) != 1 {
		t.Errorf("%v %v", answers, err)
	}
}
