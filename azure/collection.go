package azure

import (
	"net/http"
	"strings"
)

// The collections: what has an id, and exists on the resource that made it. Which
// surface has them since when is from the azure-api reference, sections 1b and 1c.
var (
	OpStored        = &Operation{Name: "responses", Body: BodyAny, Below: true, Floor: "2025-03-01-preview"}
	OpConversations = &Operation{Name: "conversations", Body: BodyAny, Below: true, V1: true}
	OpFiles         = &Operation{Name: "files", Body: BodyAny, Below: true, Floor: "2024-10-21"}
	OpUploads       = &Operation{Name: "uploads", Body: BodyAny, Below: true, Floor: "2024-10-21"}
	OpBatches       = &Operation{Name: "batches", Body: BodyAny, Below: true, Floor: "2024-10-21"}
	OpFineTuning    = &Operation{Name: "fine_tuning", Body: BodyAny, Below: true, Floor: "2024-10-21"}
	OpVectorStores  = &Operation{Name: "vector_stores", Body: BodyAny, Below: true, Floor: "2024-05-01-preview"}
	OpAssistants    = &Operation{Name: "assistants", Body: BodyAny, Below: true, Floor: "2024-05-01-preview", Dated: true}
	OpThreads       = &Operation{Name: "threads", Body: BodyAny, Below: true, Floor: "2024-05-01-preview", Dated: true}
	OpEvals         = &Operation{Name: "evals", Body: BodyAny, Below: true, Floor: "2025-04-01-preview"}
	OpContainers    = &Operation{Name: "containers", Body: BodyAny, Below: true, V1: true}
	OpVideos        = &Operation{Name: "videos", Body: BodyAny, Below: true, V1: true}
	OpRealtime      = &Operation{Name: "realtime", Body: BodyAny, Below: true, V1: true}
	OpRealtimeAPI   = &Operation{Name: "realtimeapi", Body: BodyAny, Below: true, Floor: "2024-10-01-preview", Dated: true}

	// OpPassthrough is whatever stands behind /azure/, at a resource, as it is.
	OpPassthrough = &Operation{Name: "passthrough", Body: BodyAny, Below: true}
)

// Collections are all of them, in the order of the documentation.
var Collections = []*Operation{
	OpStored, OpConversations, OpFiles, OpUploads, OpBatches, OpFineTuning, OpVectorStores, OpAssistants, OpThreads,
	OpEvals, OpContainers, OpVideos, OpRealtime, OpRealtimeAPI,
}

// lastDated is the last dated preview: what a collection without a place on the v1
// surface is asked for with when the configuration means that surface.
const lastDated = "2025-04-01-preview"

// onV1Alone are operations of other collections that the classic surface does not
// have.
var onV1Alone = map[string]bool{"responses/compact": true, "responses/input_tokens": true}

// collection is the collection that a path below a root is in, nil when in none.
func collection(path string) *Operation {
	first, _, _ := strings.Cut(path, "/")
	for _, op := range Collections {
		if op.Name == first {
			return op
		}
	}
	return nil
}

// Content is whether the path asks for the bytes of a file, which pass as they are.
func (r *Route) Content() bool { return strings.HasSuffix(r.Below, "/content") }

// InCollection is whether a path at Azure is of something with an id, so that a 404
// says that it is not there, and nothing of a deployment.
func InCollection(path string) bool {
	path, _, _ = strings.Cut(path, "?")
	_, below, ok := strings.Cut(path, "/openai/")
	if !ok {
		return false
	}
	below = strings.TrimPrefix(below, "v1/")
	return collection(below) != nil && operationsByName[below] == nil
}

// OfBatches is whether a path at Azure is of batches.
func OfBatches(path string) bool {
	path, _, _ = strings.Cut(path, "?")
	_, below, _ := strings.Cut(path, "/openai/")
	below = strings.TrimPrefix(below, "v1/")
	if named, ok := strings.CutPrefix(below, "deployments/"); ok {
		_, below, _ = strings.Cut(named, "/")
	}
	return collection(below) == OpBatches
}

// HasIDs is whether an answer may hold ids of its resource.
func (r *Route) HasIDs() bool {
	switch {
	case r.Socket: // they are in its frames, which nobody reads
		return false
	case r.Op == OpResponses:
		return true
	case !r.Op.Below || r.Content():
		return false
	case r.Op == OpPassthrough:
		op := operationsByName[r.below()]
		return op == nil || op == OpResponses
	}
	return true
}

