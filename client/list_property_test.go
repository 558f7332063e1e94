package client

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// fill puts random things on random shelves: many of one second, some resources
// with nothing, some without paging.
func (l *library) fill(random *rand.Rand) {
	for i, s := range l.shelves {
		s.whole = random.IntN(4) == 0
		at := int64(1_000)
		for n := range random.IntN(40) {
			at += int64(random.IntN(3))
			s.put(thing{fmt.Sprintf("file-%d-%d", i, n), at})
		}
	}
}

// walk reads a list to its end as SDKs do, and gives every id that it has.
func (l *library) walk(query string, between func()) (ids []string) {
	l.t.Helper()
	after := ""
	for range 1000 {
		page := l.sheet(query + after)
		if page.More && !strings.HasPrefix(query, fmt.Sprintf("limit=%d", len(page.Data))) && !l.skewed {
			l.t.Fatalf("a page of %q has %d items", query, len(page.Data))
		}
		for _, d := range page.Data {
			ids = append(ids, d.ID)
		}
		if !page.More || len(page.Data) == 0 {
			return ids
		}
		after = "&after=" + *page.Last
		between()
	}
	l.t.Fatalf("the list of %q has no end", query)
	return nil
}

func TestWalkingAMergedListGivesEverythingOnceAndInOrder(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 1))
		l := newLibrary(t, 1+random.IntN(4))
		l.fill(random)
		limit := 1 + random.IntN(12)
		for _, ascending := range []bool{false, true} {
			query := fmt.Sprintf("limit=%d", limit)
			if ascending {
				query += "&order=asc"
			}
			if got, want := l.walk(query, func() {}), l.order(ascending); !slices.Equal(got, want) {
				t.Fatalf("seed %d, %d resources, %s:\n got %s\nwant %s", seed, len(l.shelves), query, strings.Join(got, " "), strings.Join(want, " "))
			}
		}
	}
}

func TestWalkingAMergedListBackwardsGivesTheSame(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 2))
		l := newLibrary(t, 1+random.IntN(4))
		l.fill(random)
		want := l.order(false)
		if len(want) == 0 {
			continue
		}
		got := want[len(want)-1:]
		limit := 1 + random.IntN(12)
		for range 1000 {
			page := l.sheet(fmt.Sprintf("limit=%d&before=%s", limit, got[0]))
			var ids []string
			for _, d := range page.Data {
				ids = append(ids, d.ID)
			}
			got = slices.Concat(ids, got)
			if !page.More {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d, limit %d:\n got %s\nwant %s", seed, limit, strings.Join(got, " "), strings.Join(want, " "))
		}
	}
}

func TestWhatIsAddedWhileAListIsReadDisturbsNothing(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 3))
		l := newLibrary(t, 1+random.IntN(4))
		l.fill(random)
		want := l.order(false)
		now, added := int64(5_000), 0
		got := l.walk(fmt.Sprintf("limit=%d", 1+random.IntN(12)), func() {
			for i := range random.IntN(4) {
				added++
				now += int64(random.IntN(2))
				l.shelves[(i+added)%len(l.shelves)].put(thing{fmt.Sprintf("file-new-%d", added), now})
			}
		})
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d, %d added:\n got %s\nwant %s", seed, added, strings.Join(got, " "), strings.Join(want, " "))
		}
	}
}

func TestClocksThatDisagreeByASecondLoseAndRepeatNothing(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 4))
		l := newLibrary(t, 1+random.IntN(4))
		l.fill(random)
		l.skewed = true
		for _, s := range l.shelves {
			for i := range s.things {
				s.things[i].created += int64(random.IntN(5) / 4)
			}
		}
		got := l.walk(fmt.Sprintf("limit=%d", 1+random.IntN(12)), func() {})
		want := l.order(false)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d:\n got %s\nwant %s", seed, strings.Join(got, " "), strings.Join(want, " "))
		}
	}
}
