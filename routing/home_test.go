package routing

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/azproc/azproc/azure"
)

// homeOf is the home of an id that a deployment's resource has made.
func (w *world) homeOf(name string) azure.Home {
	w.t.Helper()
	var home azure.Home
	if _, err := w.Tags.ID(w.deployment(name).Resource.Tagged("resp_1"), &home); err != nil {
		w.t.Fatal(err)
	}
	return home
}

func TestARequestWithAnIDIsServedByItsResourceAlone(t *testing.T) {
	w := newWorld(t, list(entries("m", "a", "b", "c"), entries("other", "d"))+"router_settings: {fallbacks: [{m: [other]}]}\n")
	for range 5 {
		p, err := w.Plan(t.Context(), &Request{Model: "m", Op: azure.OpResponses, Home: w.homeOf("b")})
		if err != nil || order(p) != "b" {
			t.Fatalf("planned %s, %v", order(p), err)
		}
	}
	w.fails("b", 429, time.Minute)
	if p, err := w.Plan(t.Context(), &Request{Model: "m", Op: azure.OpResponses, Home: w.homeOf("b")}); err != nil || order(p) != "b" {
		t.Errorf("while it cools down: planned %s, %v", order(p), err)
	}
}

func TestAnIDsResourceMustHaveTheModel(t *testing.T) {
	w := newWorld(t, list(entries("m", "a"), entries("other", "d")))
	if _, err := w.Plan(t.Context(), &Request{Model: "m", Home: w.homeOf("d")}); err == nil || err.Status != 400 || err.Code != "resource_mismatch" {
		t.Errorf("error %v", err)
	}
}

func TestAnIDOfAResourceThatIsGoneIsA404ThatSaysSo(t *testing.T) {
	w := newWorld(t, list(entries("m", "a", "b")))
	home := w.homeOf("b")
	w.reload(list(entries("m", "a")))
	for _, model := range []string{"m", ""} {
		var err *azure.Error
		if model == "" {
			_, err = w.AtHome(t.Context(), &Request{Home: home}, false)
		} else {
			_, err = w.Plan(t.Context(), &Request{Model: model, Home: home})
		}
		if err == nil || err.Status != 404 || err.Code != "resource_not_configured" || !strings.Contains(err.Message, home.ID) {
			t.Errorf("%q: %v", model, err)
		}
	}
}

func TestAnIDsResourceIsAnyOfItsDeployments(t *testing.T) {
	file := `model_list:
- {model_name: m, litellm_params: {model: azure/one, api_base: "https://r.openai.azure.com", api_key: key-one}, model_info: {id: one}}
- {model_name: n, litellm_params: {model: azure/two, api_base: "https://r.openai.azure.com", api_key: key-two}, model_info: {id: two}}
- {model_name: o, litellm_params: {model: azure/far, api_base: "https://s.openai.azure.com", api_key: key-far}, model_info: {id: far}}
`
	w := newWorld(t, file)
	at := func() string {
		t.Helper()
		p, err := w.AtHome(t.Context(), &Request{Home: w.homeOf("two")}, false)
		if err != nil {
			t.Fatal(err)
		}
		w.fleet.End(p.Claim, -1)
		return p.Deployment.Name
	}
	if got := at(); got != "one" {
		t.Errorf("served by %s", got)
	}
	w.creds["key-one"].err = errors.New("expired")
	if got := at(); got != "two" {
		t.Errorf("served by %s without a credential for one", got)
	}
	w.creds["key-one"].err = nil
	w.fails("one", 401, 0)
	if got := at(); got != "two" {
		t.Errorf("served by %s although it is configured wrongly", got)
	}
}

func TestARawIDIsBelievedWhereOneResourceCanHaveMadeIt(t *testing.T) {
	raw := azure.Home{Raw: "file-1"}
	two := newWorld(t, list(entries("m", "a"), entries("n", "b")))
	if _, err := two.AtHome(t.Context(), &Request{Home: raw}, false); err == nil || err.Status != 404 || err.Code != "not_found" {
		t.Errorf("of two resources: %v", err)
	}
	if p, err := two.AtHome(t.Context(), &Request{Home: raw}, true); err != nil || p.Deployment.Name != "a" {
		t.Errorf("named: %v", err)
	}
	if p, err := two.Plan(t.Context(), &Request{Model: "n", Home: raw, Free: true}); err != nil || p.Deployment.Name != "b" {
		t.Errorf("named by its model: %v", err)
	}
	one := newWorld(t, list(entries("m", "a")))
	if p, err := one.AtHome(t.Context(), &Request{Home: raw}, false); err != nil || p.Deployment.Name != "a" {
		t.Errorf("of one resource: %v", err)
	}
}

func TestWhatAsksNoModelCountsAgainstNoLimit(t *testing.T) {
	w := newWorld(t, list(entries("m", "a , rpm: 1")))
	for range 3 {
		if _, err := w.AtHome(t.Context(), &Request{}, false); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Plan(t.Context(), &Request{Model: "m", Free: true}); err != nil {
			t.Fatal(err)
		}
	}
	if s := w.States()[0]; s.Requests != 0 || s.InFlight != 6 {
		t.Errorf("%d requests counted, %d in flight", s.Requests, s.InFlight)
	}
}

func TestABatchRanAtItsDeployment(t *testing.T) {
	file := `model_list:
- {model_name: m, litellm_params: {model: azure/one, api_base: "https://r.openai.azure.com", api_key: k}}
- {model_name: b, litellm_params: {model: azure/two, api_base: "https://r.openai.azure.com", api_key: k}, model_info: {mode: batch}}
- {model_name: o, litellm_params: {model: azure/three, api_base: "https://s.openai.azure.com", api_key: k}}
`
	w := newWorld(t, file)
	for _, tt := range []struct {
		resource, deployment, want string
	}{
		{"https://r.openai.azure.com:443", "one", "one"},
		{"https://r.openai.azure.com:443", "two", "two"},
		{"https://r.openai.azure.com:443", "", "two"},
		{"https://s.openai.azure.com:443", "three", "three"},
		{"https://s.openai.azure.com:443", "", ""},
	} {
		got := ""
		if d := w.BatchDeployment(tt.resource, tt.deployment); d != nil {
			got = d.Name
		}
		if got != tt.want {
			t.Errorf("%q at %s: %q", tt.deployment, tt.resource, got)
		}
	}
}
