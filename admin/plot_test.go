package admin

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAPlotStacksTheNamesOfAStep(t *testing.T) {
	u := Usage{Step: time.Minute, Series: []Series{
		{Name: "a", Points: []Point{{Requests: 10}, {Requests: 6}}},
		{Name: "b", Points: []Point{{}, {Requests: 14}}},
	}}
	p := measures[0].draw(u, time.Date(2026, 3, 1, 12, 0, 30, 0, time.UTC))
	want := plot{
		Title: "Requests", Width: 20, Height: 100, Top: "20", Total: "30", From: "60 minutes ago", Till: "now",
		Bars: []bar{
			{Color: 0, X: "1", Y: "50.00", Width: "8", Tall: "50.00"},
			{Color: 0, X: "11", Y: "70.00", Width: "8", Tall: "30.00"},
			{Color: 1, X: "11", Y: "0.00", Width: "8", Tall: "70.00"},
		},
		Columns: []column{{0, "11:59 UTC: 10"}, {10, "12:00 UTC: 20"}},
	}
	if d := cmp.Diff(want, p); d != "" {
		t.Error(d)
	}
}

func TestAPlotOfNothingIsEmpty(t *testing.T) {
	for _, m := range measures {
		if p := m.draw(Usage{Step: 15 * time.Minute}, time.Now()); len(p.Bars) != 0 || p.Width == 0 || p.From != "24 hours ago" {
			t.Errorf("%+v", p)
		}
	}
}

func TestColorsAreThoseOfTheMostUsedNames(t *testing.T) {
	for place, want := range []int{0, 1, 2, 3, 4, 5, 6, 7, 7} {
		if got := colorOf(place, Series{}); got != want {
			t.Errorf("place %d: color %d", place, got)
		}
	}
	if colorOf(0, Series{Rest: true}) != mostColors {
		t.Error("the rest looks like a name")
	}
}

func TestTheStyleSheetHasEveryColor(t *testing.T) {
	css, err := bundle.ReadFile("page/page.css")
	if err != nil {
		t.Fatal(err)
	}
	for i := range mostColors + 1 {
		class := ".c" + string(rune('0'+i)) + " {"
		if !strings.Contains(string(css), class) {
			t.Errorf("no %s", class)
		}
	}
}

func TestNumbersAreShort(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 9999: "9999", 12_345: "12.3k", 1_500_000: "1.5M", 2_000_000_000: "2.0G"} {
		if got := countText(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
	for n, want := range map[int64]string{0: "$0", 7_000_000: "$0.000007", 12_345_000_000: "$0.0123", 1_234_567_000_000: "$1.23", 100_000: "$0.0000001", 1: "$0.000000000001", 1_500_000: "$0.000002"} {
		if got := costText(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
	for n, want := range map[int64]int64{0: 1, 1: 1, 3: 5, 11: 20, 20: 20, 501: 1000, 3e18: 5e18, 9e18: 5e18} {
		if got := roundUp(n); got != want {
			t.Errorf("%d: %d", n, got)
		}
	}
	for s, want := range map[float64]string{0: "–", .0421: "42 ms", 1.25: "1.2 s", 300: "5 min"} {
		if got := secondsText(s); got != want {
			t.Errorf("%v: %s", s, got)
		}
	}
}
