package routing

import (
	"testing"

	"github.com/azproc/azproc/azure"
)

func TestAWildcardServesTheDeploymentThatTheRequestNames(t *testing.T) {
	w := newWorld(t, "model_list:\n- {model_name: azure/*, litellm_params: {model: azure/*, api_base: 'https://a.openai.azure.com', api_key: k}}\n")
	for name, family := range map[string]*azure.Family{
		"gpt-4o-prod": azure.FamilyOf("", "", "gpt-4o-prod"),
		"my-o3":       azure.FamilyOf("", "", "my-o3"),
	} {
		p, _ := w.plan("azure/" + name)
		if p.Target.Deployment != name || p.Rewrite.Model != name || p.Rewrite.Family != family {
			t.Errorf("%s: deployment %s, model %s, family %v", name, p.Target.Deployment, p.Rewrite.Model, p.Rewrite.Family)
		}
		if p.Deployment.Target.Deployment != "*" {
			t.Errorf("the configured deployment itself was changed to %q", p.Deployment.Target.Deployment)
		}
	}
}

func TestWhetherAWildcardServesAnOperationDependsOnTheModelThatIsAskedFor(t *testing.T) {
	w := newWorld(t, "model_list:\n- {model_name: azure_ai/*, litellm_params: {model: azure_ai/*, api_base: 'https://a.services.ai.azure.com', api_key: k}}\n"+entries("m", "one")+
		"router_settings: {fallbacks: [{m: [azure_ai/claude-opus-4-5]}], num_retries: 2}\n")
	for _, tt := range []struct {
		model string
		op    *azure.Operation
		ok    bool
	}{
		{"azure_ai/claude-sonnet-4-5", azure.OpMessages, true},
		{"azure_ai/gpt-4o", azure.OpMessages, false},
		{"azure_ai/claude-sonnet-4-5", azure.OpResponses, false},
		{"azure_ai/gpt-4o", azure.OpResponses, true},
	} {
		if _, err := w.Plan(t.Context(), &Request{Model: tt.model, Op: tt.op}); (err == nil) != tt.ok || err != nil && err.Code != "unsupported_operation" {
			t.Errorf("%s of %s: %v", tt.op.Name, tt.model, err)
		}
	}
	for op, want := range map[*azure.Operation]int{azure.OpChat: 1, azure.OpResponses: 0} {
		if p, err := w.Plan(t.Context(), &Request{Model: "m", Op: op}); err != nil || len(p.Next) != want {
			t.Errorf("%s: %d after the first, want %d; %v", op.Name, len(p.Next), want, err)
		}
	}
}
