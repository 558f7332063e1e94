package usage

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// The words of PromQL that the examples use beside metrics and labels.
var (
	functions = []string{"sum", "min", "max", "count", "rate", "increase", "histogram_quantile", "vector"}
	clauses   = []string{"by"}
	operators = []string{"or"}
)

var (
	texts     = regexp.MustCompile(`"[^"]*"`)
	matchers  = regexp.MustCompile(`^\{(\s*\w+\s*(=~|!~|!=|=)\s*"[^"]*"\s*,?)+\}`)
	ranges    = regexp.MustCompile(`\[[^\]]*\]`)
	period    = regexp.MustCompile(`^\[(\d+[smhd]|\$__rate_interval)\]$`)
	words     = regexp.MustCompile(`\b[a-zA-Z_:][\w:]*`)
	byClause  = regexp.MustCompile(`\bby\s*\(([^)]*)\)`)
	labelName = regexp.MustCompile(`\w+`)
)

// checkExpression says what is wrong with an expression, "" for nothing, and gives the
// labels that its result has. It is no parser: it knows the few forms that the examples
// have, and takes nothing else.
func checkExpression(expr string, there map[string][]string) (by []string, wrong string) {
	for _, pair := range []string{"()", "{}", "[]"} {
		if strings.Count(expr, pair[:1]) != strings.Count(expr, pair[1:]) {
			return nil, "unbalanced " + pair
		}
	}
	for _, r := range ranges.FindAllString(expr, -1) {
		if !period.MatchString(r) {
			return nil, "the range " + r
		}
	}
	for _, clause := range byClause.FindAllStringSubmatch(expr, -1) {
		by = append(by, labelName.FindAllString(clause[1], -1)...)
	}
	bare := byClause.ReplaceAllString(ranges.ReplaceAllString(expr, ""), "by")
	found := 0
	for _, at := range words.FindAllStringIndex(texts.ReplaceAllStringFunc(bare, func(s string) string { return strings.Repeat("~", len(s)) }), -1) {
		word, rest := bare[at[0]:at[1]], bare[at[1]:]
		if slices.Contains(functions, word) || slices.Contains(clauses, word) || slices.Contains(operators, word) {
			continue
		}
		if open := strings.LastIndexByte(bare[:at[0]], '{'); open > strings.LastIndexByte(bare[:at[0]], '}') {
			continue // a label, which is looked at with its metric
		}
		labels, ok := there[word]
		if !ok {
			return nil, "there is no metric " + word
		}
		found++
		if strings.HasPrefix(rest, "{") {
			m := matchers.FindString(rest)
			if m == "" {
				return nil, "the labels of " + word
			}
			for _, l := range words.FindAllString(texts.ReplaceAllString(m, ""), -1) {
				if !slices.Contains(labels, l) {
					return nil, fmt.Sprintf("%s has no label %s", word, l)
				}
			}
		}
		for _, l := range by {
			if !slices.Contains(labels, l) {
				return nil, fmt.Sprintf("%s has no label %s to group by", word, l)
			}
		}
	}
	if found == 0 {
		return nil, "no metric"
	}
	return by, ""
}

func TestTheCheckOfExpressionsSeesWhatIsWrong(t *testing.T) {
	there := map[string][]string{"a_total": {"x"}, "h_bucket": {"le", "x"}}
	for expr, wrong := range map[string]string{
		`sum by (x) (rate(a_total{x="v, (y)"}[5m]))`:                     "",
		`histogram_quantile(0.5, sum by (le) (rate(h_bucket[5m]))) > 10`: "",
		`sum(rate(a_total[5m]) / 2`:                                      "unbalanced",
		`sum(rate(b_total[5m]))`:                                         "no metric b_total",
		`sum(rate(a_total{y="v"}[5m]))`:                                  "no label y",
		`sum(rate(a_total{x=v}[5m]))`:                                    "the labels",
		`sum by (le) (rate(a_total[5m]))`:                                "no label le",
		`sum(rate(a_total[5 minutes]))`:                                  "range",
		`summe(a_total)`:                                                 "summe",
		`1 + 1`:                                                          "no metric",
	} {
		if _, got := checkExpression(expr, there); (got == "") != (wrong == "") || !strings.Contains(got, wrong) {
			t.Errorf("%s: %q, want %q", expr, got, wrong)
		}
	}
}

