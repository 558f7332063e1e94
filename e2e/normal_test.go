package e2e

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// TestNormalizedStreamsAreOpenAIs: Azure sends a first chunk without choices, and with
// the asynchronous content filter chunks whose choices have no delta.
func TestNormalizedStreamsAreOpenAIs(t *testing.T) {
	t.Parallel()
	azure := azureOf(t, fakeazure.Config{Resources: []fakeazure.Resource{{Name: "a", Keys: []string{keyOf("a")}, Deployments: []fakeazure.Deployment{
		{Name: "chat-a", Model: "gpt-4o"}, {Name: "late-a", Model: "gpt-4o", AsyncFilter: true},
	}}}})
	const normal = ", normalize_stream: true"
	config := groups(azure, "", member{group: "as-sent", resource: "a"}, member{group: "normal", resource: "a", more: normal})
	late := func(m member) string {
		one := groups(azure, "", m)
		return strings.ReplaceAll(one[strings.Index(one, "- model_name"):], "azure/chat-a", "azure/late-a")
	}
	g := start(t, config+late(member{group: "late-as-sent", resource: "a"})+late(member{group: "late-normal", resource: "a", more: normal}))
	for _, usage := range []bool{false, true} {
		more := `,"n":2`
		if usage {
			more += `,"stream_options":{"include_usage":true}`
		}
		for _, prefix := range []string{"", "late-"} {
			sent := do(t, "POST", g.url+"/v1/chat/completions", asking(prefix+"as-sent", more))
			body := asking("chat", more) // the model's name is in the path
			direct := do(t, "POST", azure.URL("a")+"/openai/deployments/"+map[string]string{"": "chat-a", "late-": "late-a"}[prefix]+"/chat/completions?api-version="+classic,
				strings.Replace(body, `"chat"`, `"`+prefix+`as-sent"`, 1), "authorization", "", "api-key", keyOf("a"), "accept-encoding", "identity")
			// Where the client does not ask for the usage, azproc does.
			if usage && created.ReplaceAllString(sent.body, "$1") != created.ReplaceAllString(direct.body, "$1") {
				t.Errorf("%sas-sent is not as Azure sends it:\n%s\nAzure:\n%s", prefix, sent.body, direct.body)
			}
			got := do(t, "POST", g.url+"/v1/chat/completions", asking(prefix+"normal", more))
			checkNormal(t, got.body, usage)
			if a, b := read(t, sent), read(t, got); !strings.HasSuffix(got.body, "data: [DONE]\n\n") || a.text != b.text || a.finish != b.finish || a.usage != b.usage {
				t.Errorf("%snormal says %+v, Azure %+v", prefix, b, a)
			}
		}
	}
}

// checkNormal holds every chunk against what OpenAI's reference promises of it.
func checkNormal(t *testing.T, body string, usage bool) {
	t.Helper()
	var id string
	chunks := strings.Split(strings.TrimSuffix(body, "\n\n"), "\n\n")
	for i, event := range chunks[:len(chunks)-1] {
		var c struct {
			ID, Object, Model string
			Created           int64
			Choices           []struct {
				Index *int
				Delta map[string]any
			}
			Usage map[string]any
		}
		if err := json.Unmarshal([]byte(strings.TrimPrefix(event, "data: ")), &c); err != nil {
			t.Fatalf("%v: %s", err, event)
		}
		last := usage && i == len(chunks)-2
		if c.ID == "" || c.Object != "chat.completion.chunk" || c.Model == "" || c.Created == 0 || (len(c.Choices) == 0) != last || (c.Usage != nil) != last {
			t.Errorf("chunk %d is not OpenAI's: %s", i, event)
		}
		if id == "" {
			id = c.ID
		}
		if c.ID != id {
			t.Errorf("chunk %d has another id: %s", i, event)
		}
		for _, choice := range c.Choices {
			if choice.Index == nil || choice.Delta == nil {
				t.Errorf("chunk %d has a choice without a delta: %s", i, event)
			}
		}
	}
}
