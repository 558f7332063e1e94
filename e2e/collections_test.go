package e2e

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// step is one request of a collection. {name} in its path or body is an id that an
// earlier answer gave: keep names the answer's id.
type step struct {
	method, path, body string
	keep               string
	only               string // the dialects that have it: "v1" or "classic"; "" is all
}

// multipartBody marks a body that is multipart: the fields, then the file's text.
const multipartBody = "multipart:"

// collections are the operations that have ids, a walk for each.
var collections = map[string][]step{
	"responses": {
		{"POST", "/responses", `{"model":"m","input":"hi"}`, "r", ""},
		{"GET", "/responses/{r}", "", "", ""},
		{"GET", "/responses/{r}/input_items?limit=1", "", "", ""},
		{"POST", "/responses", `{"model":"m","input":"again","previous_response_id":"{r}"}`, "second", ""},
		{"POST", "/responses", `{"model":"m","input":"hi","background":true}`, "slow", ""},
		{"POST", "/responses/{slow}/cancel", "{}", "", ""},
		{"POST", "/responses/input_tokens", `{"model":"m","input":"hi","previous_response_id":"{r}"}`, "", "v1"},
		{"POST", "/responses/compact", `{"model":"m","previous_response_id":"{second}"}`, "", "v1"},
		{"DELETE", "/responses/{r}", "", "", ""},
	},
	"conversations": {
		{"POST", "/conversations", `{"metadata":{"a":"b"}}`, "c", "v1"},
		{"POST", "/conversations/{c}/items", `{"items":[{"type":"message","role":"user","content":"hi"}]}`, "", "v1"},
		{"POST", "/responses", `{"model":"m","input":"hi","conversation":"{c}"}`, "", "v1"},
		{"GET", "/conversations/{c}/items?limit=1", "", "", "v1"},
		{"DELETE", "/conversations/{c}", "", "", "v1"},
	},
	"files and batches": {
		{"POST", "/files", multipartBody + "purpose=batch&file=" + url.QueryEscape(`{"custom_id":"1","method":"POST","url":"/chat/completions","body":{"model":"batch-b","messages":[{"role":"user","content":"hi"}]}}`), "f", ""},
		{"GET", "/files/{f}", "", "", ""},
		{"GET", "/files/{f}/content", "", "", ""},
		{"POST", "/batches", `{"input_file_id":"{f}","endpoint":"/chat/completions","completion_window":"24h"}`, "b", ""},
		{"GET", "/batches/{b}", "", "", ""},
		{"POST", "/batches/{b}/cancel", "", "", ""},
		{"DELETE", "/files/{f}", "", "", ""},
	},
	"uploads": {
		{"POST", "/uploads", `{"purpose":"batch","filename":"a.jsonl","bytes":3,"mime_type":"application/jsonl"}`, "u", ""},
		{"POST", "/uploads/{u}/parts", multipartBody + "data=abc", "p", ""},
		{"POST", "/uploads/{u}/complete", `{"part_ids":["{p}"]}`, "", ""},
		{"POST", "/uploads", `{"purpose":"batch","filename":"a.jsonl","bytes":3,"mime_type":"application/jsonl"}`, "v", ""},
		{"POST", "/uploads/{v}/cancel", "", "", ""},
	},
	"fine-tuning": {
		{"POST", "/files", multipartBody + "purpose=fine-tune&file=" + url.QueryEscape(`{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}`+"\n"), "f", ""},
		{"POST", "/fine_tuning/jobs", `{"model":"gpt-4o-mini","training_file":"{f}"}`, "j", ""},
		{"GET", "/fine_tuning/jobs/{j}", "", "", ""},
		{"GET", "/fine_tuning/jobs/{j}/events?limit=1", "", "", ""},
		{"GET", "/fine_tuning/jobs/{j}/checkpoints", "", "", ""},
		{"POST", "/fine_tuning/jobs/{j}/pause", "", "", ""},
		{"POST", "/fine_tuning/jobs/{j}/resume", "", "", ""},
		{"POST", "/fine_tuning/jobs/{j}/cancel", "", "", ""},
	},
	"vector stores": {
		{"POST", "/files", multipartBody + "purpose=assistants&file=text", "f", ""},
		{"POST", "/vector_stores", `{"name":"v","file_ids":["{f}"]}`, "v", ""},
		{"GET", "/vector_stores/{v}", "", "", ""},
		{"POST", "/vector_stores/{v}/files", `{"file_id":"{f}"}`, "", ""},
		{"GET", "/vector_stores/{v}/files/{f}", "", "", ""},
		{"POST", "/vector_stores/{v}/file_batches", `{"file_ids":["{f}"]}`, "", ""},
		{"POST", "/vector_stores/{v}/search", `{"query":"x"}`, "", ""},
		{"DELETE", "/vector_stores/{v}", "", "", ""},
	},
	"assistants": {
		{"POST", "/assistants", `{"model":"m","name":"Math Tutor"}`, "a", "classic"},
		{"POST", "/threads", `{}`, "t", "classic"},
		{"POST", "/threads/{t}/messages", `{"role":"user","content":"Solve 3x + 11 = 14"}`, "n", "classic"},
		{"POST", "/threads/{t}/runs", `{"assistant_id":"{a}"}`, "r", "classic"},
		{"GET", "/threads/{t}/runs/{r}", "", "", "classic"},
		{"GET", "/threads/{t}/runs/{r}/steps", "", "", "classic"},
		{"GET", "/threads/{t}/messages?after={n}&limit=1", "", "", "classic"},
		{"DELETE", "/assistants/{a}", "", "", "classic"},
	},
	"evals": {
		{"POST", "/evals", `{"name":"e","data_source_config":{"type":"custom","item_schema":{}},"testing_criteria":[]}`, "e", ""},
		{"GET", "/evals/{e}", "", "", ""},
		{"GET", "/evals/{e}/runs", "", "", ""},
		{"POST", "/evals/{e}/runs", `{"data_source":{"type":"jsonl","source":{"type":"file_content","content":[]}}}`, "run", ""},
		{"GET", "/evals/{e}/runs/{run}", "", "", ""},
		{"DELETE", "/evals/{e}", "", "", ""},
	},
	"containers": {
		{"POST", "/containers", `{"name":"c"}`, "c", "v1"},
		{"POST", "/containers/{c}/files", multipartBody + "file=text", "f", "v1"},
		{"GET", "/containers/{c}/files/{f}/content", "", "", "v1"},
		{"DELETE", "/containers/{c}", "", "", "v1"},
	},
	"videos": {
		{"POST", "/videos", multipartBody + "model=film&prompt=a+cat", "v", "v1"},
		{"POST", "/videos", `{"model":"film","prompt":"a cat"}`, "w", "v1"},
		{"GET", "/videos/{v}", "", "", "v1"},
		{"DELETE", "/videos/{w}", "", "", "v1"},
	},
}

