package config

import (
	"slices"
	"strings"

	"github.com/azproc/azproc/azure"
)

// baseModel reads the declared base model.
func (e *modelReader) baseModel(d *Deployment) *node {
	at := e.params.get("base_model")
	if at.kind != scalar {
		at = e.info.get("base_model")
	}
	if at.kind == scalar {
		d.BaseModel = at.text
	}
	return at
}

// family finds which kind of model a deployment is, and warns where its name
// and what is declared disagree, or neither says it.
func (e *modelReader) family(d *Deployment, model *node) {
	at := e.baseModel(d)
	d.Rewrite.Family = azure.FamilyOf(d.BaseModel, d.RoutePrefix, d.Target.Deployment)
	if d.Wildcard || d.Target.Endpoint.Provider == azure.ProviderOpenAI {
		return
	}
	name := azure.NameFamily(d.Target.Deployment)
	if d.BaseModel != "" {
		if declared := azure.NameFamily(d.BaseModel); declared != nil && name != nil && declared != name {
			e.at(at, Warning, "base_model %s is of the family %s, but the deployment's name says %s: base_model counts", d.BaseModel, declared, name)
		}
		return
	}
	if d.RoutePrefix != "" || !slices.Contains(generating, d.Mode) {
		return
	}
	general := azure.FamilyOf("", "", "")
	if part := reasoningPart(d.Target.Deployment); part != "" && (name == nil || name == general) {
		e.at(model, Warning, "%s is not taken for a reasoning model (LiteLLM would, for the %s within it): if it is one, set model_info.base_model", d.Target.Deployment, part)
		return
	}
	if name == nil {
		e.at(model, Warning, "the name %s does not tell the model: it counts as one that does not reason; if it is gpt-5 or o-series, set model_info.base_model", d.Target.Deployment)
	}
}

// generating are the modes in which a family matters.
var generating = []string{"", "chat", "responses"}

// reasoningPart is what makes LiteLLM take a name for a reasoning model's,
// wherever it stands in it.
func reasoningPart(name string) string {
	for _, part := range []string{"o1", "o3", "o4", "gpt-5"} {
		if strings.Contains(strings.ToLower(name), part) {
			return part
		}
	}
	return ""
}
