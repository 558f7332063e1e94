package prices

import "time"

// Cost is what a request costs.
type Cost struct {
	// Amount is what is known of it.
	Amount Amount
	// Unknown are the kinds of use that the entry has no price for: nothing of
	// them is in Amount. Only a service tier without prices of its own is, at
	// the usual ones.
	Unknown Kinds
}

// Known is whether Amount is all of it.
func (c Cost) Known() bool { return c.Unknown == 0 }

// Cost adds a usage up, as LiteLLM's generic_cost_per_token does, but for what
// docs/prices.md lists. Where an entry has no price of a kind, these stand in
// for it; what nothing stands in for is unknown.
//
//	cached, cache writes   the input's: without a discount there is none
//	writes for an hour     those of other writes
//	cached images          other cached tokens'
//	images in              the input's: models that see count them so
//	images out             other output's
//	reasoning              other output's
//	output                 images out: models that only draw
//	batch                  half of the usual price; for what is cached the batch's input price,
//	                       where that is written and the batch's cached one is not
//	priority, flex         the usual price, and the tier is unknown
//
// Audio costs many times what text does, so nothing stands in for it.
func (m *Model) Cost(u *Usage) Cost {
	b := bill{entry: m.entry, usage: u}
	if b.entry == nil && m.sizes != nil {
		b.entry = &Entry{}
	}
	switch {
	case b.entry == nil: // a router whose model nobody knows
		b.tokensUnknown()
	default:
		b.tokens()
		b.measures(m)
	}
	if m.router != nil {
		fee := bill{entry: m.router, usage: &Usage{Input: u.Input}}
		fee.add(Input, inputToken, u.Input)
		b.cost.Amount = b.cost.Amount.Plus(fee.cost.Amount)
	}
	b.extras(m)
	return b.cost
}

// bill adds up one usage with one entry.
type bill struct {
	entry *Entry
	usage *Usage
	cost  Cost
}

// price finds the price of a field in the request's tier and size. exact is
// false where the tier has none and the usual one is given.
func (b *bill) price(f field) (price Amount, exact, ok bool) {
	tier := b.usage.Tier
	above := b.entry.threshold(f, tier, b.usage.Input)
	if price, ok = b.entry.find(f, tier, above); ok {
		return price, true, true
	}
	if price, ok = b.entry.find(f, Standard, above); ok {
		if tier == Batch {
			return price.Half(), true, true
		}
		return price, false, true
	}
	return Amount{}, true, false
}

// add charges n units of the first field that has a price.
func (b *bill) add(k Kinds, f field, n int64, instead ...field) {
	if n <= 0 {
		return
	}
	price, exact, ok := b.price(f)
	for i := 0; !ok && i < len(instead); i++ {
		price, exact, ok = b.price(instead[i])
	}
	switch {
	case !ok:
		b.cost.Unknown |= k
		return
	case !exact:
		b.cost.Unknown |= AtTier
	}
	b.cost.Amount = b.cost.Amount.Plus(price.Times(n))
}

// tokensUnknown is for tokens of a model without an entry.
func (b *bill) tokensUnknown() {
	if b.usage.Input > 0 {
		b.cost.Unknown |= Input
	}
	if b.usage.Output > 0 {
		b.cost.Unknown |= Output
	}
}

// byMeasure is whether a request is charged by time, characters or images and
// not by its tokens: it has none, or its entry has no price for them.
func (b *bill) byMeasure() bool {
	u := b.usage
	if u.Input <= 0 && u.Output <= 0 {
		return true
	}
	priced := b.entry.has(inputToken) || b.entry.has(outputToken) || b.entry.has(imageOutputToken)
	return !priced && (u.Audio > 0 || u.Characters > 0 || u.Images.Number > 0 || u.Video > 0)
}

