package prices

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// told is what is wrong with a file, as text.
func told(problems []Problem) string {
	var b strings.Builder
	for _, p := range problems {
		fmt.Fprintf(&b, "%d:%d: %s\n", p.Line, p.Col, p)
	}
	return b.String()
}

func TestWhatIsWrongWithAnEntryIsSaidWithItsPlace(t *testing.T) {
	table, problems, err := Parse([]byte(`{
  "sample_spec": {"input_cost_per_token": 0.0, "max_input_tokens": "some words"},
  "azure/good": {"input_cost_per_token": 1e-6, "output_cost_per_token": "2e-6", "cache_read_input_token_cost": null, "supports_vision": true, "new": [{}]},
  "azure/bad": {"input_cost_per_token": -1e-6,
     "output_cost_per_token": "cheap", "input_cost_per_image_token": true, "max_input_tokens": 1.5, "max_output_tokens": "8k",
     "search_context_cost_per_query": 0.01},
  "azure/list": [1],
  "": {},
  "Azure/GOOD": {"max_input_tokens": -1, "input_cost_per_token": 3e-6, "search_context_cost_per_query": {"search_context_size_low": "x", "search_context_size_high": 0.02}}
}`))
	if err != nil {
		t.Fatal(err)
	}
	want := `4:41: "azure/bad": input_cost_per_token: "-1e-6" is a price below zero
5:31: "azure/bad": output_cost_per_token: "cheap" is no number
5:70: "azure/bad": input_cost_per_image_token: must be a number of US dollars
5:96: "azure/bad": max_input_tokens: must be a whole number of tokens
5:122: "azure/bad": max_output_tokens: must be a whole number of tokens
6:39: "azure/bad": search_context_cost_per_query: must be an object with search_context_size_low, search_context_size_medium and search_context_size_high
7:17: "azure/list": an entry must be an object
8:3: "": an entry without a name
9:3: "Azure/GOOD": the file has an entry of this name already: the last one counts
9:38: "Azure/GOOD": max_input_tokens: must be a whole number of tokens
9:133: "Azure/GOOD": search_context_cost_per_query.search_context_size_low: "x" is no number
`
	if diff := cmp.Diff(want, told(problems)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got := strings.Join(table.Names(), " "); got != "azure/good" {
		t.Errorf("the entries are %s", got)
	}
	lines := table.Find(Azure, "good").Entry().Lines()
	if diff := cmp.Diff([]Line{{"input_cost_per_token", "1M tokens", "3"}, {"search_context_cost_per_query.search_context_size_high", "search", "0.02"}}, lines); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestAFileThatIsNoPriceFileIsRefusedWithThePlace(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a comma too many":     {"{\n \"a\": {\"input_cost_per_token\": 1e-6,}\n}", "2:37: not valid JSON"},
		"half a file":          {"{\n \"a\": {", "2:7: not valid JSON: unexpected end"},
		"an empty file":        {"", "1:1: not valid JSON"},
		"a list":               {"[]", "1:1: not a price file: it must be an object"},
		"no entry":             {"{}", "1:1: not a price file: no entry in it has a price"},
		"another kind of file": {`{"name": "x", "version": {"a": 1}}`, "1:1: not a price file: no entry"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := Parse([]byte(c.text))
			s := (*SyntaxError)(nil)
			if !errors.As(err, &s) {
				t.Fatal(err)
			}
			if got := fmt.Sprintf("%d:%d: %s", s.Line, s.Col, s); !strings.HasPrefix(got, c.want) {
				t.Error(got)
			}
		})
	}
}

func TestAByteOrderMarkIsNoPartOfTheFile(t *testing.T) {
	if table, _, err := Parse([]byte("\xef\xbb\xbf{\"a\": {\"input_cost_per_token\": 1}}")); err != nil || table.Len() != 1 {
		t.Error(err)
	}
}

func FuzzAFileNeverStopsTheReader(f *testing.F) {
	for _, s := range []string{
		`{"azure/a": {"input_cost_per_token": 1e-6, "output_cost_per_token": "2e-6"}}`, `{"a":{"search_context_cost_per_query":{"search_context_size_low":0.1}}}`,
		`{"azure/hd/1024-x-1024/dall-e-3": {"input_cost_per_pixel": 1e-8}}`, `[`, `{"a": {"input_cost_per_token": 1e999}}`, "{\"\\u0000\": {\"input_cost_per_second\": 1}}",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		table, problems, err := Parse(data)
		for _, p := range problems {
			if p.Line < 1 || p.Col < 1 || p.Message == "" {
				t.Errorf("%+v", p)
			}
		}
		if err != nil {
			return
		}
		for _, name := range table.Names() {
			m := table.Find(Azure, name)
			if m == nil {
				m = table.Find(OpenAI, name)
			}
			if m != nil {
				m.Cost(&Usage{Input: 1, Output: 1, Images: Images{Number: 1}})
			}
			if e := table.entries[name]; len(e.Lines()) == 0 {
				t.Errorf("%q has no price", name)
			}
		}
	})
}
