package e2e

import (
	"encoding/json"
	"regexp"
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
	const two, asks = `,"n":2`, `,"stream_options":{"include_usage":true}`
	for _, usage := range []bool{false, true} {
		more := two
		if usage {
			more += asks
		}
		for _, prefix := range []string{"", "late-"} {
			sent := do(t, "POST", g.url+"/v1/chat/completions", asking(prefix+"as-sent", more))
			// azproc asks for the usage always, and what has it is hidden from who has not asked.
			direct := do(t, "POST", azure.URL("a")+"/openai/deployments/"+map[string]string{"": "chat-a", "late-": "late-a"}[prefix]+"/chat/completions?api-version="+classic,
				asking(prefix+"as-sent", two, asks), "authorization", "", "api-key", keyOf("a"), "accept-encoding", "identity").body
			if !usage {
				direct = withoutUsage(direct)
			}
			if same := func(s string) string { return madeNow.ReplaceAllString(s, "") }; same(sent.body) != same(direct) {
				t.Errorf("%sas-sent is not as Azure sends it:\n%s\nAzure:\n%s", prefix, sent.body, direct)
			}
			got := do(t, "POST", g.url+"/v1/chat/completions", asking(prefix+"normal", more))
			checkNormal(t, got.body, usage)
			if a, b := read(t, sent), read(t, got); !strings.HasSuffix(got.body, "data: [DONE]\n\n") || a.text != b.text || a.finish != b.finish || a.usage != b.usage {
				t.Errorf("%snormal says %+v, Azure %+v", prefix, b, a)
			}
		}
	}
}

// madeNow is what differs between two answers, or between two requests for one: the id is
// made of the request.
var madeNow = regexp.MustCompile(`"created":\d+,"id":"\w*-?\w*"`)

// withoutUsage is a stream without the event that has its usage.
func withoutUsage(stream string) string {
	var kept strings.Builder
	for event := range strings.SplitAfterSeq(stream, "\n\n") {
		if !strings.Contains(event, `"usage":{`) {
			kept.WriteString(event)
		}
	}
	return kept.String()
}

func TestStreamsAreByteForByteAzuresWhereNobodyAsksForTheirUsage(t *testing.T) {
	t.Parallel()
	azure := fleet(t)
	g := start(t, strings.Replace(groups(azure, "", member{group: "m", resource: "a"}), "{master_key", "{always_include_stream_usage: false, master_key", 1))
	sent := do(t, "POST", g.url+"/v1/chat/completions", asking("m"))
	direct := do(t, "POST", azure.URL("a")+"/openai/deployments/chat-a/chat/completions?api-version="+classic, asking("m"), "authorization", "", "api-key", keyOf("a"), "accept-encoding", "identity")
	if a, b := created.ReplaceAllString(sent.body, "$1"), created.ReplaceAllString(direct.body, "$1"); a != b || sent.status != 200 {
		t.Errorf("%d %s\nAzure:\n%s", sent.status, a, b)
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
