package fakeazure

import "net/http"

// sinceAssistants is the first api-version of the second Assistants API. It
// never came to a version that is not a preview, nor to the v1 surface.
const sinceAssistants = "2024-05-01"

// assistantOperations are the operations on assistants. Their model is a deployment.
var assistantOperations = []*operation{
	ofAssistants(http.MethodPost, "assistants", (*call).createAssistant),
	ofAssistants(http.MethodGet, "assistants", (*call).listAssistants),
	ofAssistants(http.MethodGet, "assistants/{id}", (*call).retrieveAssistant),
	ofAssistants(http.MethodPost, "assistants/{id}", (*call).updateAssistant),
	ofAssistants(http.MethodDelete, "assistants/{id}", (*call).deleteAssistant),
}

func ofAssistants(method, path string, serve func(*call)) *operation {
	return &operation{path: path, method: method, only: surfaceResource, since: sinceAssistants, preview: true, named: (*call).modelOfBody, serve: serve}
}

// modelOfBody is the deployment that a request names without having to.
func (c *call) modelOfBody() string {
	var named struct {
		Model string `json:"model"`
	}
	_ = c.decodeAny(&named) // the operation itself answers what is wrong
	return named.Model
}

// assistantFields are what a client may set.
var assistantFields = []string{
	"model", "name", "description", "instructions", "tools", "tool_resources", "metadata", "temperature", "top_p", "response_format", "reasoning_effort",
}

// change sets those of an object's fields that a request brings.
func change(o, fields object, names []string) {
	for _, name := range names {
		if value, sent := fields[name]; sent {
			o[name] = value
		}
	}
}

// chats finds the deployment that an assistant or a run is to use, and notes it
// in the record of the request.
func (c *call) chats(name string) *failure {
	d := c.resource.deployments[name]
	switch {
	case name == "":
		return missing("model")
	case d == nil:
		return deploymentNotFound()
	case d.Kind != KindChat && d.Kind != KindBench:
		return notSupported("assistants", d.Model)
	}
	c.name, c.deployed = name, d
	if c.request != nil {
		c.server.mu.Lock()
		c.request.Deployment = name
		c.server.mu.Unlock()
	}
	return nil
}

// notFound is what the Assistants API says of an id that this resource has not
// made.
func notFound(kind, id string) *failure {
	return modelError(http.StatusNotFound, "invalid_request_error", "", "", "No "+kind+" found with id '"+id+"'.")
}

// fields reads the body as it is.
func (c *call) fields() (object, *failure) {
	fields := object{}
	return fields, c.decodeAny(&fields)
}

func (c *call) createAssistant() {
	fields, wrong := c.fields()
	if wrong == nil {
		wrong = c.chats(c.name)
	}
	if wrong != nil {
		c.fail(wrong)
		return
	}
	c.keep(func(m *memory) (any, *failure) {
		id := newShortID("asst_")
		assistant := object{
			"id": id, "object": "assistant", "created_at": c.created(), "name": nil, "description": nil, "instructions": nil,
			"tools": []any{}, "tool_resources": object{}, "metadata": object{}, "temperature": 1, "top_p": 1, "response_format": "auto",
		}
		change(assistant, fields, assistantFields)
		m.assistants.put(id, assistant)
		return assistant, nil
	})
}

func (c *call) listAssistants() {
	c.keep(func(m *memory) (any, *failure) { return c.page(m.assistants.list()) })
}

// assistant runs f with the assistant of the path.
func (c *call) assistant(f func(*memory, object) (any, *failure)) {
	c.keep(func(m *memory) (any, *failure) {
		assistant, ok := m.assistants.get(c.ids[0])
		if !ok {
			return nil, notFound("assistant", c.ids[0])
		}
		return f(m, assistant)
	})
}

func (c *call) retrieveAssistant() {
	c.assistant(func(_ *memory, assistant object) (any, *failure) { return assistant, nil })
}

func (c *call) updateAssistant() {
	fields, wrong := c.fields()
	if wrong == nil && fields["model"] != nil {
		wrong = c.chats(c.name)
	}
	if wrong != nil {
		c.fail(wrong)
		return
	}
	c.assistant(func(_ *memory, assistant object) (any, *failure) {
		change(assistant, fields, assistantFields)
		return assistant, nil
	})
}

func (c *call) deleteAssistant() {
	c.assistant(func(m *memory, _ object) (any, *failure) {
		m.assistants.drop(c.ids[0])
		return deleted(c.ids[0], "assistant.deleted"), nil
	})
}