// dialects are the ways to the collections.
var dialectsOfIDs = []struct{ name, prefix, version string }{
	{"OpenAI", "/v1", ""},
	{"OpenAI without v1", "", ""},
	{"Azure, classic", "/openai", "2025-04-01-preview"},
	{"Azure, v1", "/openai/v1", ""},
	{"passthrough, classic", "/azure/openai", "2025-04-01-preview"},
	{"passthrough, v1", "/azure/openai/v1", ""},
}

func TestEveryOperationWithAnIDStaysAtItsResource(t *testing.T) {
	azure := fleet(t)
	// What names no model would go to a, whose deployment comes first.
	g := start(t, groups(azure, "",
		member{group: "first", resource: "a"}, member{group: "m", resource: "b"}, member{group: "film", resource: "b", kind: "video"}))
	for _, d := range dialectsOfIDs {
		for name, steps := range collections {
			t.Run(d.name+"/"+name, func(t *testing.T) {
				ids := make(map[string]string)
				for _, s := range steps {
					passthrough := strings.HasPrefix(d.name, "passthrough")
					if passthrough && (s.only == "v1") == (d.version != "") && s.only != "" {
						continue // the passthrough takes the client's surface as it is
					}
					walk(t, azure, g, d.prefix, d.version, s, ids)
				}
			})
		}
	}
}

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// walk makes one request and looks where it went.
func walk(t *testing.T, azure *fakeazure.Server, g *gateway, prefix, version string, s step, ids map[string]string) {
	t.Helper()
	fill := func(text string) string {
		return placeholder.ReplaceAllStringFunc(text, func(p string) string {
			if id := ids[p[1:len(p)-1]]; id != "" {
				return id
			}
			return p
		})
	}
	path := prefix + fill(s.path)
	if version != "" {
		path += map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")] + "api-version=" + version
	}
	var headers []string
	if !placeholder.MatchString(s.path + s.body) { // where there is an id, that says where
		headers = []string{"x-litellm-model", "m"}
	}
	body := fill(s.body)
	if fields, ok := strings.CutPrefix(body, multipartBody); ok {
		body = multipartOf(t, fields)
		headers = append(headers, "content-type", "multipart/form-data; boundary=walk")
	}
	got := do(t, s.method, g.url+path, body, headers...)
	if got.status < 200 || got.status > 299 {
		t.Fatalf("%s %s: %d %s", s.method, path, got.status, got.body)
	}
	if last, ok := azure.Last(); !ok || last.Resource != "b" {
		t.Fatalf("%s %s went to %s", s.method, path, last.Resource)
	}
	if s.keep != "" {
		if ids[s.keep] = gjson.Get(got.body, "id").Str; !strings.Contains(ids[s.keep], "~") {
			t.Fatalf("%s %s: no tag in %s", s.method, path, got.body)
		}
	}
}

