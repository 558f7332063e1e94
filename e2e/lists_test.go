package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// twoGroups is a configuration whose groups a and b are of two resources, each asked
// on another surface.
func twoGroups(azure *fakeazure.Server) string {
	return groups(azure, "", member{group: "a", resource: "a"}, member{group: "b", resource: "b", more: ", api_version: v1"})
}

func TestTheListsOfTwoResourcesAreOneForTheOfficialSDK(t *testing.T) {
	azure := fleet(t)
	g := start(t, twoGroups(azure))
	script(t, 2, "sdk/python", []string{"PYTHONPATH=" + cache(t, "python")}, "python3", "lists.py", g.url, clientKey)
}

func TestEveryCollectionIsOneListOfAllResources(t *testing.T) {
	azure := fleet(t)
	g := start(t, twoGroups(azure))
	training := make(map[string]string) // files
	for _, group := range []string{"a", "b"} {
		body := multipartOf(t, "purpose=fine-tune&file=%7B%22messages%22%3A%5B%7B%22role%22%3A%22user%22%2C%22content%22%3A%22a%22%7D%2C%7B%22role%22%3A%22assistant%22%2C%22content%22%3A%22b%22%7D%5D%7D%0A")
		training[group] = gjson.Get(do(t, "POST", g.url+"/v1/files", body, "x-litellm-model", group, "content-type", "multipart/form-data; boundary=walk").body, "id").Str
	}
	for path, body := range map[string]string{
		"/fine_tuning/jobs": `{"model":"gpt-4o-mini","training_file":"FILE"}`,
		"/vector_stores":    `{"name":"v"}`,
		"/assistants":       `{"model":"GROUP"}`,
		"/evals":            `{"name":"e","data_source_config":{"type":"custom","item_schema":{"type":"object"}},"testing_criteria":[]}`,
		"/containers":       `{"name":"c"}`,
		"/videos":           `{"model":"video-GROUP","prompt":"a cat"}`,
	} {
		t.Run(path, func(t *testing.T) {
			var made []string
			for i := range 5 {
				group := string("ab"[i%2])
				text := strings.NewReplacer("FILE", training[group], "GROUP", group).Replace(body)
				got := do(t, "POST", g.url+"/v1"+path, text, "x-litellm-model", group)
				if got.status > 299 {
					t.Fatalf("%d %s", got.status, got.body)
				}
				made = append(made, gjson.Get(got.body, "id").Str)
			}
			var listed []string
			after := ""
			for range 10 {
				got := do(t, "GET", g.url+"/v1"+path+"?limit=2"+after, "")
				if got.status != 200 {
					t.Fatalf("%d %s", got.status, got.body)
				}
				for _, one := range gjson.Get(got.body, "data").Array() {
					listed = append(listed, one.Get("id").Str)
				}
				if !gjson.Get(got.body, "has_more").Bool() {
					break
				}
				after = "&after=" + gjson.Get(got.body, "last_id").Str
			}
			slices.Sort(made)
			slices.Sort(listed)
			if !slices.Equal(made, listed) {
				t.Errorf("made %v, listed %v", made, listed)
			}
		})
	}
}

func TestAListMayTakeLongerThanADecision(t *testing.T) {
	azure := fleet(t)
	g := start(t, twoGroups(azure))
	// Envoy waits five seconds for what azproc decides.
	azure.Script("b", "", fakeazure.Late(5500*time.Millisecond))
	got := do(t, "GET", g.url+"/v1/files", "")
	if got.status != 200 || gjson.Get(got.body, "object").Str != "list" || azure.Unscript("b", "") != 0 {
		t.Errorf("%d %s", got.status, got.body)
	}
	if n := g.metric("azproc_incomplete_lists_total"); n != 0 {
		t.Errorf("%v lists lacked a resource", n)
	}
}

