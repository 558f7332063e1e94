package prices

import (
	"strconv"
	"strings"
)

// field is one kind of price, without tier and threshold.
type field uint8

const (
	inputToken field = iota
	outputToken
	cachedToken
	cacheWriteToken
	cacheWrite1hToken
	reasoningToken
	audioInputToken
	audioOutputToken
	cachedAudioToken
	imageInputToken
	imageOutputToken
	cachedImageToken
	inputPixel
	inputImage
	outputImage
	inputSecond
	outputSecond
	videoSecond
	inputCharacter
	query
	page
	session
	searchLow
	searchMedium
	searchHigh
	fieldCount
)

// fields are the names of the price fields, as LiteLLM 1.106.2 has them in
// model_prices_and_context_window_backup.json, and what one is the price of.
// The last three stand within search_context_cost_per_query.
var fields = [fieldCount]struct{ name, of string }{
	inputToken:        {"input_cost_per_token", "token"},
	outputToken:       {"output_cost_per_token", "token"},
	cachedToken:       {"cache_read_input_token_cost", "token"},
	cacheWriteToken:   {"cache_creation_input_token_cost", "token"},
	cacheWrite1hToken: {"cache_creation_input_token_cost_above_1hr", "token"},
	reasoningToken:    {"output_cost_per_reasoning_token", "token"},
	audioInputToken:   {"input_cost_per_audio_token", "token"},
	audioOutputToken:  {"output_cost_per_audio_token", "token"},
	cachedAudioToken:  {"cache_read_input_audio_token_cost", "token"},
	imageInputToken:   {"input_cost_per_image_token", "token"},
	imageOutputToken:  {"output_cost_per_image_token", "token"},
	cachedImageToken:  {"cache_read_input_image_token_cost", "token"},
	inputPixel:        {"input_cost_per_pixel", "pixel"},
	inputImage:        {"input_cost_per_image", "image"},
	outputImage:       {"output_cost_per_image", "image"},
	inputSecond:       {"input_cost_per_second", "second"},
	outputSecond:      {"output_cost_per_second", "second"},
	videoSecond:       {"output_cost_per_video_per_second", "second"},
	inputCharacter:    {"input_cost_per_character", "character"},
	query:             {"input_cost_per_query", "query"},
	page:              {"ocr_cost_per_page", "page"},
	session:           {"code_interpreter_cost_per_session", "session"},
	searchLow:         {"search_context_size_low", "search"},
	searchMedium:      {"search_context_size_medium", "search"},
	searchHigh:        {"search_context_size_high", "search"},
}

// searchField holds the prices of a search by how much of the web it reads.
const searchField = "search_context_cost_per_query"

// Tier is what a request is served as: service_tier of the answer, or a batch.
type Tier uint8

// The tiers.
const (
	Standard Tier = iota // default, scale and what is not said
	Priority
	Flex
	Batch
	tierCount
)

// tiers are what the answers' service_tier says and how the price fields of the
// tier end. A provisioned deployment's tokens have no price of their own.
var tiers = [tierCount]struct{ name, suffix string }{
	Standard: {"standard", ""},
	Priority: {"priority", "_priority"},
	Flex:     {"flex", "_flex"},
	Batch:    {"batch", "_batches"},
}

// TierOf reads the service_tier of an answer.
func TierOf(serviceTier string) Tier {
	switch serviceTier {
	case "priority", "fast":
		return Priority
	case "flex":
		return Flex
	}
	return Standard
}

// String is the tier's name.
func (t Tier) String() string { return tiers[t].name }

// fieldByName finds fields by their names.
var fieldByName = func() map[string]field {
	m := make(map[string]field, fieldCount)
	for f := range searchLow {
		m[fields[f].name] = f
	}
	return m
}()

// parseField reads the name of a price field:
// FIELD[_above_Nk_tokens][_batches|_priority|_flex], or with these two in the
// other order, which LiteLLM's file also has. above is in tokens.
func parseField(name string) (f field, tier Tier, above int64, ok bool) {
	name, tier = cutTier(name)
	if before, after, cut := strings.Cut(strings.TrimSuffix(name, "_tokens"), "_above_"); cut && strings.HasSuffix(name, "_tokens") {
		if hour, rest, both := strings.Cut(after, "_above_"); both {
			before, after = before+"_above_"+hour, rest
		}
		number, thousands := strings.CutSuffix(after, "k")
		n, err := strconv.ParseInt(number, 10, 32)
		if err != nil || n <= 0 {
			return 0, 0, 0, false
		}
		if above = n; thousands {
			above *= 1000
		}
		if name = before; tier == Standard {
			name, tier = cutTier(name)
		}
	}
	f, ok = fieldByName[name]
	return f, tier, above, ok
}

func cutTier(name string) (string, Tier) {
	for t := Priority; t < tierCount; t++ {
		if rest, ok := strings.CutSuffix(name, tiers[t].suffix); ok {
			return rest, t
		}
	}
	return name, Standard
}

// IsPrice is whether a field of a price file is one of the prices that costs are
// made of.
func IsPrice(name string) bool {
	_, _, _, ok := parseField(name)
	return ok || name == searchField
}

// fieldName is the name of a price field in a price file.
func fieldName(f field, tier Tier, above int64) string {
	name := fields[f].name
	switch {
	case f >= searchLow:
		name = searchField + "." + name
	case above > 0 && above%1000 == 0:
		name += "_above_" + strconv.FormatInt(above/1000, 10) + "k_tokens"
	case above > 0:
		name += "_above_" + strconv.FormatInt(above, 10) + "_tokens"
	}
	return name + tiers[tier].suffix
}
