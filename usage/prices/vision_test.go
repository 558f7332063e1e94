package prices

import "testing"

func TestAnImageIsNoMoreThanIsDocumented(t *testing.T) {
	for name, want := range map[string]int64{
		"azure/gpt-4o": 1445, "azure/eu/gpt-4o-2024-11-20": 1445, "gpt-4.1-2025-04-14": 1445, "azure/gpt-4.5-preview": 1445,
		"azure/gpt-4o-mini-2024-07-18": 48_169, "gpt-4.1-mini": 2489, "azure/us/gpt-4.1-nano": 3779, "o4-mini-2025-04-16": 2642,
		"azure/gpt-5": 1190, "azure/gpt-5-chat": 1190, "gpt-5-mini": 2489, "gpt-5-nano-2025-08-07": 3779, "gpt-5.1-codex-mini": 3779, "gpt-5.2": 3779,
		"gpt-5.4": 24_600, "gpt-5.4-pro": 24_600, "gpt-5.4-mini": 2489, "gpt-5.5-2026-04-24": 24_600, "gpt-5.6-sol": 36_000, "azure/gpt-6-astra": 36_000,
		"o1": 1275, "o3-pro": 1275, "azure/eu/computer-use-preview": 1097, "Azure_AI/Claude-Opus-4-7": 4784, "azure/gpt-image-1": 6821,
	} {
		if got, _, ok := ImageTokens(name); got != want || !ok {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
	for _, name := range []string{"", "prod-7", "gpt-4", "gpt-35-turbo", "azure_ai/grok-4", "my-gpt-4o", "o10", "gpt-5.7"} {
		if got, _, ok := ImageTokens(name); ok {
			t.Errorf("%q: %d", name, got)
		}
	}
	if _, hidden, _ := ImageTokens("gpt-4o-mini"); hidden*1445 < 48_169 {
		t.Errorf("an image of gpt-4o-mini takes no less of the window than it is charged with: %d", hidden)
	}
}

func TestARegionsModelTakesWhatItTakesEverywhere(t *testing.T) {
	table := Embedded()
	for name, want := range map[string][2]int64{
		"azure/gpt-4o": {128_000, 16_384}, "azure/eu/gpt-5": {272_000, 128_000}, "azure_ai/claude-sonnet-4-5": {1_000_000, 64_000}, "azure_ai/claude-haiku-4-5": {200_000, 64_000}, "azure/tts-1": {},
	} {
		if input, output := table.Windows(table.Find(Azure, name)); [2]int64{input, output} != want {
			t.Errorf("%s takes %d and gives %d, want %v", name, input, output, want)
		}
	}
}
