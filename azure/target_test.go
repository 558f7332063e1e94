package azure

import "testing"

func TestPathsByVersionAndBase(t *testing.T) {
	const dated = "2024-10-21"
	for _, tt := range []struct {
		name     string
		base     string
		provider Provider
		version  string // configured
		route    Route
		want     string
		inBody   bool
	}{
		{"a dated version is the deployment's URL", "https://a", ProviderAzure, dated, Route{Op: OpChat}, "/openai/deployments/dep/chat/completions?api-version=2024-10-21", false},
		{"responses stand beside deployments", "https://a", ProviderAzure, dated, Route{Op: OpResponses}, "/openai/responses?api-version=2024-10-21", true},
		{"none is v1", "https://a", ProviderAzure, "", Route{Op: OpChat}, "/openai/v1/chat/completions", true},
		{"v1", "https://a", ProviderAzure, "v1", Route{Op: OpImages}, "/openai/v1/images/generations", true},
		{"latest", "https://a", ProviderAzure, "latest", Route{Op: OpEmbeddings}, "/openai/v1/embeddings", true},
		{"preview says so", "https://a", ProviderAzure, "preview", Route{Op: OpChat}, "/openai/v1/chat/completions?api-version=preview", true},
		{"the configured version beats the client's", "https://a", ProviderAzure, dated, Route{Op: OpChat, Version: "2025-01-01-preview"}, "/openai/deployments/dep/chat/completions?api-version=2024-10-21", false},
		{"the client's counts where none is configured", "https://a", ProviderAzure, "", Route{Op: OpChat, Version: "2025-01-01-preview"}, "/openai/deployments/dep/chat/completions?api-version=2025-01-01-preview", false},
		{"unless it is none", "https://a", ProviderAzure, "", Route{Op: OpChat, Version: "soon"}, "/openai/v1/chat/completions", true},
		{"the rest of the query goes along", "https://a", ProviderAzure, dated, Route{Op: OpChat, Query: "a=1&b"}, "/openai/deployments/dep/chat/completions?api-version=2024-10-21&a=1&b", false},
		{"also without a version", "https://a", ProviderAzure, "", Route{Op: OpChat, Query: "a=1"}, "/openai/v1/chat/completions?a=1", true},
		{"extensions of the client", "https://a", ProviderAzure, dated, Route{Op: OpChat, Extensions: true}, "/openai/deployments/dep/extensions/chat/completions?api-version=2024-10-21", false},
		{"extensions of the base", "https://a/openai/deployments/vision/extensions", ProviderAzure, "2023-12-01-preview", Route{Op: OpChat}, "/openai/deployments/vision/extensions/chat/completions?api-version=2023-12-01-preview", false},
		{"a base with the deployment", "https://a/openai/deployments/other/chat/completions?api-version=2024-02-01", ProviderAzure, "2024-02-01", Route{Op: OpChat}, "/openai/deployments/other/chat/completions?api-version=2024-02-01", false},
		{"a path before it", "https://apim/team/a/", ProviderAzure, dated, Route{Op: OpSpeech}, "/team/a/openai/deployments/dep/audio/speech?api-version=2024-10-21", false},
		{"Foundry's models", "https://a.services.ai.azure.com/models", ProviderAzure, "", Route{Op: OpChat}, "/models/chat/completions?api-version=2024-05-01-preview", true},
		{"Claude on Foundry", "https://a.services.ai.azure.com", ProviderAzure, dated, Route{Op: OpMessages, Query: "beta=true"}, "/anthropic/v1/messages?beta=true", true},
		{"Claude on Foundry by the base of its SDK", "https://a.services.ai.azure.com/anthropic/v1/messages", ProviderAzure, "", Route{Op: OpCountTokens}, "/anthropic/v1/messages/count_tokens", true},
		{"Claude behind a path", "https://apim/team/anthropic/", ProviderAzure, "", Route{Op: OpMessages}, "/team/anthropic/v1/messages", true},
		{"OpenAI", "https://api.openai.com/v1", ProviderOpenAI, "", Route{Op: OpChat, Version: dated}, "/v1/chat/completions", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e, err := ParseEndpoint(tt.provider, tt.base)
			if err != nil {
				t.Fatal(err)
			}
			target := Target{Endpoint: e, Deployment: "dep", Version: tt.version}
			got, inBody := target.Path(&tt.route)
			if got != tt.want || inBody != tt.inBody {
				t.Errorf("%s (model in body: %v), want %s (%v)", got, inBody, tt.want, tt.inBody)
			}
		})
	}
}

func TestDeploymentNamesAreOneSegmentOfThePath(t *testing.T) {
	target := Target{Deployment: "team/gpt 4o:v1?", Version: "2024-10-21"}
	if got, _ := target.Path(&Route{Op: OpChat}); got != "/openai/deployments/team%2Fgpt%204o:v1%3F/chat/completions?api-version=2024-10-21" {
		t.Error(got)
	}
}

func BenchmarkTargetPath(b *testing.B) {
	target := Target{Deployment: "gpt-4o-prod", Version: "2024-10-21"}
	b.ReportAllocs()
	for b.Loop() {
		target.Path(&Route{Op: OpChat})
	}
}