func TestTheDashboardAsksForMetricsThatThereAre(t *testing.T) {
	there, _ := existing(t)
	data, err := os.ReadFile("../examples/grafana/dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			ID          int
			Title, Type string
			GridPos     struct{ X, Y, W, H int }
			Targets     []struct{ Expr, LegendFormat, RefID string }
		}
		Templating struct {
			List []struct{ Name, Type, Definition string }
		}
	}
	if err := json.Unmarshal(data, &dashboard); err != nil {
		t.Fatal(err)
	}
	variables := []string{"__rate_interval"}
	for _, v := range dashboard.Templating.List {
		variables = append(variables, v.Name)
		if v.Type != "query" {
			continue
		}
		m := regexp.MustCompile(`^label_values\((\w+), (\w+)\)$`).FindStringSubmatch(v.Definition)
		if m == nil || !slices.Contains(there[m[1]], m[2]) {
			t.Errorf("the variable %s: %s", v.Name, v.Definition)
		}
	}
	used := make(map[string]bool)
	ids := make(map[int]bool)
	for _, p := range dashboard.Panels {
		if ids[p.ID] {
			t.Errorf("two panels have the id %d", p.ID)
		}
		if ids[p.ID] = true; p.GridPos.X+p.GridPos.W > 24 {
			t.Errorf("%s is beyond the edge", p.Title)
		}
		for _, target := range p.Targets {
			by, wrong := checkExpression(target.Expr, there)
			if wrong != "" {
				t.Errorf("%s: %s: %s", p.Title, target.Expr, wrong)
			}
			for _, l := range regexp.MustCompile(`\{\{(\w+)\}\}`).FindAllStringSubmatch(target.LegendFormat, -1) {
				if !slices.Contains(by, l[1]) {
					t.Errorf("%s: the legend names %s, %s does not group by it", p.Title, l[1], target.Expr)
				}
			}
			for _, v := range regexp.MustCompile(`\$(\w+)`).FindAllStringSubmatch(target.Expr, -1) {
				if !slices.Contains(variables, v[1]) {
					t.Errorf("%s: there is no variable %s", p.Title, v[1])
				}
			}
			for _, name := range words.FindAllString(target.Expr, -1) {
				used[name] = true
			}
		}
	}
	for name := range there {
		if strings.HasSuffix(name, "_total") && strings.HasPrefix(name, "azproc_") && !used[name] && !slices.Contains(unplotted, name) {
			t.Errorf("no panel shows %s", name)
		}
	}
}

// unplotted are the metrics that no panel shows.
var unplotted = []string{"azproc_config_loads_total", "azproc_batches_total", "azproc_batches_of_unknown_cost_total", "azproc_unrepeatable_requests_total"}

func TestTheAlertsAskForMetricsThatThereAre(t *testing.T) {
	there, _ := existing(t)
	there["up"] = []string{"instance", "job"}
	var file struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
	readStrictly(t, "../examples/prometheus/alerts.yaml", &file)
	seen := make(map[string]bool)
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			if r.Alert == "" || seen[r.Alert] || r.Annotations["summary"] == "" || !slices.Contains([]string{"info", "warning", "critical"}, r.Labels["severity"]) {
				t.Errorf("the alert %q: %v %v", r.Alert, r.Labels, r.Annotations)
			}
			seen[r.Alert] = true
			if r.For != "" && !regexp.MustCompile(`^\d+[smhd]$`).MatchString(r.For) {
				t.Errorf("%s: for %s", r.Alert, r.For)
			}
			by, wrong := checkExpression(r.Expr, there)
			if wrong != "" {
				t.Errorf("%s: %s: %s", r.Alert, r.Expr, wrong)
			}
			if strings.HasPrefix(r.Expr, "up{") {
				by = there["up"]
			}
			for _, l := range regexp.MustCompile(`\$labels\.(\w+)`).FindAllStringSubmatch(r.Annotations["summary"], -1) {
				if !slices.Contains(by, l[1]) {
					t.Errorf("%s says %s, which its result does not have", r.Alert, l[1])
				}
			}
		}
	}
	if len(seen) < 10 {
		t.Errorf("only %d alerts", len(seen))
	}
}

func TestPrometheusAsksTheAdminPortAndReadsTheAlerts(t *testing.T) {
	var file struct {
		Global struct {
			Scrape   string `yaml:"scrape_interval"`
			Evaluate string `yaml:"evaluation_interval"`
		}
		Rules []string `yaml:"rule_files"`
		Jobs  []struct {
			Name    string                       `yaml:"job_name"`
			Targets []struct{ Targets []string } `yaml:"static_configs"`
		} `yaml:"scrape_configs"`
	}
	readStrictly(t, "../examples/prometheus/prometheus.yaml", &file)
	if len(file.Rules) != 1 || len(file.Jobs) != 1 || file.Jobs[0].Name != "azproc" || file.Jobs[0].Targets[0].Targets[0] != "azproc:4001" {
		t.Errorf("%+v", file)
	}
	if _, err := os.Stat("../examples/prometheus/" + file.Rules[0]); err != nil {
		t.Error(err)
	}
}

func readStrictly(t *testing.T, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalWithOptions(data, into, yaml.Strict()); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

func TestTheQueriesOfTheDocsAskForMetricsThatThereAre(t *testing.T) {
	there, _ := existing(t)
	text, err := os.ReadFile("../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(text), "```promql\n")
	block, _, _ = strings.Cut(block, "```")
	n := 0
	for line := range strings.Lines(block) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			n++
			if _, wrong := checkExpression(line, there); wrong != "" {
				t.Errorf("%s: %s", line, wrong)
			}
		}
	}
	if n < 4 {
		t.Errorf("only %d queries", n)
	}
}
