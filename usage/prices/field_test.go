package prices

import "testing"

func TestPriceFieldsAreReadByTheirParts(t *testing.T) {
	for name, want := range map[string]struct {
		field field
		tier  Tier
		above int64
	}{
		"input_cost_per_token":                                        {inputToken, Standard, 0},
		"output_cost_per_token_batches":                               {outputToken, Batch, 0},
		"cache_read_input_token_cost_flex":                            {cachedToken, Flex, 0},
		"input_cost_per_token_above_200k_tokens":                      {inputToken, Standard, 200_000},
		"input_cost_per_token_above_500_tokens":                       {inputToken, Standard, 500},
		"output_cost_per_token_above_272k_tokens_priority":            {outputToken, Priority, 272_000},
		"output_cost_per_token_priority_above_272k_tokens":            {outputToken, Priority, 272_000},
		"cache_creation_input_token_cost_above_1hr":                   {cacheWrite1hToken, Standard, 0},
		"cache_creation_input_token_cost_above_1hr_above_100k_tokens": {cacheWrite1hToken, Standard, 100_000},
		"output_cost_per_video_per_second":                            {videoSecond, Standard, 0},
	} {
		f, tier, above, ok := parseField(name)
		if !ok || f != want.field || tier != want.tier || above != want.above {
			t.Errorf("%s: %d %s %d %v", name, f, tier, above, ok)
		}
	}
}

func TestOtherFieldsAreNoPrices(t *testing.T) {
	for _, name := range []string{
		"", "mode", "max_tokens", "input_cost_per_token_balanced", "input_cost_per_token_above_k_tokens", "input_cost_per_token_above_0k_tokens", "input_cost_per_token_above_99999999999k_tokens",
		"input_cost_per_token_above_-1k_tokens", "_batches", "search_context_size_low", "input_cost_per_token_above_8s_interval",
	} {
		if IsPrice(name) {
			t.Error(name)
		}
	}
	if !IsPrice("search_context_cost_per_query") || !IsPrice("input_cost_per_pixel") {
		t.Error("a price is none")
	}
}

func TestEveryFieldIsReadFromItsOwnName(t *testing.T) {
	for f := range searchLow {
		for tier := range tierCount {
			for _, above := range []int64{0, 1500, 272_000} {
				name := fieldName(f, tier, above)
				if g, gotTier, gotAbove, ok := parseField(name); !ok || g != f || gotTier != tier || gotAbove != above {
					t.Errorf("%s is read as %d %s %d", name, g, gotTier, gotAbove)
				}
			}
		}
	}
}
