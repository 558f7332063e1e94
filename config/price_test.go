package config

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// remarks is a Pricing that says the same of every deployment.
type remarks []PriceRemark

func (r remarks) Check(*Deployment) []PriceRemark { return r }

const pricedEntry = `model_list:
- {model_name: m, litellm_params: {model: azure/gpt-4o, api_key: k, api_base: "https://a.openai.azure.com", input_cost_per_token: 2.5e-6}}
`

func TestAnEntrysPricesAreKeptAsTheyAreWritten(t *testing.T) {
	s := mustParse(t, `
model_list:
- model_name: m
  litellm_params:
    model: azure/gpt-4o
    api_base: https://a.openai.azure.com
    api_key: k
    input_cost_per_token: 0.000_002_5
    cache_read_input_token_cost: "1.25e-06"
    output_cost_per_second:
  model_info:
    input_cost_per_token: 9
    output_cost_per_token: 0.00001000000000000000000001
    output_cost_per_second: 1
    search_context_cost_per_query: {search_context_size_low: 0.01}
    released: 2024
`, nil)
	want := []Price{
		{"input_cost_per_token", "0.0000025", Position{"config.yaml", 8, 27}},
		{"cache_read_input_token_cost", "1.25e-06", Position{"config.yaml", 9, 34}},
		{"output_cost_per_token", "0.00001000000000000000000001", Position{"config.yaml", 13, 28}},
		{"output_cost_per_second", "1", Position{"config.yaml", 14, 29}},
		{"search_context_cost_per_query.search_context_size_low", "0.01", Position{"config.yaml", 15, 62}},
	}
	if diff := cmp.Diff(want, s.Deployments[0].Prices); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestThePriceFileStandsBesideTheConfiguration(t *testing.T) {
	for name, want := range map[string]string{"prices.json": "/etc/azproc/prices.json", "../p.json": "/etc/p.json", "/p.json": "/p.json"} {
		var asked string
		o := Options{
			Getenv:   environment(nil),
			ReadFile: func(path string) ([]byte, error) { return []byte("of " + path), nil },
			Prices: func(path string, data []byte) (Pricing, []Diagnostic) {
				asked = path + ": " + string(data)
				return remarks{}, nil
			},
		}
		s, r := Parse("/etc/azproc/config.yaml", []byte("model_prices: "+name+"\n"+pricedEntry), o)
		if s == nil || s.Pricing == nil || asked != want+": of "+want || len(r.Files) != 1 || r.Files[0] != want {
			t.Errorf("%s: %s, %v %v", name, asked, r.Files, r.Diagnostics)
		}
	}
}

func TestAChangedPriceFileIsAnotherConfiguration(t *testing.T) {
	hash := func(content string) string {
		s, r := Parse("c.yaml", []byte("model_prices: p.json\n"+pricedEntry), Options{
			Getenv: environment(nil), ReadFile: func(string) ([]byte, error) { return []byte(content), nil },
		})
		if s == nil {
			t.Fatal(r.Diagnostics)
		}
		return s.Hash
	}
	if first, again, other := hash("a"), hash("a"), hash("b"); first == other || first != again {
		t.Error("the hash does not tell the files apart")
	}
}

func TestAPriceFileThatCannotBeUsedRefusesTheConfiguration(t *testing.T) {
	refusal := Diagnostic{Position: Position{"p.json", 2, 1}, Severity: Refused, Message: "broken"}
	for what, c := range map[string]struct {
		read error
		said []Diagnostic
		want string
	}{
		"not there": {fs.ErrNotExist, nil, "c.yaml:1:15: refused: the file of model_prices cannot be read: file does not exist"},
		"broken":    {nil, []Diagnostic{refusal}, "p.json:2:1: refused: broken"},
	} {
		t.Run(what, func(t *testing.T) {
			s, r := Parse("c.yaml", []byte("model_prices: p.json\n"+pricedEntry), Options{
				Getenv: environment(nil), ReadFile: func(string) ([]byte, error) { return nil, c.read },
				Prices: func(string, []byte) (Pricing, []Diagnostic) { return nil, c.said },
			})
			if s != nil || len(r.Diagnostics) != 1 || r.Diagnostics[0].String() != c.want || len(r.Files) != 1 {
				t.Errorf("%v %v", r.Diagnostics, r.Files)
			}
		})
	}
}

func TestWhatIsSaidOfPricesHasItsPlace(t *testing.T) {
	said := []Diagnostic{{Position: Position{"a.json", 1, 1}, Severity: Warning, Message: "odd"}}
	s, r := Parse("c.yaml", []byte(pricedEntry+"model_prices: os.environ/NONE\n"), Options{
		Getenv:   environment(nil),
		ReadFile: func(string) ([]byte, error) { return nil, errors.New("there is nothing to read") },
		Prices: func(path string, _ []byte) (Pricing, []Diagnostic) {
			if path != "" {
				t.Error(path)
			}
			return remarks{{Message: "model"}, {Field: "input_cost_per_token", Message: "price"}}, said
		},
	})
	if s == nil {
		t.Fatal(r.Diagnostics)
	}
	var b strings.Builder
	r.Print(&b)
	const source = `    2 | - {model_name: m, litellm_params: {model: azure/gpt-4o, api_key: ***, api_base: "https://a.openai.azure.com", input_cost_per_token: 2.5e-6}}
`
	want := "c.yaml:2:43: warning: model\n" + source + "      | " + strings.Repeat(" ", 42) + "^^^^^^^^^^^^\n" +
		"c.yaml:2:131: warning: price\n" + source + "      | " + strings.Repeat(" ", 130) + "^^^^^^\n" +
		"c.yaml:3:15: warning: the environment variable NONE is not set: the embedded prices are used\n" +
		"    3 | model_prices: os.environ/NONE\n      |               ^^^^^^^^^^^^^^^\n" +
		"a.json:1:1: warning: odd\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestWithoutAFilePricesAreKnownToo(t *testing.T) {
	s, r := FromEnv(Options{
		Getenv: environment(map[string]string{"AZURE_API_BASE": "https://a.openai.azure.com", "AZURE_API_KEY": "k"}),
		Prices: func(string, []byte) (Pricing, []Diagnostic) { return remarks{}, nil },
	})
	if s == nil || s.Pricing == nil {
		t.Error(r.Diagnostics)
	}
}
