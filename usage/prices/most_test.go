package prices

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// part is a number up to n; often one of the ends.
func part(r *rand.Rand, n int64) int64 {
	switch r.IntN(4) {
	case 0:
		return 0
	case 1:
		return n
	}
	return r.Int64N(n + 1)
}

// anyBound makes a bound, and anyUsage a usage within it.
func anyBound(r *rand.Rand) Bound {
	return Bound{
		Text: part(r, 400_000), Image: part(r, 400_000), Sound: part(r, 400_000), Output: part(r, 400_000), Speaks: r.IntN(2) == 0,
		Characters: part(r, 5000), Audio: time.Duration(part(r, 3600)) * time.Second,
	}
}

func anyUsage(r *rand.Rand, b *Bound) Usage {
	var u Usage
	u.AudioInput, u.ImageInput = part(r, b.Sound), part(r, b.Image)
	u.Input = u.AudioInput + u.ImageInput + part(r, b.Text+b.Sound+b.Image-u.AudioInput-u.ImageInput)
	u.Cached = part(r, u.Input)
	u.CacheWrite = part(r, u.Input-u.Cached)
	u.CacheWrite1h = part(r, u.CacheWrite)
	u.CachedAudio, u.CachedImage = part(r, u.AudioInput), part(r, u.ImageInput)
	u.Output = part(r, b.Output)
	u.Reasoning, u.ImageOutput = part(r, u.Output), part(r, u.Output)
	if b.Speaks {
		u.AudioOutput = part(r, u.Output)
	}
	u.Characters, u.Audio = part(r, b.Characters), time.Duration(part(r, int64(b.Audio)))
	return u
}

func TestNoUsageWithinABoundCostsMoreThanTheMost(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, table := range []*Table{Embedded(), handMade(t)} {
		for _, name := range table.Names() {
			m := table.Find(Azure, name)
			if m == nil {
				continue
			}
			if r.IntN(3) == 0 {
				m.router = table.entries["azure_ai/model-router"]
			}
			for range 100 {
				b := anyBound(r)
				u := anyUsage(r, &b)
				if cost, most := m.Cost(&u), m.Most(&b); cost.Amount.compare(most) > 0 {
					t.Fatalf("%s: %+v costs %s, and at most %s within %+v", name, u, cost.Amount.Dollars(), most.Dollars(), b)
				}
			}
		}
	}
}

func FuzzMost(f *testing.F) {
	f.Add(uint64(1), "0.000001", "0.000002")
	f.Fuzz(func(t *testing.T, seed uint64, low, high string) {
		r := rand.New(rand.NewPCG(seed, 3))
		var own []Custom
		for of := range searchLow {
			for _, above := range []int64{0, 0, 128_000, 500_000} {
				if r.IntN(3) == 0 {
					own = append(own, Custom{fieldName(of, Standard, above), []string{low, high, "0", fmt.Sprint(r.Float64())}[r.IntN(4)]})
				}
			}
		}
		m, _ := (*Model)(nil).With("any", own)
		if m == nil {
			return
		}
		b := anyBound(r)
		u := anyUsage(r, &b)
		if cost, most := m.Cost(&u), m.Most(&b); cost.Amount.compare(most) > 0 {
			t.Fatalf("%+v costs %s, and at most %s within %+v: %+v", u, cost.Amount.Dollars(), most.Dollars(), b, own)
		}
	})
}

func TestTheMostIsThePriceOfWhatItMayBe(t *testing.T) {
	table := handMade(t)
	for _, c := range []struct {
		model string
		bound Bound
		want  string
	}{
		{"chat", Bound{Text: 3, Output: 4}, "0.403"},
		{"claude", Bound{Text: 1}, "4"}, // written for an hour
		{"long", Bound{Text: 200_000, Output: 1}, "200010"},
		{"long", Bound{Text: 200_001}, "400002"},
		{"live", Bound{Text: 1, Image: 1, Sound: 1, Output: 1}, "118"},
		{"live", Bound{Output: 1, Speaks: true}, "1000"},
		{"thinks", Bound{Output: 1}, "100"},
		{"tts", Bound{Characters: 100}, "0.0015"},
		{"whisper", Bound{Audio: 90 * time.Second}, "0.009"},
		{"draws", Bound{Output: 2}, "200"},
	} {
		if got := table.Find(Azure, c.model).Most(&c.bound).Dollars(); got != c.want {
			t.Errorf("%s %+v: %s, want %s", c.model, c.bound, got, c.want)
		}
	}
}
