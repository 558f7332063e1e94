package azure

import (
	"strings"
	"testing"
)

func TestModelsAreTalkedToAsTheirNameTells(t *testing.T) {
	var (
		chat         = Manner{}
		whole        = Manner{Whole: true}
		messages     = Manner{Language: LanguageMessages}
		responses    = Manner{Language: LanguageResponses}
		wholeReplies = Manner{Language: LanguageResponses, Whole: true}
		completions  = Manner{Language: LanguageCompletions}
	)
	for name, want := range map[string]Manner{
		"gpt-4o": chat, "gpt-5": chat, "gpt-5.1-chat": chat, "o3": chat, "o3-mini": chat, "o4-mini": chat, "o1-mini": chat, "o1-preview-2024-09-12": chat, "": chat, "prod": chat, "my-codex-helper": chat, "Llama-3.3-70B-Instruct": chat, "Phi-4-mini-instruct": chat,
		"o1": whole, "o1-2024-12-17": whole, "azure/o1": whole,
		"claude-sonnet-4-5": messages, "azure_ai/claude-opus-4-8": messages, "team-claude": messages, "Claude-Haiku-4-5": messages,
		"gpt-5-codex": responses, "gpt-5.1-codex-max": responses, "gpt-5.3-codex": responses, "codex-mini": responses, "gpt-5.4-pro": responses, "computer-use-preview": responses, "o3-deep-research": responses,
		"o3-pro": wholeReplies, "gpt-5-pro-2025-10-06": wholeReplies, "o1-pro": wholeReplies,
		"gpt-35-turbo-instruct": completions, "davinci-002": completions, "babbage-002": completions,
	} {
		if got := MannerOf(name); got != want {
			t.Errorf("%q: %+v, want %+v", name, got, want)
		}
	}
}

func TestEachOperationIsServedByWhatTheModelSpeaks(t *testing.T) {
	const refused = "refused"
	for _, tt := range []struct {
		manner Manner
		op     *Operation
		stream bool
		want   string // operation, with what becomes of the stream
	}{
		{Manner{}, OpChat, true, "chat/completions"},
		{Manner{}, OpEmbeddings, false, "embeddings"},
		{Manner{}, OpMessages, false, refused},
		{Manner{}, OpCountTokens, false, refused},
		{Manner{Whole: true}, OpChat, false, "chat/completions"},
		{Manner{Whole: true}, OpChat, true, "chat/completions replay"},
		{Manner{Whole: true}, OpResponses, true, "responses replay"},
		{Manner{Whole: true}, OpCompletions, true, "completions"},
		{Manner{Normal: true}, OpChat, true, "chat/completions normal"},
		{Manner{Normal: true}, OpChat, false, "chat/completions"},
		{Manner{Normal: true}, OpResponses, true, "responses"},
		{Manner{Normal: true, Whole: true}, OpChat, true, "chat/completions replay"},
		{Manner{Language: LanguageMessages}, OpChat, true, "messages"},
		{Manner{Language: LanguageMessages, Normal: true}, OpChat, true, "messages"},
		{Manner{Language: LanguageMessages}, OpMessages, true, "messages"},
		{Manner{Language: LanguageMessages}, OpCountTokens, false, "messages/count_tokens"},
		{Manner{Language: LanguageMessages}, OpResponses, false, refused},
		{Manner{Language: LanguageMessages}, OpCompletions, false, refused},
		{Manner{Language: LanguageMessages}, OpTranscriptions, false, refused},
		{Manner{Language: LanguageResponses}, OpChat, true, "responses"},
		{Manner{Language: LanguageResponses, Whole: true}, OpChat, true, "responses replay"},
		{Manner{Language: LanguageResponses}, OpResponses, true, "responses"},
		{Manner{Language: LanguageResponses}, OpMessages, false, refused},
		{Manner{Language: LanguageCompletions}, OpChat, true, "completions"},
		{Manner{Language: LanguageCompletions}, OpCompletions, true, "completions"},
	} {
		s, err := tt.manner.Serve(tt.op, tt.stream)
		got := s.Op.Name
		if s.Replay {
			got += " replay"
		}
		if s.Normal {
			got += " normal"
		}
		if err != nil {
			got = refused
			if err.Status != 400 || !strings.Contains(err.Message, "use /v1/") {
				t.Errorf("%s: %v does not say what to use", tt.op.Name, err)
			}
		}
		if got != tt.want {
			t.Errorf("%+v, %s, stream %v: %s, want %s", tt.manner, tt.op.Name, tt.stream, got, tt.want)
		}
		if changes := s.Changes(tt.op); err == nil && changes != (tt.want != tt.op.Name) {
			t.Errorf("%+v, %s: changes %v", tt.manner, tt.op.Name, changes)
		}
	}
}
