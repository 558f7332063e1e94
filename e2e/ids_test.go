package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
)

// idOf is the id in a JSON answer.
func idOf(t *testing.T, a answer) string {
	t.Helper()
	var body struct{ ID string }
	if err := json.Unmarshal([]byte(a.body), &body); err != nil || body.ID == "" {
		t.Fatalf("%d %s: no id (%v)", a.status, a.body, err)
	}
	return body.ID
}

func TestAResponsesIDCarriesItsResource(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "m", resource: "a", more: ", order: 1"}, member{group: "m", resource: "b", more: ", order: 1"}))
	where := func() string { return strings.Fields(asked(azure))[len(strings.Fields(asked(azure)))-1] }
	first := do(t, "POST", g.url+"/v1/responses", `{"model":"m","input":"hi"}`)
	home := where()
	id := idOf(t, first)
	if !strings.HasPrefix(id, "resp_") || !strings.Contains(id, "~") || strings.Count(first.body, "~") < 2 {
		t.Fatalf("%s", first.body)
	}
	for i := range 6 {
		next := do(t, "POST", g.url+"/v1/responses", fmt.Sprintf(`{"model":"m","input":"again","previous_response_id":%q}`, id))
		if next.status != 200 || where() != home {
			t.Fatalf("turn %d went to %s, not %s: %d %s", i, where(), home, next.status, next.body)
		}
		id = idOf(t, next)
	}
	for _, r := range azure.Requests() {
		if strings.Contains(string(r.Body), "~") {
			t.Errorf("a tag went upstream: %s", r.Body)
		}
	}
}

func TestTheIDsInAStreamOfResponsesAreTaggedAsTheyPass(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "m", resource: "a"}))
	resp := streamAt(t.Context(), t, g, "/v1/responses", `{"model":"m","input":"hi","stream":true}`)
	all, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	text := string(all)
	if !strings.Contains(text, "event: response.completed") {
		t.Fatalf("%s", text)
	}
	ids := 0
	for _, event := range strings.Split(text, "\n\n") {
		for _, part := range strings.SplitAfter(event, `"id":"`)[1:] {
			id, _, _ := strings.Cut(part, `"`)
			if !strings.HasPrefix(id, "resp_") {
				continue
			}
			ids++
			if !strings.Contains(id, "~") {
				t.Errorf("%s has no tag in %s", id, event)
			}
		}
	}
	if ids == 0 {
		t.Errorf("no id in %s", text)
	}
}

func TestAChainOfResponsesOutlivesARestart(t *testing.T) {
	azure := fleet(t)
	config := walkers(azure)
	one, two := start(t, config), start(t, config)
	id := ""
	for turn := range 10 {
		g := []*gateway{one, two}[turn%2]
		body := fmt.Sprintf(`{"model":"chat","input":"turn","previous_response_id":%q}`, id)
		if turn == 0 {
			body = `{"model":"chat","input":"turn"}`
		}
		got := do(t, "POST", g.url+"/v1/responses", body)
		if got.status != 200 || turn > 0 && !strings.Contains(got.body, fmt.Sprintf("(turn %d)", turn+1)) {
			t.Fatalf("turn %d: %d %s", turn, got.status, got.body)
		}
		id = idOf(t, got)
		if turn == 4 {
			one.stop()
			one = start(t, config)
		}
	}
}

func TestIDsOfAResourceThatIsNoLongerConfiguredSaySo(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "m", resource: "b"}))
	id := idOf(t, do(t, "POST", g.url+"/v1/responses", `{"model":"m","input":"hi"}`))
	other := start(t, groups(azure, "", member{group: "m", resource: "a"}))
	for method, path := range map[string]string{"GET": "/v1/responses/" + id, "DELETE": "/openai/v1/responses/" + id} {
		got := do(t, method, other.url+path, "")
		if _, code, _ := openAIError(t, got); got.status != 404 || code != "resource_not_configured" {
			t.Errorf("%d %s", got.status, got.body)
		}
	}
	got := do(t, "GET", g.url+"/v1/responses/"+strings.Replace(id, "resp_", "resp_0", 1), "")
	if _, code, _ := openAIError(t, got); got.status != 404 || code != "not_found" {
		t.Errorf("a changed id: %d %s", got.status, got.body)
	}
}
