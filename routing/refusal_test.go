package routing

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/azproc/azproc/azure"
)

// headers are those of an error as text.
func headers(e *azure.Error) string {
	var all []string
	for _, h := range e.Header {
		all = append(all, strings.TrimPrefix(h.Name, "x-ratelimit-")+"="+h.Value)
	}
	return strings.Join(all, " ")
}

func TestA429SaysWhenThereIsRoomAgainAndWhatTheLimitsAre(t *testing.T) {
	for _, tt := range []struct {
		name, params string
		use          func(w *world)
		want         string
	}{
		{
			"full until the minute ends", "rpm: 1, tpm: 1000", func(w *world) { w.asks(100) },
			"retry-after=20 retry-after-ms=19500 limit-requests=1 remaining-requests=0 reset-requests=20 limit-tokens=1000 remaining-tokens=900 reset-tokens=20",
		},
		{
			"cools down for less", "rpm: 9", func(w *world) { w.fails("a", 429, 2100*time.Millisecond) },
			"retry-after=3 retry-after-ms=2100 limit-requests=9 remaining-requests=0 reset-requests=3",
		},
		{
			"cools down for more than a minute", "tpm: 9", func(w *world) { w.fails("a", 429, 61*time.Second) },
			"retry-after=61 retry-after-ms=61000 x-should-retry=false limit-tokens=9 remaining-tokens=0 reset-tokens=61",
		},
		{
			"without limits", "order: 1", func(w *world) { w.fails("a", 429, time.Minute) },
			"retry-after=60 retry-after-ms=60000",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, list(entries("m", "a , "+tt.params)))
			w.clock.add(40500 * time.Millisecond)
			tt.use(w)
			_, err := w.Plan(t.Context(), &Request{Model: "m", Tokens: 1})
			if err == nil || err.Status != 429 || err.Code != "rate_limit_exceeded" || err.Limit != "deployments" || headers(err) != tt.want {
				t.Fatalf("%v: %s, want %s", err, headers(err), tt.want)
			}
		})
	}
}

func TestTheSoonestToServeSaysWhenToComeBack(t *testing.T) {
	w := newWorld(t, list(entries("m", "full , rpm: 1", "cooling")))
	w.fails("cooling", 429, 7*time.Second)
	w.asks(0)
	if _, err := w.Plan(t.Context(), &Request{Model: "m"}); err == nil || err.Header[0].Value != "7" {
		t.Errorf("%v", err)
	}
	w.clock.add(55 * time.Second)
	w.fails("cooling", 429, 7*time.Second)
	if _, err := w.Plan(t.Context(), &Request{Model: "m"}); err == nil || err.Header[0].Value != "5" {
		t.Errorf("%v", err)
	}
}

func TestWhoComesBackWhenToldIsServed(t *testing.T) {
	w := newWorld(t, list(entries("m", "a , rpm: 2")))
	w.clock.add(12345 * time.Millisecond)
	for range 3 { // minutes
		if got := w.firsts(3, 0); got["a"] != 2 {
			t.Fatalf("%v went through", got)
		}
		_, err := w.Plan(t.Context(), &Request{Model: "m"})
		var ms time.Duration
		if _, scanned := fmt.Sscan(err.Header[1].Value, &ms); scanned != nil {
			t.Fatal(scanned)
		}
		w.clock.add((ms - 1) * time.Millisecond)
		if _, ok := w.asks(0); ok {
			t.Error("served before it was told to come back")
		}
		w.clock.add(time.Millisecond)
	}
}

func TestWithoutTheStoreItsPolicyDecides(t *testing.T) {
	for policy, want := range map[string]string{"local": "map[a:2 refused:3]", "allow": "map[a:5]", "reject": "503"} {
		w, _ := newSharedWorld(t, list(entries("m", "a , rpm: 2"), entries("free", "b"))+"router_settings: {on_store_failure: "+policy+"}\n")
		if want == "503" {
			if _, err := w.Plan(t.Context(), &Request{Model: "m"}); err == nil || err.Status != 503 || err.Code != "limits_unavailable" {
				t.Errorf("%s: %v", policy, err)
			}
		} else if got := fmt.Sprint(w.firsts(5, 0)); got != want {
			t.Errorf("%s: %s, want %s", policy, got, want)
		}
		failed := w.told.failed
		if p, order := w.plan("free"); order != "b" || p.Claim.Shared || w.told.failed != failed || failed == 0 {
			t.Errorf("%s: a group without limits asks the store: %s; told of %d failures", policy, order, w.told.failed)
		}
	}
}
