package usage

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// everything is metrics of which each has at least one value.
func everything(t *testing.T) *Metrics {
	t.Helper()
	m, err := NewMetrics(func() map[string]bool { return map[string]bool{"c": true} })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close(t.Context()) })
	m.ConfigLoaded(1, 0, 0)
	m.StreamPanicked()
	m.RequestRefused(404, "model_not_found")
	m.AttemptFailed("server")
	m.RequestEnded(2)
	m.CooledDown("d", "server")
	m.StoreFailed()
	m.NotRepeatable()
	m.ListLacks("files", "r")
	m.EnvoyRestarted()
	m.BatchEnded("completed", "k", Tokens{Input: 1, Cached: 1, Output: 1})
	m.BatchCost("k", 1)
	m.BatchCostUnknown()
	m.Decided(time.Millisecond)
	m.Limited("deployments")
	m.FellBack("m", "other")
	whole := Record{Operation: "chat/completions", Group: "m", Deployment: "d", Key: "k", Status: 200, First: time.Second, Tokens: Tokens{Input: 1, Output: 1}}
	priced, failed, broken := whole, whole, whole
	broken.Error = "server_error"
	priced.Priced, priced.Cost = true, 1
	failed.Status, failed.Estimated = 500, true
	for _, r := range []Record{whole, priced, failed, broken} {
		m.Ended(&r)
	}
	return m
}

// runtimes are the metrics of Go and of the process, which others describe.
var runtimes = regexp.MustCompile(`^(go|process|promhttp)_`)

// existing are the metrics that /metrics prints, by name, with the labels of their series;
// a histogram is there by the names of its series too.
func existing(t *testing.T) (labels map[string][]string, kinds map[string]string) {
	t.Helper()
	labels, kinds = make(map[string][]string), make(map[string]string)
	for line := range strings.SplitSeq(scrape(t, everything(t)), "\n") {
		if kind, ok := strings.CutPrefix(line, "# TYPE "); ok {
			name, kind, _ := strings.Cut(kind, " ")
			kinds[name] = kind
		}
		if line == "" || line[0] == '#' {
			continue
		}
		name, rest, _ := strings.Cut(line[:strings.LastIndexByte(line, ' ')], "{")
		for _, l := range regexp.MustCompile(`(\w+)="`).FindAllStringSubmatch(rest, -1) {
			if !slices.Contains(labels[name], l[1]) {
				labels[name] = append(labels[name], l[1])
			}
		}
		slices.Sort(labels[name])
		if labels[name] == nil {
			labels[name] = []string{}
		}
	}
	return labels, kinds
}

// TestTheTableOfMetricsIsWhatThereIs holds docs/metrics.md against /metrics.
func TestTheTableOfMetricsIsWhatThereIs(t *testing.T) {
	text, err := os.ReadFile("../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := make(map[string]string)
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| (\\w+) \\|([^|]*)\\|").FindAllStringSubmatch(string(text), -1) {
		words := strings.FieldsFunc(m[3], func(r rune) bool { return strings.ContainsRune("` ,", r) })
		slices.Sort(words)
		documented[m[1]] = m[2] + " " + strings.Join(words, " ")
	}
	labels, kinds := existing(t)
	there := make(map[string]string)
	for name, kind := range kinds {
		if runtimes.MatchString(name) {
			continue
		}
		of := labels[name]
		if kind == "histogram" {
			of = labels[name+"_count"]
		}
		there[name] = kind + " " + strings.Join(of, " ")
	}
	for name, what := range there {
		if documented[name] != what {
			t.Errorf("docs/metrics.md says of %s %q, /metrics %q", name, documented[name], what)
		}
	}
	for name := range documented {
		if there[name] == "" {
			t.Errorf("docs/metrics.md has %s, /metrics has not", name)
		}
	}
	if len(there) < 20 {
		t.Errorf("only %d metrics", len(there))
	}
}
