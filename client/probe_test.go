package client

import (
	"testing"
)

func TestAProbeFitsTheModeOfItsDeployment(t *testing.T) {
	const (
		chat      = `/openai/v1/chat/completions {"model":"D","messages":[{"role":"user","content":"ping"}],"max_tokens":1}`
		reasoning = `/openai/v1/chat/completions {"model":"D","messages":[{"role":"user","content":"ping"}],"max_completion_tokens":1}`
		responses = `/openai/v1/responses {"model":"D","input":"ping","max_output_tokens":16,"store":false}`
		free      = `/openai/v1/models `
	)
	for _, tt := range []struct{ model, params, info, want string }{
		// By model_info.mode.
		{"azure/D", "", "mode: chat", chat},
		{"azure/D", "", "mode: chat, base_model: gpt-5-mini", reasoning},
		{"azure/D", "", "mode: chat, base_model: o3-mini", reasoning},
		{"azure/D", ", api_version: 2024-10-21", "mode: chat", `/openai/deployments/D/chat/completions?api-version=2024-10-21 {"messages":[{"role":"user","content":"ping"}],"max_tokens":1}`},
		{"azure/D", ", max_tokens: 9000, temperature: 0.5", "mode: chat", `/openai/v1/chat/completions {"model":"D","temperature":0.5,"messages":[{"role":"user","content":"ping"}],"max_tokens":1}`},
		{"azure/D", "", "mode: responses", responses},
		{"azure/D", "", "mode: completion", `/openai/v1/completions {"model":"D","prompt":"ping","max_tokens":1}`},
		{"azure/D", "", "mode: embedding", `/openai/v1/embeddings {"model":"D","input":"ping"}`},
		{"azure/D", "", "mode: batch", `/openai/v1/batches?limit=1 `},
		{"azure/D", ", api_version: 2024-06-01", "mode: batch", `/openai/batches?api-version=2024-10-21&limit=1 `},
		{"azure/D", "", "mode: image_generation", free},
		{"azure/D", "", "mode: audio_transcription", free},
		{"azure/D", "", "mode: audio_speech", free},
		{"azure/D", "", "mode: realtime", free},
		{"azure/D", "", "mode: video_generation", free},
		{"azure/D", "", "mode: whatever_comes_next", free},
		{"azure/D", ", api_version: 2024-06-01", "mode: realtime", "/openai/models?api-version=2024-06-01 "},
		// By what is known of the model.
		{"azure/D", "", "base_model: gpt-4o-mini", chat},
		{"azure/D", "", "base_model: gpt-5", reasoning},
		{"azure/D", "", "base_model: text-embedding-3-large", `/openai/v1/embeddings {"model":"D","input":"ping"}`},
		{"azure/D", "", "base_model: o3-pro", responses},
		{"azure/D", "", "base_model: gpt-5-codex", responses},
		{"azure/D", "", "base_model: gpt-35-turbo-instruct", `/openai/v1/completions {"model":"D","prompt":"ping","max_tokens":1}`},
		{"azure/D", "", "base_model: gpt-image-1", free},
		{"azure/D", "", "base_model: gpt-4o-transcribe", free},
		{"azure/D", "", "base_model: gpt-4o-mini-tts", free},
		{"azure/D", "", "base_model: gpt-realtime", free},
		{"azure/D", "", "base_model: sora-2", free},
		{"azure/D", "", "base_model: claude-sonnet-4", `/anthropic/v1/messages/count_tokens {"model":"D","messages":[{"role":"user","content":"ping"}]}`},
		{"azure_ai/claude-haiku-4-5", ", max_tokens: 5", "mode: chat", `/anthropic/v1/messages/count_tokens {"model":"claude-haiku-4-5","messages":[{"role":"user","content":"ping"}]}`},
		{"azure/responses/D", "", "mode: chat", responses},
		{"azure/D", "", "base_model: something-instruct", free},
		{"azure/o_series/D", "", "", reasoning},
		{"azure_text/D", "", "", `/openai/v1/completions {"model":"D","prompt":"ping","max_tokens":1}`},
		{"azure/D", "", "", free},
		// By the deployment's name, whole words alone.
		{"azure/gpt-4o-production", "", "", `/openai/v1/chat/completions {"model":"gpt-4o-production","messages":[{"role":"user","content":"ping"}],"max_tokens":1}`},
		{"azure/gpt-4o-enterpro", "", "", `/openai/v1/chat/completions {"model":"gpt-4o-enterpro","messages":[{"role":"user","content":"ping"}],"max_tokens":1}`},
		{"azure/Llama-3.3-70B-Instruct", "", "", `/openai/v1/chat/completions {"model":"Llama-3.3-70B-Instruct","messages":[{"role":"user","content":"ping"}],"max_tokens":1}`},
		{"azure_ai/DeepSeek-R1", "", "", `/openai/v1/chat/completions {"model":"DeepSeek-R1","messages":[{"role":"user","content":"ping"}],"max_tokens":1}`},
	} {
		p := places(t, []key{"k"}, entry(tt.model, "http://h", tt.params, tt.info))[0]
		r, err := probeOf(p.Deployment).request(p.Deployment)
		if got := r.path + " " + string(r.body); err != nil || got != tt.want {
			t.Errorf("%s %s {%s}\nis asked   %s (%v)\nwanted was %s", tt.model, tt.params, tt.info, got, err, tt.want)
		}
	}
}

func TestAProbeGoesWhereTheBaseLeads(t *testing.T) {
	for _, tt := range []struct{ model, base, info, want string }{
		{"azure/D", "http://h/models", "mode: chat", "/models/chat/completions?api-version=2024-05-01-preview"},
		{"azure/D", "http://h/models", "mode: realtime", "/openai/v1/models"},
		{"azure/D", "http://h/gateway", "mode: realtime", "/gateway/openai/v1/models"},
		{"openai/D", "http://h/v1", "mode: chat", "/v1/chat/completions"},
		{"openai/D", "http://h/v1", "mode: image_generation", "/v1/models"},
	} {
		p := places(t, []key{"k"}, entry(tt.model, tt.base, "", tt.info))[0]
		if r, err := probeOf(p.Deployment).request(p.Deployment); err != nil || r.path != tt.want {
			t.Errorf("%s at %s {%s} is asked %s (%v), not %s", tt.model, tt.base, tt.info, r.path, err, tt.want)
		}
	}
}

func TestAWildcardIsAskedWhatNamesNoDeployment(t *testing.T) {
	p := places(t, []key{"k"}, `{model_name: "*", litellm_params: {model: azure/*, api_base: "http://h", api_key: k}, model_info: {mode: chat}}`)[0]
	if probeOf(p.Deployment) != free {
		t.Error("a deployment named * is asked")
	}
}
