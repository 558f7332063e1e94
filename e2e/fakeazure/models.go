package fakeazure

import (
	"net/http"
	"slices"
)

// models lists base models: on Azure that is what `models` means, not the
// deployments. An OpenAI-compatible service lists what it serves.
func (c *call) models() {
	data := []object{}
	for _, id := range c.resource.modelIDs() {
		data = append(data, c.modelObject(id))
	}
	c.json(http.StatusOK, object{"object": "list", "data": data})
}

func (c *call) model() {
	if slices.Contains(c.resource.modelIDs(), c.route.id) {
		c.json(http.StatusOK, c.modelObject(c.route.id))
		return
	}
	if c.azure() {
		c.fail(azureError(http.StatusNotFound, "ResourceNotFound", "The specified model '"+c.route.id+"' is not found."))
		return
	}
	c.fail(modelError(http.StatusNotFound, "invalid_request_error", "model", "model_not_found", "The model '"+c.route.id+"' does not exist"))
}

// modelInfo is what Foundry's /models/info says of the first deployment.
func (c *call) modelInfo() {
	for _, d := range c.resource.Deployments {
		c.json(http.StatusOK, object{"model_name": d.Model, "model_type": "chat-completion", "model_provider_name": "Fake"})
		return
	}
	c.fail(resourceNotFound())
}

// modelIDs are sorted and each there once.
func (r *resource) modelIDs() []string {
	var ids []string
	for _, d := range r.deployments {
		if r.Provider == ProviderOpenAI {
			ids = append(ids, d.Name)
		} else {
			ids = append(ids, d.replyModel())
		}
	}
	ids = append(ids, r.archive.tunedModels()...)
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (c *call) modelObject(id string) object {
	if !c.azure() {
		return object{"id": id, "object": "model", "created": 1_700_000_000, "owned_by": "fake"}
	}
	return object{
		"id": id, "object": "model", "created_at": 1_700_000_000, "updated_at": 1_700_000_000,
		"status": "succeeded", "lifecycle_status": "generally-available", "deprecation": object{},
		"capabilities": object{"fine_tune": false, "inference": true, "completion": true, "chat_completion": true, "embeddings": false},
	}
}
