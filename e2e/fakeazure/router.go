package fakeazure

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// surface is one of the ways in which the same operations are addressed.
type surface uint8

const (
	surfaceClassic    surface = iota + 1 // /openai/deployments/{deployment}/<op>: the path names the deployment
	surfaceResource                      // /openai/<op>: the body names it
	surfaceExtensions                    // /openai/deployments/{deployment}/extensions/<op>
	surfaceV1                            // /openai/v1/<op>: the body names it, no dated version
	surfaceFoundry                       // /models/<op>: the body names it
	surfaceClaude                        // /anthropic/v1/<op>: the body names it, no api-version
	surfaceOpenAI                        // /v1/<op> of ProviderOpenAI
	surfacePublic                        // images by URL: no credential
)

// operation is one thing that Azure does.
type operation struct {
	path    string // below the deployment or the root of the surface
	method  string
	form    bool               // multipart/form-data
	json    bool               // with form: JSON too, by the content type
	files   bool               // the files of its form are kept, not just hashed
	kind    Kind               // of the deployments that can do it; KindAuto: no deployment
	since   string             // date of the first classic api-version; "" when not on that surface
	id      string             // in Azure's rate limit message
	verb    string             // in Azure's OperationNotSupported message
	foundry bool               // also at /models
	only    surface            // surfaceV1 or surfaceResource: not on the other; 0 is both
	preview bool               // only in the preview versions of the classic surface
	socket  bool               // a WebSocket
	named   func(*call) string // the deployment, where it is not the body's model
	serve   func(*call)
}

// scoped are the operations of a deployment's own path, and of the v1 surface.
var scoped = []*operation{
	{path: "chat/completions", method: http.MethodPost, kind: KindChat, since: "2023-03-15", id: "ChatCompletions_Create", verb: "chatCompletion", foundry: true, serve: (*call).chat},
	{path: "completions", method: http.MethodPost, kind: KindCompletions, since: "2022-12-01", id: "Completions_Create", verb: "completion", serve: (*call).completions},
	{path: "embeddings", method: http.MethodPost, kind: KindEmbeddings, since: "2022-12-01", id: "Embeddings_Create", verb: "embeddings", foundry: true, serve: (*call).embeddings},
	{path: "images/generations", method: http.MethodPost, kind: KindImages, since: "2023-12-01", id: "ImageGenerations_Create", verb: "imageGenerations", serve: (*call).imageGenerations},
	{path: "images/edits", method: http.MethodPost, form: true, kind: KindImages, since: "2025-04-01", id: "ImageEdits_Create", verb: "imageEdits", serve: (*call).imageEdits},
	{path: "audio/speech", method: http.MethodPost, kind: KindSpeech, since: "2024-02-15", id: "Speech_Create", verb: "speech", serve: (*call).speech},
	{path: "audio/transcriptions", method: http.MethodPost, form: true, kind: KindTranscription, since: "2023-09-01", id: "Transcriptions_Create", verb: "audio", serve: (*call).transcriptions},
	{path: "audio/translations", method: http.MethodPost, form: true, kind: KindTranscription, since: "2023-09-01", id: "Translations_Create", verb: "audio", serve: (*call).translations},
	{path: "responses", method: http.MethodPost, kind: KindResponses, since: "2025-03-01", id: "Responses_Create", verb: "responses", serve: (*call).responses},
}

// resourceScoped are the operations of /openai/<op> with a dated version.
var resourceScoped = slices.Concat(
	[]*operation{
		scoped[len(scoped)-1],
		{path: "models", method: http.MethodGet, since: "2023-03-15", serve: (*call).models},
		{path: "models/{id}", method: http.MethodGet, since: "2023-03-15", serve: (*call).model},
	},
	responseOperations,
	conversationOperations,
	assistantOperations,
	threadOperations,
	runOperations,
	realtimeOperations,
	fileOperations,
	uploadOperations,
	batchOperations,
	fineTuningOperations,
	vectorStoreOperations,
	vectorStoreFileOperations,
	containerOperations,
	evalOperations,
	videoOperations,
)

// claudeScoped are the operations of /anthropic/v1.
var claudeScoped = []*operation{
	{path: "messages", method: http.MethodPost, kind: KindClaude, id: "Messages_Create", verb: "messages", serve: (*call).claude},
	{path: "messages/count_tokens", method: http.MethodPost, kind: KindClaude, id: "Messages_CountTokens", verb: "messages", serve: (*call).claudeCount},
}

// v1Scoped are the operations of /openai/v1 and of ProviderOpenAI.
var v1Scoped = append(append([]*operation{}, scoped...), resourceScoped[1:]...)

// deploymentScoped are the operations of /openai/deployments/{deployment}: the
// Node SDK puts the batches of a client with a deployment there.
var deploymentScoped = slices.Concat(scoped, batchOperations)