// multipartOf makes a form of fields as a query has them; the last is the file when
// it is named file or data.
func multipartOf(t *testing.T, fields string) string {
	t.Helper()
	var b strings.Builder
	for field := range strings.SplitSeq(fields, "&") {
		name, text, _ := strings.Cut(field, "=")
		value, err := url.QueryUnescape(text)
		if err != nil {
			t.Fatal(err)
		}
		file := ""
		if name == "file" || name == "data" {
			file = "; filename=\"a.jsonl\"\r\nContent-Type: application/octet-stream"
		}
		fmt.Fprintf(&b, "--walk\r\nContent-Disposition: form-data; name=%q%s\r\n\r\n%s\r\n", name, file, value)
	}
	return b.String() + "--walk--\r\n"
}

func TestHeadersThatAreForTheGatewayGoNoFurther(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "m", resource: "a"}, member{group: "m", resource: "b"}))
	own := []string{"x-litellm-model", "m", "custom-llm-provider", "azure"}
	azure.Script("a", "chat-a", fakeazure.Status(500))
	for _, got := range []answer{
		do(t, "GET", g.url+"/v1/files", "", own...),
		do(t, "POST", g.url+"/v1/chat/completions", `{"model":"m","messages":[{"role":"user","content":"hi"}]}`, own...), // fails at a, goes to b
	} {
		if got.status != 200 {
			t.Fatalf("%d %s", got.status, got.body)
		}
	}
	c := socket(t, g, "/v1/responses", own...)
	c.send(websocket.MessageText, []byte(`{"type":"response.create","model":"chat-a","input":"hi"}`))
	c.until("response.completed")
	if err := c.Close(websocket.StatusNormalClosure, ""); err != nil {
		t.Error(err)
	}
	all := azure.Requests()
	if len(all) != 4 {
		t.Errorf("%d requests arrived", len(all))
	}
	for _, r := range all {
		if r.Header.Get("x-litellm-model") != "" || r.Header.Get("custom-llm-provider") != "" {
			t.Errorf("%s %s: %v", r.Method, r.Path, r.Header)
		}
	}
}
