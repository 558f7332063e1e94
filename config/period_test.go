package config

import (
	"testing"
	"time"
)

func TestPeriodsAreAlignedToTheCalendar(t *testing.T) {
	at := time.Date(2026, 11, 25, 13, 37, 41, 0, time.UTC) // a Wednesday
	for text, want := range map[string][2]string{
		"30s":  {"2026-11-25T13:37:30Z", "2026-11-25T13:38:00Z"},
		"5m":   {"2026-11-25T13:35:00Z", "2026-11-25T13:40:00Z"},
		"12h":  {"2026-11-25T12:00:00Z", "2026-11-26T00:00:00Z"},
		"1d":   {"2026-11-25T00:00:00Z", "2026-11-26T00:00:00Z"},
		"7d":   {"2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z"},
		"1w":   {"2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z"},
		"1mo":  {"2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"},
		"2mo":  {"2026-11-01T00:00:00Z", "2027-01-01T00:00:00Z"},
		"3mo":  {"2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z"},
		"12mo": {"2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"},
	} {
		p, err := ParsePeriod(text)
		if err != nil {
			t.Fatal(text, err)
		}
		for _, zone := range []*time.Location{time.UTC, time.FixedZone("east", 14*60*60)} {
			start, end := p.Window(at.In(zone))
			if got := [2]string{time.Unix(start, 0).UTC().Format(time.RFC3339), time.Unix(end, 0).UTC().Format(time.RFC3339)}; got != want {
				t.Errorf("%s is %v, want %v", text, got, want)
			}
		}
	}
}

func TestAPeriodBeginsWhereTheOneBeforeEnds(t *testing.T) {
	for _, text := range []string{"7h", "30d", "1mo", "5mo"} {
		p, _ := ParsePeriod(text)
		start, end := p.Window(time.Date(2026, 11, 25, 13, 37, 41, 0, time.UTC))
		for range 50 {
			if s, _ := p.Window(time.Unix(end-1, 0)); s != start {
				t.Fatalf("%s: the last second of %d is of %d", text, start, s)
			}
			next, e := p.Window(time.Unix(end, 0))
			if next != end || e <= next {
				t.Fatalf("%s: after %d to %d comes %d to %d", text, start, end, next, e)
			}
			start, end = next, e
		}
	}
}

func TestNoPeriodNeverEnds(t *testing.T) {
	if start, end := (Period{}).Window(time.Now()); start != 0 || end < 1<<62 {
		t.Error(start, end)
	}
}

func TestPeriodsAreWrittenAsTheyAreRead(t *testing.T) {
	for text, want := range map[string]string{"30s": "30s", "90s": "90s", "60s": "1m", "24h": "1d", "7d": "7d", "1w": "7d", "14d": "2w", "1mo": "1mo", "36h": "36h", "366d": "366d"} {
		p, err := ParsePeriod(text)
		if err != nil || p.String() != want {
			t.Errorf("%s is written %s, want %s: %v", text, p, want, err)
		}
	}
	if s := (Period{}).String(); s != "" {
		t.Errorf("no period is written %q", s)
	}
}

func FuzzPeriods(f *testing.F) {
	for _, text := range []string{"1d", "", "d", "0d", "-1d", "1", "1 d", "367d", "13mo", "99999999999999999999s", "1y", "1M", "+1d", "1.5h"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePeriod(text)
		if err != nil {
			if p != (Period{}) {
				t.Errorf("%q: %v and %v", text, p, err)
			}
			return
		}
		again, err := ParsePeriod(p.String())
		if start, end := p.Window(time.Unix(1_800_000_000, 0)); err != nil || again != p || start > 1_800_000_000 || end <= 1_800_000_000 || p.Length > maxPeriod {
			t.Errorf("%q is %s: %d to %d", text, p, start, end)
		}
	})
}

func TestTextsThatAreNoPeriod(t *testing.T) {
	for _, text := range []string{"", "d", "0d", "-1d", "1", "1 d", "367d", "13mo", "99999999999999999999s", "1y", "1M", "+1d", "1.5h", "monthly"} {
		if p, err := ParsePeriod(text); err == nil {
			t.Errorf("%q was read as %s", text, p)
		}
	}
}
