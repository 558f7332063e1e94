package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/envoy"
	"github.com/azproc/azproc/usage"
)

// said is a log whose messages can be awaited.
type said chan string

func (s said) Write(line []byte) (int, error) {
	s <- string(line)
	return len(line), nil
}

// await gives the first line with a text.
func (s said) await(t *testing.T, text string) string {
	t.Helper()
	late := time.After(10 * time.Second)
	for {
		select {
		case line := <-s:
			if strings.Contains(line, text) {
				return line
			}
		case <-late:
			t.Fatalf("%q is not said", text)
		}
	}
}

func put(t *testing.T, file, text string) {
	t.Helper()
	// In one step, so that no half of it is read.
	if err := os.WriteFile(file+".new", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		t.Fatal(err)
	}
}

func TestAChangedPriceFileIsReadAgain(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	file, list, moved := filepath.Join(dir, "config.yaml"), filepath.Join(dir, "prices.json"), filepath.Join(other, "prices.json")
	model := func(prices string) string {
		return "model_prices: " + prices + "\nmodel_list:\n- model_name: m\n  litellm_params: {model: azure/mine, api_base: 'https://r.openai.azure.com', api_key: k}\n"
	}
	priced := func(dollars string) string {
		return `{"azure/mine": {"input_cost_per_token": ` + dollars + `, "output_cost_per_token": 0}}`
	}
	put(t, file, model("prices.json"))
	put(t, list, priced("1"))
	lines := make(said, 1000)
	s := &settings{config: file, listen: defaultListen, admin: "127.0.0.1:0"}
	snap, err := s.first(io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	g, err := newGateway(s, envoy.Options{Listen: s.listen, GRPC: "unix:" + filepath.Join(dir, "s")}, io.Discard, slog.New(slog.NewTextHandler(lines, nil)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if err := g.start(ctx, "unix:"+filepath.Join(dir, "s"), snap); err != nil {
		t.Fatal(err)
	}
	defer g.stop(ctx)
	g.watch(ctx, snap)
	costs := func() int64 {
		cost, known := g.batchCost("https://r.openai.azure.com:443", "mine", usage.Tokens{Input: 2, Output: 5})
		if !known {
			t.Error("unknown")
		}
		return cost
	}
	if got := costs(); got != 1_000_000*config.MicroDollar { // half of the price, for a batch
		t.Errorf("%d pico-dollars", got)
	}

	put(t, list, priced("3"))
	lines.await(t, "configuration reloaded")
	if got := costs(); got != 3_000_000*config.MicroDollar {
		t.Errorf("%d pico-dollars of the changed file", got)
	}

	put(t, list, "{")
	if line := lines.await(t, "refused"); !strings.Contains(line, "prices.json:1:1: refused: not valid JSON") {
		t.Error(line)
	}
	lines.await(t, "the old one serves on")
	if got := costs(); got != 3_000_000*config.MicroDollar {
		t.Errorf("%d pico-dollars after a broken file", got)
	}

	// Another file is watched as soon as it is named, even before it is there.
	put(t, file, model(moved))
	lines.await(t, "the old one serves on")
	put(t, moved, priced("5"))
	lines.await(t, "configuration reloaded")
	if got := costs(); got != 5_000_000*config.MicroDollar {
		t.Errorf("%d pico-dollars of the other file", got)
	}

	// So is one that was named before.
	put(t, list, priced("7"))
	put(t, file, model("prices.json"))
	lines.await(t, "configuration reloaded")
	put(t, list, priced("9"))
	lines.await(t, "configuration reloaded")
	if got := costs(); got != 9_000_000*config.MicroDollar {
		t.Errorf("%d pico-dollars of the first file", got)
	}
}
