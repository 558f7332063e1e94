package azure

// BodyKind is what an operation's request carries.
type BodyKind uint8

// The kinds of request bodies.
const (
	BodyNone BodyKind = iota // no body
	BodyJSON                 // one JSON object
	BodyForm                 // multipart/form-data
	BodyAny                  // whatever the client sends: JSON, a form, bytes, none
)

// Operation is one operation of the API, whatever dialect it is asked for in.
// Operations are compared by pointer.
type Operation struct {
	// Name is the path below the deployment or the v1 root: "chat/completions".
	Name string
	// Method is the HTTP method it is asked for with.
	Method string
	// Body is what the request carries.
	Body BodyKind
	// Scoped says where the operation stands on Azure's classic surface: true
	// is /openai/deployments/{deployment}/Name, false /openai/Name.
	Scoped bool
	// Modeled says that a model names the deployment that serves it. The others
	// are answered from the configuration.
	Modeled bool
	// Anthropic says that it is one of Anthropic's API, which stands beside
	// /openai on a Foundry resource and has no api-version.
	Anthropic bool
	// Habit says that it is one that LiteLLM's users know (habit.go), Open that
	// nobody needs a key for it.
	Habit, Open bool

	// Below is set for a collection: everything below its name is one operation,
	// with any method, at the resource that the ids in it belong to.
	Below bool
	// Floor is the first dated api-version that has the collection; an older one
	// that is configured is not used for it.
	Floor string
	// V1 and Dated say that a collection is on that surface alone.
	V1, Dated bool
}

// The operations of this gateway. Azure has no images/variations and no
// moderations (azure-api reference, section 1a).
var (
	OpChat           = &Operation{Name: "chat/completions", Method: "POST", Body: BodyJSON, Scoped: true, Modeled: true}
	OpCompletions    = &Operation{Name: "completions", Method: "POST", Body: BodyJSON, Scoped: true, Modeled: true}
	OpEmbeddings     = &Operation{Name: "embeddings", Method: "POST", Body: BodyJSON, Scoped: true, Modeled: true}
	OpResponses      = &Operation{Name: "responses", Method: "POST", Body: BodyJSON, Modeled: true}
	OpImages         = &Operation{Name: "images/generations", Method: "POST", Body: BodyJSON, Scoped: true, Modeled: true}
	OpImageEdits     = &Operation{Name: "images/edits", Method: "POST", Body: BodyForm, Scoped: true, Modeled: true}
	OpSpeech         = &Operation{Name: "audio/speech", Method: "POST", Body: BodyJSON, Scoped: true, Modeled: true}
	OpTranscriptions = &Operation{Name: "audio/transcriptions", Method: "POST", Body: BodyForm, Scoped: true, Modeled: true}
	OpTranslations   = &Operation{Name: "audio/translations", Method: "POST", Body: BodyForm, Scoped: true, Modeled: true}
	OpMessages       = &Operation{Name: "messages", Method: "POST", Body: BodyJSON, Modeled: true, Anthropic: true}
	OpCountTokens    = &Operation{Name: "messages/count_tokens", Method: "POST", Body: BodyJSON, Modeled: true, Anthropic: true}
	OpKeyInfo        = &Operation{Name: "key/info", Method: "GET"}
	OpModels         = &Operation{Name: "models", Method: "GET"}
	OpModel          = &Operation{Name: "models/{id}", Method: "GET"}
)

// Operations are all of them, in the order of the documentation.
var Operations = []*Operation{
	OpChat, OpCompletions, OpEmbeddings, OpResponses, OpImages, OpImageEdits,
	OpSpeech, OpTranscriptions, OpTranslations, OpMessages, OpCountTokens, OpModels, OpModel, OpKeyInfo,
}

// OperationNamed is the operation of a name that is modeled; nil for any other.
func OperationNamed(name string) *Operation {
	if op := operationsByName[name]; op != nil && op.Modeled {
		return op
	}
	return nil
}

// HasTiers is whether its requests may ask for a service tier. op may be nil.
func (op *Operation) HasTiers() bool {
	switch op {
	case OpChat, OpCompletions, OpResponses, OpMessages:
		return true
	}
	return false
}

// UsesTokens is whether its answers cost tokens, all of them.
func (op *Operation) UsesTokens() bool {
	switch op {
	case OpChat, OpCompletions, OpEmbeddings, OpResponses, OpMessages:
		return true
	}
	return false
}
