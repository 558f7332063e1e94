package prices

import "time"

// Bound is what a request uses at most, in the usual tier.
type Bound struct {
	// Text, Image and Sound are tokens that go in, together all of them. Those of
	// images and sounds may be counted as text too.
	Text, Image, Sound int64
	// Output are all tokens that come out; Speaks says that sound may be among them.
	Output int64
	Speaks bool
	// Characters and Audio are as in Usage.
	Characters int64
	Audio      time.Duration
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
		tokens := e.dearest(input, textIn).Times(b.Text).
			Plus(e.dearest(input, imageIn).Times(b.Image)).
			Plus(e.dearest(input, soundIn).Times(b.Sound)).
			Plus(e.dearest(input, output).Times(b.Output))
		time := e.dearest(input, seconds).Times(b.Audio.Microseconds()).over(1e6)
		most = tokens // a request is charged by its tokens or its time, never by both
		if time.compare(most) > 0 {
			most = time
		}
		most = most.Plus(e.dearest(input, []field{inputCharacter}).Times(b.Characters))
	}
	if m.router != nil {
		most = most.Plus(m.router.dearest(input, []field{inputToken}).Times(input))
	}
	return most
}

// dearest is the highest price that one of several fields may have in the usual tier,
// where no more than input tokens go in.
func (e *Entry) dearest(input int64, of []field) (most Amount) {
	for i := range e.rates {
		r := &e.rates[i]
		if r.tier != Standard || r.above > 0 && r.above >= input {
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
