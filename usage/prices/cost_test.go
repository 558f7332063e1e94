package prices

import (
	"testing"
	"time"
)

// table has an entry of each kind, with prices that are easy to add up: the
// places of a sum tell its parts.
const table = `{
"azure/chat": {"input_cost_per_token": 0.001, "output_cost_per_token": 0.1, "cache_read_input_token_cost": 0.0001,
	"input_cost_per_token_batches": 0.0004, "input_cost_per_token_priority": 0.002, "output_cost_per_token_priority": 0.2, "cache_read_input_token_cost_priority": 0.0002,
	"search_context_cost_per_query": {"search_context_size_low": 1, "search_context_size_medium": 2, "search_context_size_high": 3}},
"azure/long": {"input_cost_per_token": 1, "output_cost_per_token": 10, "input_cost_per_token_above_200k_tokens": 2, "output_cost_per_token_above_200k_tokens": 20,
	"input_cost_per_token_above_300k_tokens": 4, "input_cost_per_token_priority": 3, "input_cost_per_token_above_200k_tokens_priority": 6, "output_cost_per_token_priority": 30},
"azure/live": {"input_cost_per_token": 1, "output_cost_per_token": 10, "cache_read_input_token_cost": 0.1, "input_cost_per_audio_token": 100,
	"output_cost_per_audio_token": 1000, "cache_read_input_audio_token_cost": 50, "input_cost_per_image_token": 7, "cache_read_input_image_token_cost": 3},
"azure/plain": {"input_cost_per_token": 1, "output_cost_per_token": 10},
"azure/draws": {"input_cost_per_token": 1, "input_cost_per_image_token": 2, "output_cost_per_image_token": 100},
"azure_ai/claude": {"input_cost_per_token": 1, "output_cost_per_token": 10, "cache_creation_input_token_cost": 2, "cache_creation_input_token_cost_above_1hr": 4, "cache_read_input_token_cost": 0.5},
"azure/thinks": {"input_cost_per_token": 1, "output_cost_per_token": 10, "output_cost_per_reasoning_token": 100},
"azure/whisper": {"input_cost_per_second": 0.0001, "output_cost_per_second": 0.0001},
"azure/stt": {"input_cost_per_second": 0.5, "output_cost_per_second": 0.0},
"azure/tts": {"input_cost_per_character": 0.000015},
"azure/speaks": {"input_cost_per_token": 1, "input_cost_per_character": 0.5, "output_cost_per_token": 10},
"azure/sora": {"output_cost_per_video_per_second": 0.1},
"azure/hd/1024-x-1792/dall-e-3": {"input_cost_per_pixel": 0.00000001, "output_cost_per_token": 0.0},
"azure/standard/1024-x-1024/dall-e-3": {"input_cost_per_pixel": 0.00000002, "output_cost_per_token": 0.0},
"azure_ai/flux": {"output_cost_per_image": 0.04},
"azure_ai/ocr": {"ocr_cost_per_page": 0.003},
"azure_ai/rerank": {"input_cost_per_query": 0.002, "input_cost_per_token": 0.0},
"azure/container": {"code_interpreter_cost_per_session": 0.03},
"azure/free": {"input_cost_per_token": 0, "output_cost_per_token": 0}
}`

func handMade(t testing.TB) *Table {
	t.Helper()
	made, problems, err := Parse([]byte(table))
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	return made
}

