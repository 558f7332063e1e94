package azure

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRoutesOfEveryOperationInEveryDialect(t *testing.T) {
	for _, op := range Operations {
		if op == OpModel || op == OpKeyInfo || op.Anthropic {
			continue
		}
		paths := map[string]Route{
			"/v1/" + op.Name:        {Op: op, Dialect: DialectOpenAI},
			"/" + op.Name:           {Op: op, Dialect: DialectOpenAI},
			"/" + op.Name + "/":     {Op: op, Dialect: DialectOpenAI},
			"/openai/v1/" + op.Name: {Op: op, Dialect: DialectV1},
			"/openai/" + op.Name:    {Op: op, Dialect: DialectClassic},
			"/openai/" + op.Name + "?api-version=2024-10-21": {Op: op, Dialect: DialectClassic, Version: "2024-10-21"},
		}
		if op.Modeled {
			paths["/openai/deployments/m/"+op.Name+"?api-version=2024-10-21"] = Route{Op: op, Dialect: DialectClassic, Model: "m", Version: "2024-10-21"}
			paths["/openai/v1/deployments/m/"+op.Name] = Route{Op: op, Dialect: DialectV1, Model: "m"}
			paths["/v1/engines/m/"+op.Name] = Route{Op: op, Dialect: DialectOpenAI, Model: "m"}
			paths["/engines/m/"+op.Name] = Route{Op: op, Dialect: DialectOpenAI, Model: "m"}
		}
		for path, want := range paths {
			got, err := ParseRoute(op.Method, path)
			if err != nil {
				t.Errorf("%s: %v", path, err)
			} else if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s: %s", path, d)
			}
			for _, method := range []string{"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"} {
				if method == op.Method {
					continue
				}
				if _, err := ParseRoute(method, path); err == nil || err.Status != 405 || err.Header[0].Value != op.Method {
					t.Errorf("%s %s: error %v, want 405 that allows %s", method, path, err, op.Method)
				}
			}
		}
	}
}

func TestAnthropicsOperationsAreThoseOfItsSDKs(t *testing.T) {
	for path, want := range map[string]*Operation{
		"/v1/messages":              OpMessages,
		"/v1/messages?beta=true":    OpMessages,
		"/v1/messages/":             OpMessages,
		"/messages":                 OpMessages,
		"/anthropic/v1/messages":    OpMessages,
		"/v1/messages/count_tokens": OpCountTokens,
		"/messages/count_tokens":    OpCountTokens,

		"/anthropic/v1/messages/count_tokens?beta=true": OpCountTokens,
		"/anthropic/v1/messages/batches":                nil,
		"/v1/messages/batches":                          nil,
		"/anthropic/v1/chat/completions":                nil,
		"/anthropic/v1/models":                          nil,
		"/openai/v1/messages":                           nil,
		"/openai/deployments/m/messages":                nil,
	} {
		r, err := ParseRoute("POST", path)
		switch {
		case want == nil && (err == nil || err.Status != 404):
			t.Errorf("%s: %v, want 404", path, err)
		case want != nil && (err != nil || r.Op != want || r.Dialect != DialectAnthropic):
			t.Errorf("%s: %+v, error %v", path, r, err)
		}
	}
	if r, err := ParseRoute("GET", "/v1/messages"); err == nil || err.Status != 405 || r.Dialect.Shape() != ShapeAnthropic {
		t.Errorf("GET: %+v, %v", r, err)
	}
	if r, _ := ParseRoute("POST", "/v1/messages?beta=true&api-version=2024-10-21"); r.Query != "beta=true" {
		t.Errorf("query %q", r.Query)
	}
}

func TestNamesInThePathAreDecodedAfterThePathIsSplit(t *testing.T) {
	for path, want := range map[string]Route{
		"/openai/deployments/team%2Fgpt%204o:v1/chat/completions?api-version=v1":           {Op: OpChat, Dialect: DialectClassic, Model: "team/gpt 4o:v1", Version: "v1"},
		"/openai/deployments/m/extensions/chat/completions?api-version=2023-12-01-preview": {Op: OpChat, Dialect: DialectClassic, Model: "m", Extensions: true, Version: "2023-12-01-preview"},
		"/v1/models/gpt-4o":                       {Op: OpModel, Dialect: DialectOpenAI, ID: "gpt-4o"},
		"/v1/models/team%2Fgpt-4o":                {Op: OpModel, Dialect: DialectOpenAI, ID: "team/gpt-4o"},
		"/v1/models/team/gpt-4o":                  {Op: OpModel, Dialect: DialectOpenAI, ID: "team/gpt-4o"},
		"/openai/models/x?api-version=2024-10-21": {Op: OpModel, Dialect: DialectClassic, ID: "x", Version: "2024-10-21"},
	} {
		method := "POST"
		if want.Op == OpModel {
			method = "GET"
		}
		got, err := ParseRoute(method, path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
		} else if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", path, d)
		}
	}
}

