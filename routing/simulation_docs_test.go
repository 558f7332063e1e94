package routing

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/azproc/azproc/config"
)

//go:generate go test -run TestTheDocumentationHasWhatTheSimulationMeasures -update .

var update = flag.Bool("update", false, "write the generated documentation again")

// compared are all strategies, as the documentation has them.
var compared = []config.Strategy{
	config.StrategyUsage, config.StrategyShuffle, config.StrategyBusy, config.StrategyLatency, config.StrategyCost,
}

// simulated are the results of all strategies, in the order of compared. They are
// the same every time, so one run is enough for all tests.
var simulated []*result

func results(t *testing.T) []*result {
	t.Helper()
	if len(compared) != len(strategies) {
		t.Fatal("a strategy is not compared")
	}
	if simulated == nil {
		jobs := workload()
		all := make([]*result, len(compared))
		var done sync.WaitGroup
		for i, strategy := range compared {
			done.Go(func() { all[i] = simulate(t, string(strategy), jobs) })
		}
		done.Wait()
		simulated = all
	}
	return simulated
}

func TestTheDocumentationHasWhatTheSimulationMeasures(t *testing.T) {
	const (
		file  = "../docs/routing-simulation.md"
		begin = "<!-- measured: generated from the simulation in routing by make generate -->\n"
		end   = "<!-- end of what is measured -->\n"
	)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), begin)
	written, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("the marks of the generated part are gone")
	}
	measured := describe(results(t))
	if *update {
		if err := os.WriteFile(file, []byte(before+begin+measured+end+after), 0o644); err != nil { //nolint:gosec // documentation
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(measured, written); diff != "" {
		t.Errorf("run make generate: -want +got\n%s", diff)
	}
}

// describe is the generated part of the documentation.
func describe(all []*result) string {
	var b strings.Builder
	b.WriteByte('\n')
	b.WriteString(describeSites())
	b.WriteString("\nWhat clients see:\n\n")
	b.WriteString("| strategy | answered | 429 by azproc: no room anywhere | errors | first byte, mean | whole answer, mean | $ per 1,000 answers |\n|---|---|---|---|---|---|---|\n")
	for _, r := range all {
		n := time.Duration(r.answered)
		fmt.Fprintf(&b, "| `%s` | %s | %s | %d | %.2f s | %.2f s | %.2f |\n", r.strategy, inWords(r.answered), inWords(r.refused), r.failed+r.cut,
			(r.firstByte / n).Seconds(), (r.whole / n).Seconds(), r.dollars*1000/float64(r.answered))
	}
	b.WriteString("\nWhat the deployments see:\n\n")
	b.WriteString("| strategy | used in calm minutes | used under pressure | 429 by Azure | other failures | later attempts | tokens above a limit in the worst minute |\n|---|---|---|---|---|---|---|\n")
	for _, r := range all {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %d | %d | %d | %.1f %% |\n", r.strategy, r.calm, r.pressed, r.throttled, r.faulty, r.later, r.overshoot*100)
	}
	b.WriteByte('\n')
	return b.String()
}

// String is from what share to what share.
func (s spread) String() string {
	return fmt.Sprintf("%.0f–%.0f %%", s.emptiest*100, s.fullest*100)
}
