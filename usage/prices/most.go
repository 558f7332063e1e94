package prices

import "time"

// Bound is what a request uses at most.
type Bound struct {
	// Tier is the one that the request asks for, which it may get or not.
	Tier Tier
	// Text, Image and Sound are tokens that go in, together all of them. Those of
	// images and sounds may be counted as text too.
	Text, Image, Sound int64
	// Output are all tokens that come out; Speaks says that sound may be among them.
	Output int64
	Speaks bool
	// Characters and Audio are as in Usage.
	Characters int64
	Audio      time.Duration
	// Made are the images that it asks for.
	Made Images
}

// The prices that a token of each kind may have.
var (
	textIn   = []field{inputToken, cachedToken, cacheWriteToken, cacheWrite1hToken}
	imageIn  = append([]field{imageInputToken, cachedImageToken}, textIn...)
	soundIn  = append([]field{audioInputToken, cachedAudioToken}, textIn...)
	textOut  = []field{outputToken, reasoningToken, imageOutputToken}
	soundOut = append([]field{audioOutputToken}, textOut...)
	seconds  = []field{inputSecond, outputSecond}
)

// Most is an amount that no usage within a bound costs more than: every token has the
// dearest price that one of its kind may have. What has no price is not in it.
func (m *Model) Most(b *Bound) Amount {
	input := max(b.Text, 0) + max(b.Image, 0) + max(b.Sound, 0)
	var most Amount
	if e := m.entry; e != nil {
		output := textOut
		if b.Speaks {
			output = soundOut
		}
		tokens := e.dearest(b.Tier, input, textIn).Times(b.Text).
			Plus(e.dearest(b.Tier, input, imageIn).Times(b.Image)).
			Plus(e.dearest(b.Tier, input, soundIn).Times(b.Sound)).
			Plus(e.dearest(b.Tier, input, output).Times(b.Output))
		time := e.dearest(b.Tier, input, seconds).Times(b.Audio.Microseconds()).over(1e6)
		most = tokens // a request is charged by its tokens or its time, never by both
		if time.compare(most) > 0 {
			most = time
		}
		most = most.Plus(e.dearest(b.Tier, input, []field{inputCharacter}).Times(b.Characters))
	}
	if b.Made.Number > 0 {
		most = most.Plus(m.Cost(&Usage{Tier: b.Tier, Images: b.Made}).Amount)
	}
	if m.router != nil {
		most = most.Plus(m.router.dearest(Standard, input, []field{inputToken}).Times(input))
	}
	return most
}

// dearest is the highest price that one of several fields may have in a tier or the usual
// one, where no more than input tokens go in.
func (e *Entry) dearest(tier Tier, input int64, of []field) (most Amount) {
	for i := range e.rates {
		r := &e.rates[i]
		if r.tier != Standard && r.tier != tier || r.above > 0 && r.above >= input {
			continue
		}
		for _, f := range of {
			if f == r.field && r.price.compare(most) > 0 {
				most = r.price
			}
		}
	}
	return most
}