func TestUsageIsAddedUpByKind(t *testing.T) {
	for what, c := range map[string]struct {
		model   string
		usage   Usage
		dollars string
		unknown Kinds
	}{
		"text in and out":                      {"chat", Usage{Input: 3, Output: 4}, "0.403", 0},
		"nothing at all":                       {"chat", Usage{}, "0", 0},
		"less than nothing":                    {"chat", Usage{Input: -5, Output: -5, Cached: -1, Reasoning: -1}, "0", 0},
		"cached ones are part of the input":    {"chat", Usage{Input: 10, Cached: 6}, "0.0046", 0},
		"more cached than there is are cut":    {"chat", Usage{Input: 10, Cached: 60}, "0.001", 0},
		"reasoning is part of the output":      {"chat", Usage{Output: 5, Reasoning: 3}, "0.5", 0},
		"reasoning at a price of its own":      {"thinks", Usage{Output: 5, Reasoning: 3}, "320", 0},
		"without a cached price there is none": {"plain", Usage{Input: 10, Cached: 6, CacheWrite: 1}, "10", 0},
		"free is a price":                      {"free", Usage{Input: 10, Output: 10}, "0", 0},

		"Claude's cache writes":                   {"claude", Usage{Input: 100, Cached: 50, CacheWrite: 30, CacheWrite1h: 10}, "125", 0}, // 20 + 25 + 20*2 + 10*4
		"more writes for an hour than writes":     {"claude", Usage{Input: 10, CacheWrite: 10, CacheWrite1h: 99}, "40", 0},
		"more of the cache than input altogether": {"claude", Usage{Input: 10, Cached: 8, CacheWrite: 8}, "8", 0}, // 8*0.5 + 2*2

		"audio and images, cached and not": {"live", Usage{Input: 100, Cached: 30, AudioInput: 20, CachedAudio: 5, ImageInput: 10, CachedImage: 4}, "1855.1", 0},
		// 21 cached text*0.1 + 5*50 + 4*3 + 15*100 + 6*7 + 49*1
		"audio out":                                 {"live", Usage{Output: 5, AudioOutput: 3}, "3020", 0},
		"audio without a price is unknown":          {"plain", Usage{Input: 5, AudioInput: 2, Output: 7, AudioOutput: 3}, "43", AudioInput | AudioOutput},
		"cached audio without one too":              {"plain", Usage{Input: 5, Cached: 3, AudioInput: 2, CachedAudio: 2}, "3", CachedAudio},
		"images that a model sees are input":        {"plain", Usage{Input: 5, ImageInput: 2}, "5", 0},
		"images that it draws are output":           {"plain", Usage{Output: 5, ImageOutput: 2}, "50", 0},
		"what a model draws that does nothing else": {"draws", Usage{Input: 5, ImageInput: 2, Output: 3, ImageOutput: 2}, "307", 0},
		"output of what has no price for it":        {"tts", Usage{Output: 3}, "0", Output},
		"tokens of what is priced by the second":    {"whisper", Usage{Input: 7, Output: 3}, "0", Input | Output},

		"below a threshold":             {"long", Usage{Input: 200_000, Output: 1}, "200010", 0},
		"above it, all of the input is": {"long", Usage{Input: 200_001, Output: 1}, "400022", 0},
		"above the next one":            {"long", Usage{Input: 300_001, Output: 1}, "1200024", 0},
		"above it at a tier":            {"long", Usage{Tier: Priority, Input: 200_001}, "1200006", 0},
		"above one that the tier lacks": {"long", Usage{Tier: Priority, Input: 300_001}, "1200004", AtTier},
		"a batch above it":              {"long", Usage{Tier: Batch, Input: 200_001, Output: 1}, "200011", 0},

		"priority":                           {"chat", Usage{Tier: Priority, Input: 10, Cached: 1, Output: 1}, "0.2182", 0},
		"flex without a price is unknown":    {"chat", Usage{Tier: Flex, Input: 1}, "0.001", AtTier},
		"a batch at its price, half else":    {"chat", Usage{Tier: Batch, Input: 10, Output: 1}, "0.054", 0},
		"what a batch has cached is input":   {"chat", Usage{Tier: Batch, Input: 10, Cached: 9}, "0.004", 0},
		"unless nothing of a batch is known": {"live", Usage{Tier: Batch, Input: 10, Cached: 8}, "1.4", 0},

		"speech by the character":              {"tts", Usage{Characters: 1000}, "0.015", 0},
		"characters stand for the tokens":      {"tts", Usage{Characters: 1000, Input: 300}, "0.015", 0},
		"though those have a price, too":       {"speaks", Usage{Characters: 10, Input: 3, Output: 1}, "15", 0},
		"characters of what is sold by tokens": {"plain", Usage{Characters: 1000}, "0", Characters},
		"tokens where both are known":          {"plain", Usage{Characters: 1000, Input: 10}, "10", 0},
		"seconds once":                         {"whisper", Usage{Audio: 2500 * time.Millisecond}, "0.00025", 0},
		"seconds in, where out is free":        {"stt", Usage{Audio: 3 * time.Second}, "1.5", 0},
		"seconds and tokens":                   {"whisper", Usage{Audio: time.Second, Input: 10, Output: 10}, "0.0001", 0},
		"tokens and seconds":                   {"plain", Usage{Audio: time.Second, Input: 10}, "10", 0},
		"seconds of what is sold by tokens":    {"plain", Usage{Audio: time.Second}, "0", Audio},
		"film":                                 {"sora", Usage{Video: 8 * time.Second}, "0.8", 0},
		"film of what makes none":              {"plain", Usage{Video: time.Second}, "0", Video},

		"images by their pixels":         {"dall-e-3", Usage{Images: Images{Number: 2, Width: 1024, Height: 1792, Quality: "HD"}}, "0.03670016", 0},
		"images of the usual size":       {"dall-e-3", Usage{Images: Images{Number: 1, Quality: "auto"}}, "0.02097152", 0},
		"images of another size":         {"dall-e-3", Usage{Images: Images{Number: 1, Width: 512, Height: 512}}, "0", ImagesMade},
		"images by the piece":            {"flux", Usage{Images: Images{Number: 3, Width: 512, Height: 512}}, "0.12", 0},
		"images whose tokens are told":   {"draws", Usage{Input: 1, Output: 1, ImageOutput: 1, Images: Images{Number: 1}}, "101", 0},
		"images by tokens nobody told":   {"draws", Usage{Images: Images{Number: 1}}, "0", ImagesMade},
		"images larger than any":         {"azure/hd/1024-x-1792/dall-e-3", Usage{Images: Images{Number: 1 << 40, Width: 1, Height: 1}}, "0", ImagesMade},
		"an entry of one size by itself": {"azure/hd/1024-x-1792/dall-e-3", Usage{Images: Images{Number: 1, Width: 1024, Height: 1792}}, "0.01835008", 0},

		"searches of no size are medium":      {"chat", Usage{Searches: 2}, "4", 0},
		"searches of a size":                  {"chat", Usage{Searches: 1, SearchSize: "low"}, "1", 0},
		"searches beside tokens in any tier":  {"chat", Usage{Tier: Priority, Input: 1, Searches: 1, SearchSize: "high"}, "3.002", 0},
		"searches without a price":            {"plain", Usage{Searches: 1}, "0", Searches},
		"sessions of the interpreter":         {"plain", Usage{Input: 1, Sessions: 2}, "1.06", 0},
		"pages":                               {"ocr", Usage{Pages: 3}, "0.009", 0},
		"queries of a ranking":                {"rerank", Usage{Queries: 1, Input: 100}, "0.002", 0},
		"queries and pages without a price":   {"plain", Usage{Queries: 1, Pages: 1}, "0", Queries | Pages},
		"searches in a batch cost as much":    {"chat", Usage{Tier: Batch, Searches: 1}, "2", 0},
		"more than there is money in the sum": {"long", Usage{Input: 1 << 62}, "18446744073709551616", 0},
	} {
		t.Run(what, func(t *testing.T) {
			m := handMade(t).Find(Azure, c.model)
			if m == nil {
				t.Fatal("not found")
			}
			got := m.Cost(&c.usage)
			if what == "more than there is money in the sum" {
				if got.Amount != biggest || !got.Known() {
					t.Error(got.Amount.Dollars())
				}
				return
			}
			if got.Amount.Dollars() != c.dollars || got.Unknown != c.unknown {
				t.Errorf("%s dollars and %q unknown, not %s and %q", got.Amount.Dollars(), got.Unknown, c.dollars, c.unknown)
			}
		})
	}
}

func TestWhatIsUnknownIsNamed(t *testing.T) {
	if got := (Input | AudioOutput | AtTier).String(); got != "input tokens, audio output tokens, the service tier" {
		t.Error(got)
	}
	for k := Input; k <= AtTier; k <<= 1 {
		if k.String() == "" {
			t.Errorf("%d has no name", k)
		}
	}
}

func TestServiceTiersAreReadFromAnswers(t *testing.T) {
	for text, want := range map[string]Tier{"": Standard, "default": Standard, "auto": Standard, "scale": Standard, "priority": Priority, "flex": Flex, "standard": Standard} {
		if got := TierOf(text); got != want {
			t.Errorf("%q is %s", text, got)
		}
	}
}

func BenchmarkARequestIsPriced(b *testing.B) {
	names := Names{Answered: "gpt-4o-2024-11-20", Model: "azure/my-gpt-4o"}
	u := Usage{Input: 1234, Cached: 1024, Output: 345, Reasoning: 128}
	Embedded()
	b.Run("with its model looked up", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Embedded().Select(names).Cost(&u)
		}
	})
	m := Embedded().Select(names)
	b.Run("of a known model", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m.Cost(&u)
		}
	})
}
