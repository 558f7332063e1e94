package fakeazure

import (
	"crypto/tls"
	"time"
)

// Config is what a [Server] plays. The zero value of every field but
// Resources is the behaviour of an ordinary Azure resource.
type Config struct {
	Resources []Resource

	// GatewayKeys are credentials of the gateway's own clients. One that
	// arrives in any header or in the query is a violation.
	GatewayKeys []string

	// AnyEncoding accepts every accept-encoding. Otherwise whatever is not
	// exactly "identity" is a violation, as azproc has to send that.
	AnyEncoding bool

	// Strict refuses fields of chat, completions and responses that the
	// operation does not know, at every level, as Azure does with 400.
	// Otherwise they are accepted and recorded.
	Strict bool

	// Quiet records nothing and looks for no violations: for benchmarks.
	Quiet bool

	// UnknownLimits answers -1 and 0 in the x-ratelimit headers, as Azure
	// does on some deployments since November 2025.
	UnknownLimits bool

	// Pace is the time between two events of every stream; see also
	// [Server.Pace] and the request field "fakeazure".
	Pace time.Duration

	// ManualSteps keeps the status of what a resource works on (batches,
	// fine-tuning jobs, videos, ...) until [Server.Step]. Otherwise each
	// retrieval moves it on by one and shows what it is then.
	ManualSteps bool

	// SlowFiles makes an uploaded file pending before it is processed.
	SlowFiles bool

	// Quotas are the limits of each resource's files and batches.
	Quotas Quotas

	// Now tells the time for `created` and the rate limits; nil is time.Now.
	Now func() time.Time
}

// Provider is whose API a resource speaks.
type Provider uint8

// The providers.
const (
	ProviderAzure  Provider = iota // Azure OpenAI and Microsoft Foundry
	ProviderOpenAI                 // an OpenAI-compatible service at /v1, Bearer keys
)

// TokenCheck knows which Entra tokens are good: [Entra] is one.
type TokenCheck interface {
	// Valid reports whether the token was issued for the audience, which is a
	// scope without its /.default, and has not expired.
	Valid(token, audience string) bool
}

// Resource is one Azure resource: a host with keys and deployments.
type Resource struct {
	Name     string
	Provider Provider

	// Address is where to listen; "" is a port of its own on 127.0.0.1.
	Address string

	// Host is the name that clients must put into the Host header, beside the
	// listener's own address, which is always right.
	Host string

	// Prefix is a path before /openai, as an API gateway or a Foundry
	// project puts there; no trailing slash.
	Prefix string

	// TLS makes the listener speak https with this configuration.
	TLS *tls.Config

	Keys []string

	// Tokens checks bearer tokens against Audiences (nil: those of Azure
	// OpenAI and of Foundry). Without it no token is good.
	Tokens    TokenCheck
	Audiences []string

	Deployments []Deployment
}

// Deployment is one model of a resource under the name that the operator gave.
type Deployment struct {
	Name string

	// Model is the base model, such as "gpt-4o" or "o3-mini"; Version is
	// appended to it in answers, as Azure does ("gpt-4o" and "2024-11-20").
	Model   string
	Version string

	// Kind is which operations the deployment does; found by Model when zero.
	Kind Kind

	// SKU says whether the deployment answers requests, batches or, when it
	// is zero, both, which no real one does.
	SKU SKU

	// RPM and TPM are the rate limits of each minute: requests and estimated
	// tokens above them are answered with 429. 0 is no limit.
	RPM, TPM int

	// AsyncFilter streams the verdicts of the content filter later than the
	// text, in chunks of their own that have no delta.
	AsyncFilter bool
}

// SKU is how a deployment is sold.
type SKU uint8

// The SKUs, as far as they differ here.
const (
	SKUAny      SKU = iota // requests and batches
	SKUStandard            // requests alone
	SKUBatch               // batches alone: GlobalBatch and DataZoneBatch
)

// Kind is which operations a deployment does.
type Kind uint8

// The kinds.
const (
	KindAuto          Kind = iota // by Deployment.Model
	KindChat                      // chat/completions and responses
	KindResponses                 // responses alone: o3-pro, gpt-5-codex, ...
	KindCompletions               // the old completions
	KindEmbeddings                // embeddings
	KindImages                    // images/generations, images/edits
	KindVideo                     // videos
	KindSpeech                    // audio/speech
	KindTranscription             // audio/transcriptions, audio/translations
	KindRealtime                  // realtime, its sessions and client secrets
	KindClaude                    // anthropic/v1/messages and its count_tokens
	KindBench                     // any POST: one fixed answer with the least work, nothing checked
)

// replyModel is the name in answers: the base model, never the deployment.
func (d *Deployment) replyModel() string {
	if d.Version == "" {
		return d.Model
	}
	return d.Model + "-" + d.Version
}