// tokens charges what went in and came out, each part once: what is cached, then
// audio and images, and the rest as text. Parts that are more than the whole are
// cut, as LiteLLM does.
func (b *bill) tokens() {
	if b.byMeasure() {
		return
	}
	u := b.usage
	rest := max(u.Input, 0)
	take := func(n int64) int64 {
		n = max(min(n, rest), 0)
		rest -= n
		return n
	}
	cached, written := take(u.Cached), take(u.CacheWrite)
	cachedAudio := max(min(u.CachedAudio, cached), 0)
	cachedImage := max(min(u.CachedImage, cached-cachedAudio), 0)
	audio, image := take(u.AudioInput-cachedAudio), take(u.ImageInput-cachedImage)
	hour := max(min(u.CacheWrite1h, written), 0)

	inputFor := []field{cachedToken, inputToken}
	if b.batchInputAlone() {
		inputFor = []field{inputToken}
	}
	b.add(CachedAudio, cachedAudioToken, cachedAudio)
	b.add(Cached, cachedImageToken, cachedImage, inputFor...)
	b.add(Cached, inputFor[0], cached-cachedAudio-cachedImage, inputFor[1:]...)
	b.add(CacheWrite, cacheWrite1hToken, hour, cacheWriteToken, inputToken)
	b.add(CacheWrite, cacheWriteToken, written-hour, inputToken)
	b.add(AudioInput, audioInputToken, audio)
	b.add(ImageInput, imageInputToken, image, inputToken)
	if !b.charactersInstead() {
		b.add(Input, inputToken, rest)
	}

	rest = max(u.Output, 0)
	audio, image = take(u.AudioOutput), take(u.ImageOutput)
	reasoning := take(u.Reasoning)
	b.add(AudioOutput, audioOutputToken, audio)
	b.add(ImageOutput, imageOutputToken, image, outputToken)
	b.add(Output, reasoningToken, reasoning, outputToken)
	b.add(Output, outputToken, rest, imageOutputToken)
}

// batchInputAlone is whether a batch's input has a price of its own and what is
// cached has none.
func (b *bill) batchInputAlone() bool {
	if b.usage.Tier != Batch {
		return false
	}
	_, input := b.entry.find(inputToken, Batch, 0)
	_, cached := b.entry.find(cachedToken, Batch, 0)
	return input && !cached
}

// charactersInstead is whether characters stand for the text that went in.
func (b *bill) charactersInstead() bool {
	return b.usage.Characters > 0 && b.entry.has(inputCharacter)
}

// measures charges what is not counted in tokens.
func (b *bill) measures(m *Model) {
	u := b.usage
	if b.charactersInstead() || b.byMeasure() {
		b.add(Characters, inputCharacter, u.Characters)
	}
	if !b.byMeasure() {
		return
	}
	// Files have the same price of whisper as input's and as output's.
	second := outputSecond
	if price, _, ok := b.price(outputSecond); !ok || price == (Amount{}) {
		second = inputSecond
	}
	if u.Characters <= 0 || !b.entry.has(inputCharacter) {
		b.time(Audio, u.Audio, second)
	}
	b.time(Video, u.Video, videoSecond, outputSecond)
	b.images(m)
}

// time charges a length of time by the second, to the microsecond.
func (b *bill) time(k Kinds, d time.Duration, f field, instead ...field) {
	micros := bill{entry: b.entry, usage: b.usage}
	micros.add(k, f, d.Microseconds(), instead...)
	b.cost.Unknown |= micros.cost.Unknown
	b.cost.Amount = b.cost.Amount.Plus(micros.cost.Amount.over(1e6))
}

// extras charges what comes beside a model's own work.
func (b *bill) extras(m *Model) {
	u := b.usage
	if b.entry == nil {
		b.entry = &Entry{}
	}
	size := searchMedium
	switch u.SearchSize {
	case "low":
		size = searchLow
	case "high":
		size = searchHigh
	}
	// Tools cost the same in every tier.
	usual := bill{entry: b.entry, usage: &Usage{Input: u.Input}}
	usual.add(Searches, size, u.Searches)
	usual.add(Queries, query, u.Queries)
	usual.add(Pages, page, u.Pages)
	if !usual.entry.has(session) && m.container != nil {
		usual.entry = m.container
	}
	usual.add(Sessions, session, u.Sessions)
	b.cost.Amount = b.cost.Amount.Plus(usual.cost.Amount)
	b.cost.Unknown |= usual.cost.Unknown
}
