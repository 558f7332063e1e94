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
	for _, event := range strings.Split(text, "\n\n") {
		for _, part := range strings.SplitAfter(event, `"id":"`)[1:] {
			if id, _, _ := strings.Cut(part, `"`); strings.HasPrefix(id, "resp_") && !strings.Contains(id, "~") {
				t.Errorf("%s has no tag in %s", id, event)
			}
		}
	}
}