func TestAListLacksAResourceThatFailsAndSaysSo(t *testing.T) {
	azure := fleet(t)
	g := start(t, twoGroups(azure))
	for _, group := range []string{"a", "b"} {
		if got := do(t, "POST", g.url+"/v1/vector_stores", `{"name":"v"}`, "x-litellm-model", group); got.status != 200 {
			t.Fatalf("%d %s", got.status, got.body)
		}
	}
	azure.Script("b", "", fakeazure.Status(500))
	got := do(t, "GET", g.url+"/v1/vector_stores", "")
	if got.status != 200 || gjson.Get(got.body, "data.#").Int() != 1 {
		t.Errorf("%d %s", got.status, got.body)
	}
	if n := g.metric("azproc_incomplete_lists_total"); n != 1 {
		t.Errorf("%v lists lacked a resource", n)
	}
	if text := g.log.String(); !strings.Contains(text, "a list lacks a resource") || strings.Contains(text, keyOf("b")) {
		t.Error("the log does not say so")
	}
	// The next one has all again.
	if got := do(t, "GET", g.url+"/v1/vector_stores", ""); gjson.Get(got.body, "data.#").Int() != 2 {
		t.Errorf("%d %s", got.status, got.body)
	}
	for _, r := range []string{"a", "b"} {
		azure.Script(r, "", fakeazure.TooManyRequests(3*time.Second))
	}
	got = do(t, "GET", g.url+"/v1/vector_stores", "")
	if got.status != 429 || got.header.Get("retry-after") != "3" || !strings.Contains(got.body, "token rate limit") {
		t.Errorf("%d %v %s", got.status, got.header, got.body)
	}
	for name, d := range g.deployments() {
		if d.Cooldown != nil {
			t.Errorf("%s cools down because of a list", name)
		}
	}
}

func TestALongListComesWhole(t *testing.T) {
	const each = 9000 // of Azure's ten thousand: some megabytes
	config := "general_settings: {master_key: " + clientKey + "}\nmodel_list:\n"
	for resource := range 2 {
		var page strings.Builder
		page.WriteString(`{"object":"list","data":[`)
		for i := range each {
			if i > 0 {
				page.WriteByte(',')
			}
			fmt.Fprintf(&page, `{"id":"file-%d%031d","object":"file","bytes":1,"created_at":%d,"filename":"a-name-as-long-as-names-are.jsonl","purpose":"batch","status":"processed","status_details":null}`, resource, i, 1_800_000_000-i)
		}
		page.WriteString(`],"has_more":false}`)
		azure := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, page.String()) }))
		t.Cleanup(azure.Close)
		config += fmt.Sprintf("- {model_name: m, litellm_params: {model: azure/gpt-4o, api_base: %q, api_key: k}}\n", azure.URL)
	}
	g := start(t, config)
	for query, want := range map[string]int{"": 10_000, "?limit=9999": 9999} {
		got := do(t, "GET", g.url+"/v1/files"+query, "")
		if n := gjson.Get(got.body, "data.#").Int(); got.status != 200 || n != int64(want) || !gjson.Get(got.body, "has_more").Bool() {
			t.Errorf("%q: %d, %d files in %d bytes", query, got.status, n, len(got.body))
		}
	}
}

func TestAListOfOneResourceIsNotMerged(t *testing.T) {
	azure := fleet(t)
	g := start(t, twoGroups(azure))
	for _, tt := range []struct{ header, value, query, asked string }{
		{"x-litellm-model", "b", "", "b"},
		{"x-other", "", "?model=b", "b"},
		{"custom-llm-provider", "azure", "", "a"},
		{"x-other", "", "", "a b"},
	} {
		azure.Reset()
		if got := do(t, "GET", g.url+"/v1/files"+tt.query, "", tt.header, tt.value); got.status != 200 {
			t.Errorf("%d %s", got.status, got.body)
		}
		at := strings.Fields(asked(azure))
		slices.Sort(at)
		if got := strings.Join(at, " "); got != tt.asked {
			t.Errorf("%s %s %s: asked %s, want %s", tt.header, tt.value, tt.query, got, tt.asked)
		}
	}
}

func TestAListGoesOnAtAnotherReplica(t *testing.T) {
	azure := fleet(t)
	one, two := start(t, twoGroups(azure)), start(t, twoGroups(azure))
	for i := range 4 {
		if got := do(t, "POST", one.url+"/v1/vector_stores", `{"name":"v"}`, "x-litellm-model", string("ab"[i%2])); got.status != 200 {
			t.Fatalf("%d %s", got.status, got.body)
		}
	}
	seen := make(map[string]bool)
	after := ""
	for i := range 4 {
		g := []*gateway{one, two}[i%2]
		got := do(t, "GET", fmt.Sprintf("%s/v1/vector_stores?limit=1%s", g.url, after), "")
		seen[gjson.Get(got.body, "data.0.id").Str] = true
		after = "&after=" + gjson.Get(got.body, "last_id").Str
		if more := gjson.Get(got.body, "has_more").Bool(); more != (i < 3) {
			t.Errorf("page %d: %s", i, got.body)
		}
	}
	if len(seen) != 4 || seen[""] {
		t.Errorf("%v", seen)
	}
}