func TestApiVersionIsTakenOutOfTheQueryWhereverItStands(t *testing.T) {
	for query, want := range map[string][2]string{
		"":                            {"", ""},
		"api-version=2024-10-21":      {"2024-10-21", ""},
		"a=1&api-version=v1&b=%20":    {"v1", "a=1&b=%20"},
		"api%2Dversion=v1&a":          {"v1", "a"},
		"api-version=1&api-version=2": {"2", ""},
		"x-api-version=1":             {"", "x-api-version=1"},
		"api-version=2024%2D10%2D21":  {"2024-10-21", ""},
	} {
		r, err := ParseRoute("POST", "/v1/chat/completions?"+query)
		if err != nil || r.Version != want[0] || r.Query != want[1] {
			t.Errorf("%q: version %q, query %q, error %v", query, r.Version, r.Query, err)
		}
	}
}

func TestUnknownPathsAre404InTheShapeOfTheirSDK(t *testing.T) {
	for path, shape := range map[string]Shape{
		"/":                                     ShapeOpenAI,
		"":                                      ShapeOpenAI,
		"*":                                     ShapeOpenAI,
		"/v1":                                   ShapeOpenAI,
		"/v2/chat/completions":                  ShapeOpenAI,
		"//v1/chat/completions":                 ShapeOpenAI,
		"/v1/chat/completions/x":                ShapeOpenAI,
		"/v1/moderations":                       ShapeOpenAI,
		"/openai/deployments//chat/completions": ShapeOpenAI,
		"/openai/deployments/m":                 ShapeOpenAI,
		"/openai/deployments/m/models":          ShapeOpenAI,
		"/v1/extensions/chat/completions":       ShapeOpenAI,
		"/v1/messages/batches":                  ShapeAnthropic,
		"/anthropic/v1/models":                  ShapeAnthropic,
		"/azure/":                               ShapeOpenAI,
		"/azure":                                ShapeOpenAI,
		"/v1/models/{id}":                       ShapeOpenAI,
	} {
		r, err := ParseRoute("POST", path)
		if path == "/v1/models/{id}" || path == "/openai/deployments/m/models" {
			continue // a model of that name, a method that is wrong
		}
		if err == nil || err.Status != 404 || r.Dialect.Shape() != shape {
			t.Errorf("%s: error %v, shape %d", path, err, r.Dialect.Shape())
		}
	}
	if _, err := ParseRoute("POST", "/openai/deployments/%zz/chat/completions"); err == nil || err.Status != 400 {
		t.Errorf("broken percent-encoding: %v", err)
	}
}

func TestPlainPathsAreReadWithoutAllocation(t *testing.T) {
	for _, path := range []string{"/v1/chat/completions", "/openai/deployments/m/chat/completions?api-version=2024-10-21"} {
		if n := testing.AllocsPerRun(100, func() { _, _ = ParseRoute("POST", path) }); n != 0 {
			t.Errorf("%s: %v allocations", path, n)
		}
	}
}

func FuzzParseRoute(f *testing.F) {
	for _, p := range []string{"/v1/chat/completions", "/openai/deployments/a%2Fb/images/edits?api-version=v1&x=%", "/v1/models/x", "/engines/m/completions", "/azure/x", "*", "/v1/files/file-1/content?x=1", "/openai/threads/t?api-version=2024-05-01-preview", "/azure/openai/deployments/m%2Fn/x"} {
		f.Add("POST", p)
	}
	f.Fuzz(func(t *testing.T, method, path string) {
		r, err := ParseRoute(method, path)
		if (err == nil) != (r.Op != nil) {
			t.Fatalf("operation %v, error %v", r.Op, err)
		}
		if err != nil {
			return
		}
		target := Target{Endpoint: Endpoint{Scheme: "https", Host: "h", Port: 443}, Deployment: "d"}
		if up, _ := target.Path(&r); r.Op != OpPassthrough && !strings.HasPrefix(up, "/openai/") {
			t.Fatalf("path %q goes to %q", path, up)
		}
	})
}

func BenchmarkParseRoute(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseRoute("POST", "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21"); err != nil {
			b.Fatal(err)
		}
	}
}

func TestAQueryNamesAModelHoweverItIsWritten(t *testing.T) {
	for query, want := range map[string]string{
		"": "", "limit=2": "", "model": "", "submodel=a": "", "model=a": "a", "limit=2&model=a%20b": "a b", "model=a+b": "a b",
		"M%6Fdel=a": "a", "model=a&model=b": "b", "model=a%zz": "a%zz", "%zz=a": "",
	} {
		r := Route{Query: query}
		if got := r.QueryModel(); got != want || r.Query != query {
			t.Errorf("%s names %q, want %q; it is %q then", query, got, want, r.Query)
		}
	}
}
