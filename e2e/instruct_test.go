package e2e

import "testing"

func TestCompletionsOfInstructModelsPassAsTheyAreListsToo(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "instruct", resource: "a", kind: "instruct"}))
	for _, prompt := range []string{`"one"`, `["one",  "two"]`, `[[72, 105], [72]]`, `[1212,318]`} {
		azure.Reset()
		body := `{"model":"instruct","prompt":` + prompt + `,"max_tokens":5}`
		got := do(t, "POST", g.url+"/v1/completions", body)
		if sent := string(azure.Requests()[0].Body); got.status != 200 || sent != body {
			t.Errorf("%d %s\nsent %s", got.status, got.body, sent)
		}
	}
}
