package azure

// modelCreated is the creation time of every model in the list, in Unix
// seconds. Clients sort by it at most; a constant keeps the answers the same on
// every replica.
const modelCreated = 1_700_000_000

// model is a model as OpenAI's API lists it.
type model struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Created int64  `json:"created"`
	OwnedBy string `json:"owned_by"`
}

func newModel(id string) model {
	return model{ID: id, Object: "model", Created: modelCreated, OwnedBy: "azproc"}
}

// ModelObject is the answer to GET /v1/models/{id}.
func ModelObject(id string) []byte { return marshal(newModel(id)) }

// ModelList is the answer to GET /v1/models, in the order given.
func ModelList(ids []string) []byte {
	data := make([]model, len(ids))
	for i, id := range ids {
		data[i] = newModel(id)
	}
	return marshal(struct {
		Object string  `json:"object"`
		Data   []model `json:"data"`
	}{"list", data})
}
