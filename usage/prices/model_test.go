package prices

import "testing"

func TestTheNameThatSaysMostIsPriced(t *testing.T) {
	for what, c := range map[string]struct {
		names Names
		want  string
	}{
		"the declared model counts":              {Names{Base: "azure/eu/gpt-4o", Answered: "gpt-4o-2024-11-20", Model: "azure/gpt-4.1"}, "azure/eu/gpt-4o"},
		"one that nobody knows does not":         {Names{Base: "my-base", Answered: "gpt-4o-2024-11-20"}, "azure/gpt-4o-2024-11-20"},
		"the answer counts before the name":      {Names{Answered: "gpt-4o-mini-2024-07-18", Model: "azure/gpt-4o"}, "azure/gpt-4o-mini-2024-07-18"},
		"unless it says less":                    {Names{Answered: "gpt-4", Model: "azure/gpt-4-1106-preview"}, "azure/gpt-4-1106-preview"},
		"the name where the answer has none":     {Names{Model: "azure/gpt-4o"}, "azure/gpt-4o"},
		"the name where the answer's is unknown": {Names{Answered: "x", Model: "azure/gpt-4o"}, "azure/gpt-4o"},
		"nothing":                                {Names{Answered: "x", Model: "azure/my-deployment"}, ""},
		"a router gives the model that answered": {Names{Answered: "gpt-5-nano-2025-08-07", Model: "azure/model-router"}, "azure/gpt-5-nano-2025-08-07"},
		"a declared router too":                  {Names{Base: "azure_ai/model_router", Answered: "gpt-5-nano-2025-08-07", Model: "azure/x"}, "azure/gpt-5-nano-2025-08-07"},
	} {
		t.Run(what, func(t *testing.T) {
			m := Embedded().Select(c.names)
			if m == nil && c.want == "" {
				return
			}
			if m == nil || m.Name != c.want {
				t.Errorf("%+v", m)
			}
		})
	}
}

func TestARouterCostsBesideTheModelThatAnswered(t *testing.T) {
	u := Usage{Input: 1_000_000, Output: 1_000_000}
	names := Names{Model: "azure/model-router", Answered: "gpt-5-nano-2025-08-07"}
	if c := Embedded().Select(names).Cost(&u); c.Amount.Dollars() != "0.59" || !c.Known() { // 0.05 + 0.40 + 0.14
		t.Error(c.Amount.Dollars(), c.Unknown)
	}
	if m := Embedded().Find(Azure, "gpt-5-nano-2025-08-07"); m.Router() != nil {
		t.Error("the model itself has a router now")
	}
	names.Answered = "nobody-knows"
	if c := Embedded().Select(names).Cost(&u); c.Amount.Dollars() != "0.14" || c.Unknown != Input|Output {
		t.Error(c.Amount.Dollars(), c.Unknown)
	}
}

func TestWhatEveryRequestOfAModeUsesIsAsked(t *testing.T) {
	for _, c := range []struct {
		model, mode string
		want        Kinds
	}{
		{"plain", "", 0},
		{"plain", "chat", 0},
		{"plain", "batch", 0},
		{"draws", "embedding", 0},
		{"tts", "chat", Input | Output},
		{"tts", "audio_speech", 0},
		{"whisper", "embedding", Input},
		{"dall-e-3", "", 0},
		{"ocr", "responses", Input | Output},
	} {
		if got := handMade(t).Find(Azure, c.model).Lacks(c.mode); got != c.want {
			t.Errorf("%s, %q: %s", c.model, c.mode, got)
		}
	}
}
