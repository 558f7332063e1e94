package client

import (
	"regexp"
	"strings"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/config"
)

// probe is what a deployment is asked to see whether it answers.
type probe struct {
	op *azure.Operation
	// body is what is posted; without one it is a GET.
	body string
	// below is the path and query of a collection's GET.
	below, query string
}

// free proves the address and the credential, and costs nothing. It does not show
// that the deployment is there: Azure lists models, not deployments.
var free = &probe{op: azure.OpModels}

// probes is what is asked by model_info.mode. Azure's limits for the answers: one
// token of a chat, sixteen of a response.
var probes = map[string]*probe{
	"chat":       {op: azure.OpChat, body: `{"messages":[{"role":"user","content":"ping"}],"max_tokens":1}`},
	"completion": {op: azure.OpCompletions, body: `{"prompt":"ping","max_tokens":1}`},
	"responses":  {op: azure.OpResponses, body: `{"input":"ping","max_output_tokens":16,"store":false}`},
	"embedding":  {op: azure.OpEmbeddings, body: `{"input":"ping"}`},
	"messages":   {op: azure.OpCountTokens, body: `{"messages":[{"role":"user","content":"ping"}]}`}, // costs nothing
	"batch":      {op: azure.OpBatches, below: azure.OpBatches.Name, query: "limit=1"},
}

// modes tells a mode by the base model or, without one, the deployment's name. The
// first row that fits counts; what fits none is asked what a chat model is when
// its family is known, and else what is free.
var modes = []struct {
	name *regexp.Regexp
	mode string
}{
	{word("embedding|ada-002"), "embedding"},
	{word("realtime|audio|tts|whisper|transcribe|image|dall-e|sora|video"), ""},
	{word("turbo-instruct|davinci-002|babbage-002"), "completion"},
	{word("llama|phi|mistral|qwen|grok|deepseek|kimi"), "chat"},
	{word("instruct"), ""},
	{word("codex|codex-mini|pro|deep-research|computer-use"), "responses"},
}

// word finds any of some words between characters that are neither letters nor
// digits.
func word(any string) *regexp.Regexp {
	return regexp.MustCompile(`(^|[^a-z0-9])(` + any + `)($|[^a-z0-9])`)
}

// probeOf is what a deployment is asked.
func probeOf(d *config.Deployment) *probe {
	mode := d.Mode
	if mode == "" || mode == "chat" {
		mode = modeOf(d)
	}
	p := probes[mode]
	if p == nil || p.body != "" && (d.Wildcard || d.Target.Deployment == "") {
		return free
	}
	return p
}

// modeOf is the mode of a deployment that writes text, or of which nothing is said.
func modeOf(d *config.Deployment) string {
	switch d.Rewrite.Manner.Language {
	case azure.LanguageMessages:
		return "messages"
	case azure.LanguageResponses:
		return "responses"
	case azure.LanguageCompletions:
		return "completion"
	case azure.LanguageChat:
	}
	if d.Mode == "chat" || d.RoutePrefix != "" {
		return "chat"
	}
	name := d.BaseModel
	if name == "" {
		name = d.Target.Deployment
	}
	name = strings.ToLower(name)
	for _, m := range modes {
		if m.name.MatchString(name) {
			return m.mode
		}
	}
	if azure.NameFamily(name) != nil {
		return "chat"
	}
	return ""
}

// request makes the request of a probe: the deployment's own path, and a body as
// a client's would be rewritten for its family.
func (p *probe) request(d *config.Deployment) (request, error) {
	target := d.Target
	if p == free && target.Endpoint.Models {
		// Foundry's model inference API has no list; the same host has one beside it.
		target.Endpoint.Models, target.Version = false, ""
	}
	path, modelInBody := target.Path(&azure.Route{Op: p.op, Below: p.below, Query: p.query})
	if p.body == "" {
		return request{path: path}, nil
	}
	var doc azure.Doc
	if err := doc.Scan([]byte(p.body)); err != nil {
		return request{}, err
	}
	body, err := d.Rewrite.Apply(&doc, p.op, modelInBody)
	if err != nil {
		return request{}, err
	}
	return request{path: path, body: body.Bytes, anthropic: p.op.Anthropic}, nil
}

// reached is an error by which a model says that it was at work: a reasoning model
// that may write one token alone does not get to its answer.
const reached = "max_tokens or model output limit was reached"
