package usage

import (
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/azproc/azproc/config"
)

func TestAPurseLosesNothingHoweverManyPutIn(t *testing.T) {
	var p purse
	var out atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range int64(20_000) {
				out.Add(p.add(i * 333))
			}
		})
	}
	all.Wait()
	if sum := int64(8 * 333 * 20_000 * 19_999 / 2); out.Load() != sum/config.MicroDollar || p.rest.Load() != sum%config.MicroDollar {
		t.Errorf("%d out and %d in, of %d", out.Load(), p.rest.Load(), sum)
	}
	if got := new(purse).add(math.MaxInt64); got != math.MaxInt64/config.MicroDollar {
		t.Errorf("%d", got)
	}
}

// TestAMillionSmallRequestsCostWhatTheyCost books requests of five tokens at 0.02
// dollars a million, each a tenth of a micro-dollar, in several series of one counter.
func TestAMillionSmallRequestsCostWhatTheyCost(t *testing.T) {
	m, err := NewMetrics(nil)
	if err != nil {
		t.Fatal(err)
	}
	h := NewHistory()
	books := AllBooks{m, h}
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			r := Record{Time: now, Operation: "embeddings", Group: "e", Deployment: "d", Key: "k", Status: 200, Tokens: Tokens{Input: 5}, Cost: 100_000, Priced: true}
			for i := range 250_000 {
				r.Operation, r.Left = "embeddings", i%7 == worker
				if i%3 == 0 {
					r.Operation = "chat/completions"
				}
				books.Ended(&r)
			}
		})
	}
	all.Wait()
	if text := scraped(t, m); !strings.Contains(text, `azproc_cost_microdollars_total{deployment="d",key="k",model="e"} 100000`+"\n") {
		t.Error(text)
	}
	for _, s := range [][]Series{h.Models(Hour, now), h.Keys(Hour, now), h.Models(Day, now)} {
		if points := s[0].Points; points[len(points)-1].Cost != 100_000*config.MicroDollar {
			t.Errorf("%+v", points[len(points)-1])
		}
	}
	for range 3 {
		m.BatchCost("k", 400_000)
	}
	if text := scraped(t, m); !strings.Contains(text, "azproc_batch_cost_microdollars_total{key=\"k\"} 1\n") {
		t.Error(text)
	}
}

func TestSeriesBeyondThoseThatAreKeptLoseNothing(t *testing.T) {
	m, err := NewMetrics(nil)
	if err != nil {
		t.Fatal(err)
	}
	full := make(map[labels]*sets, mostSets)
	for i := range mostSets {
		full[labels{class: i + 10}] = nil
	}
	m.genAI.sets.Store(&full)
	for range 10 {
		m.Ended(&Record{Operation: "embeddings", Group: "e", Deployment: "d", Key: "k", Status: 200, Tokens: Tokens{Input: 5}, Cost: 100_000, Priced: true})
	}
	if text := scraped(t, m); !strings.Contains(text, `azproc_cost_microdollars_total{deployment="d",key="k",model="e"} 1`+"\n") {
		t.Error(text)
	}
}
