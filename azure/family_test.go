package azure

import "testing"

func TestFamiliesAreToldByWholeWords(t *testing.T) {
	for name, want := range map[string]*Family{
		"o1": oSeries, "my-o3-deployment": oSeries, "o4-mini": oSeries, "prod_o3_mini": oSeries, "O3-Mini": oSeries, "team/o1": oSeries, "azure/o3-mini-2025-01-31": oSeries,
		"o1-mini": oFirst, "o1-preview": oFirst, "my-o1-mini-2024-09-12": oFirst,
		"gpt-5": gpt5, "my-gpt-5-mini": gpt5, "GPT-5-nano": gpt5, "gpt-5-pro": gpt5, "gpt-5-codex": gpt5,
		"gpt-5.1": gpt5None, "gpt-5.2-prod": gpt5None, "gpt-5.4": gpt5None, "gpt-5.1-chat": gpt5None,
		"gpt-5.3-codex": gpt5Later, "gpt-5.5": gpt5Later, "gpt-5.10": gpt5Later,
		"gpt-5-chat": gpt5Chat, "my-gpt-5-chat-latest": gpt5Chat,
		"claude-sonnet-4-5": claude, "gpt-35-turbo-instruct": instruct,
		"gpt-4o": general, "gpt-4.1-mini": general, "text-embedding-3-small": general, "gpt-35-turbo": general,
		"demo1-gpt4": nil, "gpt-50": nil, "foo1": nil, "chato3x": nil, "xgpt-5": nil, "gpt5-prod": nil, "chat": nil, "": nil, "gpt-5o": nil,
	} {
		if got := NameFamily(name); got != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
}

func TestTheDeclaredBaseModelBeatsTheRouteWhichBeatsTheName(t *testing.T) {
	for _, tt := range []struct {
		base, prefix, name string
		want               *Family
	}{
		{"o1", "", "gpt-4o-prod", oSeries},
		{"azure/gpt-4o-mini", "", "gpt-5-nano", general},
		{"azure/gpt-4o-mini", "o_series", "x", general},
		{"something", "gpt5_series", "o3", general},
		{"", "o_series", "my-random-name", oSeries},
		{"", "o_series", "o1-mini", oFirst},
		{"", "gpt5_series", "my-name", gpt5},
		{"", "gpt5_series", "my-gpt-5.1", gpt5None},
		{"", "azure_text", "my-name", instruct},
		{"", "", "my-o3", oSeries},
		{"", "", "prod", general},
	} {
		if got := FamilyOf(tt.base, tt.prefix, tt.name); got != tt.want {
			t.Errorf("base %q, route %q, name %q: %v, want %v", tt.base, tt.prefix, tt.name, got, tt.want)
		}
	}
}
