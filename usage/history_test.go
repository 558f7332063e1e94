package usage

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 3, 1, 12, 0, 30, 0, time.UTC)

func TestHistoryCountsByModelAndByKeyInTheStepInWhichTheRequestEnded(t *testing.T) {
	h := NewHistory()
	h.Ended(&Record{Time: noon.Add(-2 * time.Minute), Duration: time.Minute, Group: "m", Key: "k", Status: 200, Tokens: Tokens{Input: 10, Output: 2}, Cost: 7, Priced: true})
	h.Ended(&Record{Time: noon, Group: "m", Key: "l", Status: 200, Tokens: Tokens{Input: 1, Output: 1}})
	h.Ended(&Record{Time: noon, Group: "n", Key: "l", Status: 404, Error: "DeploymentNotFound"})
	h.Ended(&Record{Time: noon, Status: 401, Error: "invalid_api_key"})

	at := func(list []Series, name string, back int) Point {
		for _, s := range list {
			if s.Name == name && !s.Rest {
				return s.Points[len(s.Points)-1-back]
			}
		}
		t.Fatalf("no %q", name)
		return Point{}
	}
	models, keys := h.Models(Hour, noon), h.Keys(Hour, noon)
	if models[0].Name != "m" || len(models) != 3 || len(models[0].Points) != 60 {
		t.Errorf("%d models, %q first", len(models), models[0].Name)
	}
	for _, tt := range []struct {
		name      string
		got, want Point
	}{
		{"a model's minute before", at(models, "m", 1), Point{Requests: 1, Input: 10, Output: 2, Cost: 7}},
		{"its running minute, of unknown cost", at(models, "m", 0), Point{Requests: 1, Input: 1, Output: 1, Unpriced: 1}},
		{"a failure costs nothing, known or not", at(models, "n", 0), Point{Requests: 1, Errors: 1}},
		{"a minute of nothing", at(models, "n", 5), Point{}},
		{"no model", at(models, "", 0), Point{Requests: 1, Errors: 1}},
		{"a key over its models", at(keys, "l", 0), Point{Requests: 2, Errors: 1, Input: 1, Output: 1, Unpriced: 1}},
		{"a quarter of an hour", at(h.Models(Day, noon), "m", 1), Point{Requests: 1, Input: 10, Output: 2, Cost: 7}},
	} {
		if d := cmp.Diff(tt.want, tt.got); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
}

func TestHistoryForgetsWhatIsOlderThanItsSpan(t *testing.T) {
	h := NewHistory()
	h.Ended(&Record{Time: noon, Group: "m", Status: 200})
	for _, tt := range []struct {
		span  Span
		later time.Duration
		want  int
	}{
		{Hour, 59 * time.Minute, 1},
		{Hour, 60 * time.Minute, 0},
		{Day, 23*time.Hour + 45*time.Minute, 1},
		{Day, 24 * time.Hour, 0},
	} {
		if got := len(h.Models(tt.span, noon.Add(tt.later))); got != tt.want {
			t.Errorf("%v later: %d series, want %d", tt.later, got, tt.want)
		}
	}
	h.Ended(&Record{Time: noon.Add(time.Hour), Group: "m", Status: 200}) // in the same place of the ring
	if s := h.Models(Hour, noon.Add(time.Hour))[0]; s.Points[59].Requests != 1 {
		t.Errorf("%d requests in a minute that had one", s.Points[59].Requests)
	}
	h.Ended(&Record{Time: noon, Group: "m", Status: 200}) // late
	if s := h.Models(Hour, noon.Add(time.Hour))[0]; s.Points[59].Requests != 1 {
		t.Errorf("a late record is in the wrong minute")
	}
}

func TestHistoryKeepsSoManyNamesAndTheRestTogether(t *testing.T) {
	h := NewHistory()
	for i := range 3 * mostSeries {
		h.Ended(&Record{Time: noon, Group: fmt.Sprint("m", i), Status: 200})
	}
	list := h.Models(Hour, noon)
	if len(list) != mostSeries+1 || !list[0].Rest || list[0].Points[59].Requests != 2*mostSeries {
		t.Fatalf("%d series, first %+v", len(list), list[0])
	}
	later := noon.Add(25 * time.Hour)
	h.Ended(&Record{Time: later, Group: "new", Status: 200})
	if list := h.Models(Day, later); len(list) != 1 || list[0].Name != "new" {
		t.Errorf("old names took the room of a new one: %+v", list)
	}
}

func TestHistoryKeepsTheLastFailures(t *testing.T) {
	h := NewHistory()
	for _, r := range []*Record{
		{Status: 200, Duration: time.Minute}, // of no time
		{Time: noon, Status: 200},
		{Time: noon, Status: 200, Left: true},
		{Time: noon, Left: true},
	} {
		h.Ended(r)
	}
	if list := h.Failures(); len(list) != 0 {
		t.Errorf("not failures: %+v", list)
	}
	for i := range mostFailures + 5 {
		h.Ended(&Record{Time: noon, Request: fmt.Sprint(i), Status: 500, Error: "server_error", Model: strings.Repeat("é", 500), Deployment: "d", Key: "k"})
	}
	h.Ended(&Record{Time: noon, Duration: time.Second, Request: "last", Status: 200, Error: "stream broke", Model: "m"})
	list := h.Failures()
	if len(list) != mostFailures || list[1].Request != "54" || list[mostFailures-1].Request != "6" {
		t.Fatalf("%d failures, from %q to %q", len(list), list[0].Request, list[len(list)-1].Request)
	}
	want := Failure{Time: noon.Add(time.Second), Request: "last", Model: "m", Status: 200, Error: "stream broke"}
	if d := cmp.Diff(want, list[0]); d != "" {
		t.Error(d)
	}
	if n := len(list[1].Model); n > longestText+len("…") {
		t.Errorf("a model's name of %d bytes is kept", n)
	}
}

func BenchmarkHistory(b *testing.B) {
	h := NewHistory()
	r := &Record{Time: noon, Group: "m", Key: "k", Status: 200, Tokens: Tokens{Input: 10, Output: 2}, Cost: 7, Priced: true}
	b.Run("record", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				h.Ended(r)
			}
		})
	})
	b.Run("read of 64 models", func(b *testing.B) {
		for i := range mostSeries {
			h.Ended(&Record{Time: noon, Group: fmt.Sprint("m", i), Status: 200})
		}
		b.ReportAllocs()
		for b.Loop() {
			h.Models(Day, noon)
		}
	})
}
