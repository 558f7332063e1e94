// Command bench measures what azproc costs beside the bare Envoy that it runs
// in: the same Envoy binary as a plain proxy, and azproc, in front of the same
// upstream, in turns within one run. docs/benchmark.md explains the figures.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

func main() {
	do := run
	if len(os.Args) > 1 && os.Args[1] == "upstream" {
		do = serveUpstream
	}
	if err := do(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are the settings of a run, printed with its figures.
type options struct {
	azproc, envoy string
	concurrency   int
	rounds        int
	each          time.Duration
	only          string
}

func run() error {
	var o options
	flag.StringVar(&o.azproc, "azproc", "bin/azproc", "the azproc to measure")
	flag.StringVar(&o.envoy, "envoy", "", "the Envoy of both (default: $ENVOY, bin/envoy)")
	flag.IntVar(&o.concurrency, "concurrency", 1, "worker threads of either Envoy")
	flag.IntVar(&o.rounds, "rounds", 5, "rounds of each measurement; the median counts")
	flag.DurationVar(&o.each, "each", 2*time.Second, "length of one round")
	flag.StringVar(&o.only, "only", "", "measure the loads with this text in their names alone, and hold them against no target")
	accounts := flag.Bool("accounting", false, "measure instead what counting costs: the same azproc with it and without")
	flag.Parse()
	if o.envoy == "" {
		if o.envoy = os.Getenv("ENVOY"); o.envoy == "" {
			o.envoy = "bin/envoy"
		}
	}
	dir, err := os.MkdirTemp("", "azproc-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if *accounts {
		return accounting(o, dir)
	}
	b, err := start(o, dir)
	defer b.stop()
	if err != nil {
		return err
	}
	fmt.Printf("%d CPUs, Envoy concurrency %d, %d rounds of %v each, medians; upstream and load generator on the same machine\n\n", runtime.NumCPU(), o.concurrency, o.rounds, o.each)
	return b.measure()
}

// scenario is one kind of load.
type scenario struct {
	name        string
	connections int
	size        int  // of the request's body in bytes
	stream      bool // 100 events, 5 ms apart
	v1          bool // the body's model is rewritten
	ids         bool // a stream of /v1/responses, whose ids are tagged
}

var scenarios = []scenario{
	{name: "2 KB, 1 connection", connections: 1, size: 2 << 10},
	{name: "2 KB, 16 connections", connections: 16, size: 2 << 10},
	{name: "2 KB, 16 connections, body rewritten", connections: 16, size: 2 << 10, v1: true},
	{name: "64 KB, 16 connections", connections: 16, size: 64 << 10},
	{name: "1 MB, 16 connections", connections: 16, size: 1 << 20},
	{name: "64 streams of 100 events, 5 ms apart", connections: 64, size: 2 << 10, stream: true},
	{name: idScenario, connections: 8, size: 2 << 10, stream: true, ids: true},
}

const idScenario = "8 streams of 100 events with ids"

// figures are what one scenario gave on one side: medians over the rounds.
type figures struct {
	rps, p50, p99    float64 // per second, microseconds
	envoyCPU, goCPU  float64 // microseconds a request
	late             float64 // microseconds from an event's sending to its arrival, where it tells
	requests, failed int
}

func (b *bench) measure() error {
	fmt.Printf("%-38s %9s %9s %6s | %8s %8s | %8s %8s %8s %6s\n", "", "bare rps", "azproc", "ratio", "bare p50", "+p50 µs", "bare CPU", "envoy", "go", "ratio")
	results := make(map[string][2]figures)
	for _, s := range scenarios {
		if !strings.Contains(s.name, b.options.only) {
			continue
		}
		var rounds [2][]figures
		for range b.options.rounds {
			for side, target := range b.targets() {
				f, err := b.round(s, target)
				if err != nil {
					return fmt.Errorf("%s: %w", s.name, err)
				}
				rounds[side] = append(rounds[side], f)
			}
		}
		bare, ours := median(rounds[0]), median(rounds[1])
		results[s.name] = [2]figures{bare, ours}
		fmt.Printf("%-38s %9.0f %9.0f %6.2f | %8.0f %8.0f | %8.0f %8.0f %8.0f %6.2f\n", s.name, bare.rps, ours.rps, ours.rps/bare.rps,
			bare.p50, ours.p50-bare.p50, bare.envoyCPU, ours.envoyCPU, ours.goCPU, (ours.envoyCPU+ours.goCPU)/bare.envoyCPU)
		if bare.failed+ours.failed > 0 {
			fmt.Printf("  failed: %d of bare Envoy's requests, %d of azproc's\n", bare.failed, ours.failed)
		}
	}
	if bare, ours := results[idScenario][0], results[idScenario][1]; ours.late > 0 {
		fmt.Printf("\nan event with an id: %.0f µs late at bare Envoy, %.0f µs through azproc\n", bare.late, ours.late)
	}
	if b.options.only != "" {
		return nil
	}
	memory := float64(rss(b.azproc.Process.Pid)) / (1 << 20)
	fmt.Printf("\nGo service: %.0f MiB of memory after the run\n\n", memory)
	target := func(name string, value float64, least bool, bound float64) {
		ok, sign := value <= bound, "≤"
		if least {
			ok, sign = value >= bound, "≥"
		}
		fmt.Printf("%-7s %-48s %6.2f %s %.2f\n", map[bool]string{true: "reached", false: "MISSED"}[ok], name, value, sign, bound)
	}
	of := func(name string) (bare, ours figures) { return results[name][0], results[name][1] }
	bare, ours := of("2 KB, 16 connections")
	target("throughput at 2 KB, of bare Envoy's", ours.rps/bare.rps, true, 0.30)
	target("CPU a request at 2 KB, × bare Envoy's", (ours.envoyCPU+ours.goCPU)/bare.envoyCPU, false, 4.5)
	bare, ours = of("1 MB, 16 connections")
	target("throughput at 1 MB, of bare Envoy's", ours.rps/bare.rps, true, 0.20)
	bare, ours = of("2 KB, 1 connection")
	target("added p50 at 1 connection, ms", (ours.p50-bare.p50)/1000, false, 0.60)
	bare, ours = of("64 streams of 100 events, 5 ms apart")
	target("CPU a streamed event, × bare Envoy's", (ours.envoyCPU+ours.goCPU)/bare.envoyCPU, false, 1.5)
	bare, ours = of(idScenario)
	target("added to an event whose id is tagged, ms", (ours.late-bare.late)/1000, false, 1)
	target("memory of the Go service, MiB", memory, false, 60)
	return nil
}

// round loads one target for one round.
func (b *bench) round(s scenario, t target) (figures, error) {
	each := b.options.each
	if s.stream {
		each = max(each, 3*time.Second)
	}
	envoyBefore, goBefore := cpu(t.envoy), cpu(t.service)
	f, err := load(t.address, request(s), s.connections, each)
	if err != nil {
		return f, err
	}
	n := float64(max(f.requests, 1))
	f.envoyCPU = float64((cpu(t.envoy) - envoyBefore).Microseconds()) / n
	f.goCPU = float64((cpu(t.service) - goBefore).Microseconds()) / n
	return f, nil
}

// median takes the median of every figure by itself.
func median(all []figures) figures {
	pick := func(get func(figures) float64) float64 {
		values := make([]float64, len(all))
		for i, f := range all {
			values[i] = get(f)
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	m := figures{
		rps: pick(func(f figures) float64 { return f.rps }), p50: pick(func(f figures) float64 { return f.p50 }), p99: pick(func(f figures) float64 { return f.p99 }),
		envoyCPU: pick(func(f figures) float64 { return f.envoyCPU }), goCPU: pick(func(f figures) float64 { return f.goCPU }),
		late: pick(func(f figures) float64 { return f.late }),
	}
	for _, f := range all {
		m.failed += f.failed
	}
	return m
}

// command makes a process that says nothing but errors.
func command(path string, args ...string) *exec.Cmd {
	c := exec.Command(path, args...)
	c.Stderr = os.Stderr
	return c
}

func path(dir, name string) string { return filepath.Join(dir, name) }
