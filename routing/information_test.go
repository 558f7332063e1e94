package routing

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const informationFile = `
model_list:
- model_name: chat
  litellm_params: {model: azure/gpt-4o-a, api_base: 'https://a.openai.azure.com/openai/v1', api_key: key-a, tpm: 1000}
  model_info: {id: one, base_model: azure/gpt-4o, mode: chat, team: [x, 2], input_cost_per_token: 2e-6, output_cost_per_token: 8e-6}
- model_name: draw
  litellm_params: {model: azure/image, api_base: 'http://127.0.0.1:81', api_key: key-b, api_version: "2024-10-21", extra_headers: {x-secret: hidden}}
`

func TestInformationIsWhatTheFileSaysWithoutItsSecrets(t *testing.T) {
	w := newWorld(t, informationFile)
	const (
		one = `{"litellm_params":{"api_base":"https://a.openai.azure.com","api_version":"v1","model":"azure/gpt-4o-a","tpm":1000},` +
			`"model_info":{"base_model":"azure/gpt-4o","id":"one","input_cost_per_token":2e-6,"mode":"chat","output_cost_per_token":8e-6,"team":["x",2]},"model_name":"chat"}`
		two = `{"litellm_params":{"api_base":"http://127.0.0.1:81","api_version":"2024-10-21","model":"azure/image"},"model_info":{"id":"image"},"model_name":"draw"}`
	)
	draw := func(group string) bool { return group == "draw" }
	for name, tt := range map[string]struct {
		id   string
		may  func(string) bool
		want string
	}{
		"all, in the file's order":     {want: `{"data":[` + one + "," + two + "]}"},
		"one id":                       {id: "image", want: `{"data":[` + two + "]}"},
		"what a caller may know alone": {may: draw, want: `{"data":[` + two + "]}"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := w.Information(tt.id, tt.may)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, string(got)); d != "" {
				t.Error(d)
			}
		})
	}
	for id, may := range map[string]func(string) bool{"none": nil, "one": draw} {
		if got, err := w.Information(id, may); err == nil || err.Status != 400 {
			t.Errorf("%s: %s, %v", id, got, err)
		}
	}
}

func TestHealthIsCooldownsAndCredentials(t *testing.T) {
	w := newWorld(t, informationFile)
	const (
		one = `{"api_base":"https://a.openai.azure.com","model":"azure/gpt-4o-a","model_id":"one","model_name":"chat"}`
		two = `{"api_base":"http://127.0.0.1:81","model":"azure/image","model_id":"image","model_name":"draw"}`
	)
	check := func(model, want string) {
		t.Helper()
		if d := cmp.Diff(want, string(w.Health(model, nil))); d != "" {
			t.Error(d)
		}
	}
	check("", `{"healthy_count":2,"healthy_endpoints":[`+one+","+two+`],"unhealthy_count":0,"unhealthy_endpoints":[]}`)
	check("azure/image", `{"healthy_count":1,"healthy_endpoints":[`+two+`],"unhealthy_count":0,"unhealthy_endpoints":[]}`)
	w.fails("one", 401, 0)
	w.creds["key-b"].err = errors.New("for people with the admin port")
	_, until, _ := w.deployment("one").member.cooldown.at(w.clock.Now())
	check("chat", `{"healthy_count":0,"healthy_endpoints":[],"unhealthy_count":1,"unhealthy_endpoints":[{"api_base":"https://a.openai.azure.com",`+
		`"error":"cooling down until `+until.UTC().Format(time.RFC3339)+`: config","model":"azure/gpt-4o-a","model_id":"one","model_name":"chat"}]}`)
	check("draw", `{"healthy_count":0,"healthy_endpoints":[],"unhealthy_count":1,"unhealthy_endpoints":[{"api_base":"http://127.0.0.1:81",`+
		`"error":"its credential cannot be had","model":"azure/image","model_id":"image","model_name":"draw"}]}`)
	w.clock.add(until.Sub(w.clock.Now()) + time.Second)
	check("chat", `{"healthy_count":1,"healthy_endpoints":[`+one+`],"unhealthy_count":0,"unhealthy_endpoints":[]}`)
	if got := string(w.Health("", func(string) bool { return false })); got != `{"healthy_count":0,"healthy_endpoints":[],"unhealthy_count":0,"unhealthy_endpoints":[]}` {
		t.Errorf("who may know of nothing is told %s", got)
	}
}
