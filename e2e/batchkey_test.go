package e2e

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// spent is what a key has spent, in dollars, as it is told.
func spent(t *testing.T, g *gateway, key string) float64 {
	t.Helper()
	got := do(t, "GET", g.url+"/key/info", "", as(key)...)
	var info struct{ Info struct{ Spend float64 } }
	if err := json.Unmarshal([]byte(got.body), &info); err != nil {
		t.Fatalf("%d %s", got.status, got.body)
	}
	return info.Info.Spend
}

// TestABatchIsChargedToTheKeyThatMadeIt: in each way to make one, whoever asks for it
// when it has ended, and once.
func TestABatchIsChargedToTheKeyThatMadeIt(t *testing.T) {
	azure := fleet(t)
	g := start(t, walkers(azure)+"keys:\n"+keyEntry("maker", ", budget: 5, period: 1d")+keyEntry("reader", ", budget: 5, period: 1d"))
	const line = `{"custom_id":"1","method":"POST","url":"/chat/completions","body":{"model":"MODEL","messages":[{"role":"user","content":"one two three"}]}}` + "\n"
	full := `"mine":"yes"`
	for i := range 15 {
		full += fmt.Sprintf(`,"%d":"x"`, i)
	}
	last := 0.0
	for i, tt := range []struct{ path, model, metadata, charged string }{
		{"/v1", "batch", `"mine":"yes","azproc_key":"reader"`, "maker"},
		{"/openai/v1", "batch", `"mine":"yes","azproc_key":"reader"`, "maker"},
		{"/azure/openai/v1", "batch-a", `"mine":"yes","azproc_key":"reader"`, "maker"},
		{"/v1", "batch", full, "reader"}, // there is no place for it
	} {
		t.Run(tt.path+" "+tt.charged, func(t *testing.T) {
			before := map[string]float64{"maker": spent(t, g, "maker"), "reader": spent(t, g, "reader")}
			body := multipartOf(t, "purpose=batch&file="+url.QueryEscape(strings.Replace(line, "MODEL", tt.model, 1)))
			file := do(t, "POST", g.url+tt.path+"/files", body, append(as("maker"), "content-type", "multipart/form-data; boundary=walk")...)
			var made struct{ ID string }
			if err := json.Unmarshal([]byte(file.body), &made); err != nil || file.status != 200 && file.status != 201 {
				t.Fatalf("%d %s", file.status, file.body)
			}
			create := fmt.Sprintf(`{"input_file_id":%q,"endpoint":"/chat/completions","completion_window":"24h","metadata":{%s}}`, made.ID, tt.metadata)
			got := do(t, "POST", g.url+tt.path+"/batches", create, append(as("maker"), "content-type", "application/json")...)
			if err := json.Unmarshal([]byte(got.body), &made); err != nil || got.status != 200 {
				t.Fatalf("%d %s", got.status, got.body)
			}
			if signed := strings.Contains(got.body, `"azproc_key":"maker `); signed != (tt.charged == "maker") || !strings.Contains(got.body, `"mine":"yes"`) {
				t.Errorf("%s", got.body)
			}
			eventually(t, "the batch is done", func() bool {
				return strings.Contains(do(t, "GET", g.url+tt.path+"/batches/"+made.ID, "", as("reader")...).body, `"status":"completed"`)
			})
			eventually(t, "it is charged", func() bool { return spent(t, g, tt.charged) > before[tt.charged] })
			for range 3 { // what it has used is not what it costs to look at it
				if l := g.line(t, do(t, "GET", g.url+tt.path+"/batches/"+made.ID, "", as("reader")...)); l.Input != 0 || l.Cost != nil {
					t.Errorf("%+v", l)
				}
				g.line(t, do(t, "GET", g.url+tt.path+"/batches", "", as("reader")...))
			}
			for key, was := range before {
				if (spent(t, g, key) > was) != (key == tt.charged) {
					t.Errorf("%s has spent %v, before %v", key, spent(t, g, key), was)
				}
			}
			cost := spent(t, g, tt.charged) - before[tt.charged]
			if i > 0 && (cost > 1.1*last || cost < 0.9*last) {
				t.Errorf("it has cost %v, the one before %v", cost, last)
			}
			last = cost
		})
	}
	metrics := do(t, "GET", g.admin+"/metrics", "").body
	for _, want := range []string{`azproc_batch_tokens_total{key="maker",type="input"}`, `azproc_batch_tokens_total{key="reader",type="output"}`, `azproc_batch_cost_microdollars_total{key="maker"}`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("there is no %s", want)
		}
	}
	if got := g.metric("azproc_batches_total"); got != 4 {
		t.Errorf("%v batches", got)
	}
}