// foundryInfo is GET /models/info.
var foundryInfo = &operation{path: "info", method: http.MethodGet, serve: (*call).modelInfo}

// publicImage serves what an image answer's `url` leads to.
var publicImage = &operation{path: "private/images/{id}", method: http.MethodGet, serve: (*call).image}

// route is where a path leads.
type route struct {
	op         *operation
	surface    surface
	deployment string   // named in the path, percent-decoded
	id         string   // {id} of the operation, percent-decoded
	ids        []string // all of them
}

// find resolves an escaped path; ok is false when nothing is there.
func (r *resource) find(method, path string) (route, bool) {
	rest, ok := strings.CutPrefix(path, r.Prefix+"/")
	if !ok {
		return route{}, false
	}
	if found, ok := match([]*operation{publicImage}, surfacePublic, method, rest); ok {
		found.surface = surfacePublic
		return found, true
	}
	if r.Provider == ProviderOpenAI {
		rest, ok := strings.CutPrefix(rest, "v1/")
		found, known := match(v1Scoped, surfaceV1, method, rest)
		found.surface = surfaceOpenAI
		return found, ok && known
	}
	for _, s := range [...]struct {
		prefix  string
		surface surface
		ops     []*operation
	}{
		{"openai/v1/", surfaceV1, v1Scoped},
		{"openai/deployments/", surfaceClassic, deploymentScoped},
		{"openai/", surfaceResource, resourceScoped},
		{"models/", surfaceFoundry, v1Scoped},
		{"anthropic/v1/", surfaceClaude, claudeScoped},
	} {
		rest, ok := strings.CutPrefix(rest, s.prefix)
		if !ok {
			continue
		}
		found := route{surface: s.surface}
		if s.surface == surfaceClassic {
			segment, below, _ := strings.Cut(rest, "/")
			name, err := url.PathUnescape(segment)
			if err != nil || name == "" {
				return route{}, false
			}
			found.deployment, rest = name, below
			if op, ok := strings.CutPrefix(rest, "extensions/"); ok && op == "chat/completions" {
				found.surface, rest = surfaceExtensions, op
			}
		}
		if s.surface == surfaceFoundry && rest == foundryInfo.path && method == http.MethodGet {
			found.op = foundryInfo
			return found, true
		}
		matched, ok := match(s.ops, s.surface, method, rest)
		if !ok || (s.surface == surfaceFoundry && !matched.op.foundry) {
			return route{}, false
		}
		found.op, found.id, found.ids = matched.op, matched.id, matched.ids
		return found, true
	}
	return route{}, false
}

func match(ops []*operation, on surface, method, path string) (route, bool) {
	segments := strings.Split(path, "/")
	for _, op := range ops {
		if op.method != method || (op.only != 0 && op.only != on) {
			continue
		}
		if ids, ok := op.fits(segments); ok {
			return route{op: op, id: strings.Join(ids[:min(1, len(ids))], ""), ids: ids}, true
		}
	}
	return route{}, false
}

// fits compares the path of a request with that of the operation, in which
// each {...} stands for an id.
func (op *operation) fits(segments []string) (ids []string, ok bool) {
	own := strings.Split(op.path, "/")
	if len(own) != len(segments) {
		return nil, false
	}
	for i, segment := range segments {
		if own[i] == segment {
			continue
		}
		id, err := url.PathUnescape(segment)
		if own[i][0] != '{' || id == "" || err != nil {
			return nil, false
		}
		ids = append(ids, id)
	}
	return ids, true
}

// can reports whether a deployment does an operation for a request.
func (op *operation) can(d *Deployment) bool {
	return op.does(d) && (op.kind == KindAuto || d.SKU != SKUBatch)
}

// does reports whether the model of a deployment does an operation.
func (op *operation) does(d *Deployment) bool {
	if op.kind == KindAuto || d.Kind == KindBench {
		return true
	}
	row := rules(d.Model)
	switch op.kind {
	case KindChat:
		return d.Kind == KindChat
	case KindResponses:
		return (d.Kind == KindChat && !row.noResponses) || d.Kind == KindResponses
	}
	return d.Kind == op.kind
}

// versionFits checks the api-version of a call and whether the surface has the
// operation in it.
func (c *call) versionFits() bool {
	switch c.surface {
	case surfaceV1:
		return c.version == "" || c.version == "v1" || c.version == "preview" || c.version == "latest"
	case surfaceClaude:
		return !c.r.URL.Query().Has("api-version")
	case surfaceClassic, surfaceResource:
		return published(c.version, c.op.since) && (!c.op.preview || strings.HasSuffix(c.version, "-preview"))
	case surfaceExtensions:
		return published(c.version, "2023-06-01")
	case surfaceFoundry:
		return published(c.version, "2024-05-01")
	}
	return true
}
