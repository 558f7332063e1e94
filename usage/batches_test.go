package usage

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/azproc/azproc/config"
)

func batch(id, status string, at time.Time) []byte {
	return fmt.Appendf(nil, `{"id":%q,"object":"batch","status":%q,"%s_at":%d,"usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":4},"output_tokens":5,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":15}}`, id, status, status, at.Unix())
}

// counted is what the metrics say of ended batches.
func counted(t *testing.T, m *Metrics) string {
	t.Helper()
	var lines []string
	for line := range strings.SplitSeq(scrape(t, m), "\n") {
		if strings.HasPrefix(line, "azproc_batch") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, " ")
}

func newBatches(t *testing.T, first func(string) (bool, bool)) (b *Batches, m *Metrics, charged map[string]int64) {
	t.Helper()
	m, err := NewMetrics(nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close(t.Context()) })
	cost := func(resource, _ string, used Tokens) (int64, bool) {
		return (used.Input - used.Cached + 100*used.Output) * config.MicroDollar, resource == "r"
	}
	charged = make(map[string]int64)
	b = NewBatches(m, cost, first, func(key string, picodollars int64) { charged[key] += picodollars / config.MicroDollar })
	return b, m, charged
}

// once is one batch of 10 and 5 tokens.
const once = `azproc_batch_cost_microdollars_total{key="team"} 506 azproc_batch_tokens_total{key="team",type="cached"} 4 azproc_batch_tokens_total{key="team",type="input"} 10 azproc_batch_tokens_total{key="team",type="output"} 5 azproc_batches_total{status="completed"} 1`

func TestAFinishedBatchIsCountedOnceHoweverOftenItIsAskedFor(t *testing.T) {
	b, m, charged := newBatches(t, nil)
	now := time.Now()
	b.Read("r", "team", batch("batch_1", "in_progress", now))
	for range 3 {
		b.Read("r", "team", batch("batch_1", "completed", now))
	}
	b.Read("r", "team", batch("batch_old", "completed", now.Add(-time.Hour))) // counted before this process began
	b.Read("r", "team", []byte("{no JSON"))
	if got := counted(t, m); got != once || charged["team"] != 506 {
		t.Errorf("%s, charged %v", got, charged)
	}
	b.Read("another", "team", batch("batch_1", "cancelled", now))
	if got := counted(t, m); !strings.Contains(got, `{key="team",type="input"} 20`) || !strings.Contains(got, `status="cancelled"} 1`) || !strings.Contains(got, "azproc_batches_of_unknown_cost_total 1") {
		t.Errorf("%s", got)
	}
}

func TestReplicasThatShareAStoreCountABatchOnceTogether(t *testing.T) {
	taken := make(map[string]bool)
	first := func(key string) (bool, bool) {
		defer func() { taken[key] = true }()
		return !taken[key], true
	}
	one, counts, charged := newBatches(t, first)
	two, none, other := newBatches(t, first)
	for _, b := range []*Batches{one, two, one} {
		b.Read("r", "team", batch("batch_1", "completed", time.Now().Add(-time.Hour)))
	}
	if got := counted(t, counts); got != once {
		t.Errorf("%s", got)
	}
	if got := counted(t, none); got != "" || charged["team"] != 506 || len(other) > 0 {
		t.Errorf("counted twice: %s, charged %v and %v", got, charged, other)
	}
	gone, m, _ := newBatches(t, func(string) (bool, bool) { return false, false })
	gone.Read("r", "team", batch("batch_1", "completed", time.Now()))
	if got := counted(t, m); got != once {
		t.Errorf("without the store: %s", got)
	}
}

func TestBatchesAreNotRememberedForEver(t *testing.T) {
	b, _, _ := newBatches(t, nil)
	for i := range 3 * keptBatches {
		b.Read("r", "team", batch(fmt.Sprint(i), "failed", time.Now()))
	}
	if n := len(b.seen); n > keptBatches {
		t.Errorf("%d are remembered", n)
	}
}
