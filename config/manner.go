package config

import (
	"cmp"
	"strings"

	"github.com/azproc/azproc/azure"
)

// Declared is what an entry says of the way in which its model is talked to, whatever
// its name tells.
type Declared struct {
	Language azure.Language // LanguageChat is nothing said
	// Whole says that the model cannot stream, Streams that it can.
	Whole, Streams bool
	// Normal is normalize_stream.
	Normal bool
}

// manner reads what an entry says of the way in which its model is talked to: by
// the route of model, by model_info.mode as LiteLLM has it, and by parameters.
func (e *modelReader) manner(d *Deployment) {
	e.baseModel(d)
	s := &d.Declared
	switch {
	case d.RoutePrefix == "azure_text", d.Mode == "completion":
		s.Language = azure.LanguageCompletions
	case e.route.responses, d.Mode == "responses":
		s.Language = azure.LanguageResponses
	}
	s.Normal = e.boolean(e.params, "normalize_stream")
	native := e.info.get("supports_native_streaming")
	s.Whole = e.boolean(e.params, "fake_stream") || native.kind == scalar && !e.boolean(e.info, "supports_native_streaming")
	s.Streams = !s.Whole && native.kind == scalar
	d.Rewrite.Base = d.Base(d.Target.Deployment)
	d.Rewrite.Manner = d.MannerOf(d.Target.Deployment)
	if v := d.Target.Version; d.Wildcard && e.route.foundry && !d.Target.Endpoint.Models && (v == "" || azure.IsV1(v)) {
		e.scope = claudeScope // Claude may be among them, and the v1 surface takes it as well
	}
	if d.Rewrite.Manner.Language == azure.LanguageMessages {
		e.scope = claudeScope
		if strings.HasSuffix(d.Target.Endpoint.Host, ".openai.azure.com") {
			e.at(e.params.get("model"), Warning, "%s is Claude, which Microsoft Foundry serves at https://NAME.services.ai.azure.com, not at %s", d.Model, d.Target.Endpoint.Host)
		}
	}
}

// Base names the model behind the deployment of a name: the declared base model,
// else the name itself.
func (d *Deployment) Base(name string) string { return cmp.Or(d.BaseModel, name) }

// openAIHost is where OpenAI's models have OpenAI's names.
const openAIHost = "api.openai.com"

// MannerOf is how a deployment of a name is talked to: as its entry declares, else as
// the model's name tells. An OpenAI-compatible service may speak chat completions for
// any model, so there the name tells nothing but at OpenAI itself.
func (d *Deployment) MannerOf(name string) azure.Manner {
	e := &d.Target.Endpoint
	var m azure.Manner
	switch {
	case e.Models: // Foundry's model inference API
	case e.Provider == azure.ProviderAzure, e.Host == openAIHost && !strings.Contains(name, "claude"):
		m = azure.MannerOf(d.Base(name))
	}
	s := &d.Declared
	if s.Language != azure.LanguageChat && m.Language != azure.LanguageMessages {
		m.Language = s.Language
	}
	m.Whole = (m.Whole || s.Whole) && !s.Streams
	m.Normal = s.Normal
	return m
}