// below is Below from the operation's name on, also of the passthrough.
func (r *Route) below() string {
	if r.Op != OpPassthrough {
		return r.Below
	}
	name := strings.TrimPrefix(strings.TrimPrefix(r.Below, "openai/"), "v1/")
	if named, ok := strings.CutPrefix(name, "deployments/"); ok {
		_, name, _ = strings.Cut(named, "/")
	}
	return name
}

// Asks is the operation that is asked for, be it through the passthrough; that
// itself for what it does not know.
func (r *Route) Asks() *Operation {
	if r.Op == OpPassthrough {
		if op := operationsByName[r.below()]; op != nil {
			return op
		}
		if op := collection(r.below()); op != nil {
			return op
		}
	}
	return r.Op
}

// OneBatch is whether the path is of one batch, or of its cancellation: the answer
// describes it.
func (r *Route) OneBatch() bool {
	below := r.below()
	return collection(below) == OpBatches && (strings.Count(below, "/") == 1 || strings.HasSuffix(below, "/cancel"))
}

// MakesBatch is whether the request makes a batch.
func (r *Route) MakesBatch(method string) bool {
	return method == http.MethodPost && r.below() == OpBatches.Name
}

// ModelUse says what a model_name in the body of a collection's request is for.
type ModelUse uint8

const (
	// ModelServes does the work: the deployment's name goes upstream.
	ModelServes ModelUse = iota
	// ModelSelects is LiteLLM's way to choose a resource. Azure does not know it.
	ModelSelects
	// ModelStays is a model of Azure's own, which may choose a resource too.
	ModelStays
)

// ModelUse is the use of the model in the body: Azure's batches have none, and
// fine-tuning has the base model's name ("fine_tuning/jobs", azure-api reference,
// section 1b).
func (r *Route) ModelUse() ModelUse {
	switch {
	case r.Op == OpBatches:
		return ModelSelects
	case r.Asks() == OpFineTuning:
		return ModelStays
	}
	return ModelServes
}

// Joins is whether what a request makes is used together with what others make that
// name no model: an assistant is run on a thread.
func (r *Route) Joins() bool {
	switch r.Asks() {
	case OpAssistants, OpThreads, OpVectorStores, OpEvals:
		return true
	}
	return false
}

// List is whether the path asks for a whole collection.
func (r *Route) List() bool {
	switch r.Op {
	case OpFineTuning:
		return r.Below == "fine_tuning/jobs"
	case OpFiles, OpBatches, OpVectorStores, OpAssistants, OpEvals, OpContainers, OpVideos:
		return r.Below == r.Op.Name
	}
	return false
}

// below gives the :path of a collection's request upstream.
func (t *Target) below(r *Route) string {
	e := &t.Endpoint
	query := r.Query
	if r.Op == OpRealtime && r.Model != "" { // the model of a call may stand there
		query = setParam(query, "model", t.Deployment)
	}
	switch {
	case r.Op == OpPassthrough:
		return join(e.Prefix, "/", "", "", t.named(r.Below, r.Model), "", query)
	case e.Provider == ProviderOpenAI:
		return join(e.Prefix, "/", "", "", r.Below, "", query)
	}
	version := t.Version
	if version == "" && IsVersion(r.Version) {
		version = r.Version
	}
	v1 := version == "" || IsV1(version)
	switch {
	case r.Op.V1, onV1Alone[r.Below], v1 && !r.Op.Dated:
		if version != "preview" {
			version = "" // v1 is the default there
		}
		return join(e.Prefix, "/openai/v1/", "", "", r.Below, version, query)
	case r.Op.Dated && (v1 || !strings.HasSuffix(version, "-preview")): // never generally available
		version = lastDated
		if strings.HasSuffix(r.Version, "-preview") {
			version = r.Version
		}
	case version < r.Op.Floor:
		version = r.Op.Floor
	}
	return join(e.Prefix, "/openai/", "", "", r.Below, version, query)
}

// named is a path of the passthrough with the deployment in the model's place.
func (t *Target) named(path, model string) string {
	const prefix = "openai/deployments/"
	rest, ok := strings.CutPrefix(path, prefix)
	if !ok || model == "" {
		return path
	}
	_, below, _ := strings.Cut(rest, "/")
	return prefix + escapeSegment(t.Deployment) + "/" + below
}
