package config

import (
	"slices"
	"strings"
	"time"

	"github.com/azproc/azproc/azure"
)

// Snapshot is one configuration, complete and immutable.
type Snapshot struct {
	// Path is the file it was read from, "" for the environment.
	Path string
	// Hash is of the bytes that were read, the price file's and the keys' too: the
	// same files have the same hash.
	Hash string
	// Groups are the model groups in the order in which they first appear.
	Groups []*Group
	// Deployments are those that are served, in the file's order.
	Deployments []*Deployment
	// NotServed are the entries of providers that azproc does not serve.
	NotServed []NotServed
	// MasterKey is what clients may show for everything; "" is none.
	MasterKey Secret
	// Keys are the client keys, in the file's order.
	Keys []Key
	// Keyed says that a list of client keys is configured, whatever is in it.
	Keyed bool
	// KeysFile is the second file that keys were read from, "" for none.
	KeysFile string
	// MaxBody is the largest JSON body, in bytes.
	MaxBody int64
	// Timeout is for one try of a request; 0 is none.
	Timeout time.Duration
	// IDSecret authenticates the ids that clients get; "" where anyone may call.
	IDSecret Secret
	// Default is whose resource takes a request that names no model and no id; nil
	// when nothing is served.
	Default *Deployment
	// BatchBalancing says that a batch's file names a model group.
	BatchBalancing bool
	// StreamUsage says that streams are asked for their usage where the client does
	// not.
	StreamUsage bool
	// Router says how deployments are picked.
	Router Router
	// Pricing is what Options.Prices gave.
	Pricing Pricing
}

// Group is the deployments behind one model_name.
type Group struct {
	Name        string
	Deployments []*Deployment
	// Wildcard is set when Name has a star, which stands for any text.
	Wildcard bool
}

// NotServed is an entry of the model list that azproc leaves alone.
type NotServed struct {
	Position
	Group  string // model_name
	Model  string // litellm_params.model
	Reason string
}

// Deployment is one entry of the model list.
type Deployment struct {
	// Name names the deployment for people and is unique: model_info.id, else
	// the name at Azure, with the host behind it where that is not enough.
	Name string
	// Cluster is its cluster's name in Envoy. It changes with the place it
	// leads to, so that no request planned for one place reaches another.
	Cluster string
	// Group is the model_name.
	Group string
	// Wildcard says that the name at Azure has a star: the request names the
	// deployment.
	Wildcard bool
	// Model is litellm_params.model as it was written.
	Model string
	// RoutePrefix is o_series, gpt5_series, azure_text or "".
	RoutePrefix string
	// BaseModel is the declared base model, "" when there is none.
	BaseModel string
	// Target is where its requests go.
	Target azure.Target
	// Rewrite is what it wants of a body.
	Rewrite azure.Rewrite
	// Credential is as whom it is called.
	Credential Credential
	// ExtraHeaders are sent with every request.
	ExtraHeaders []azure.Header
	// TPM and RPM are its limits per minute in tokens and requests; 0 is none.
	TPM, RPM int64
	// Weight is its share where deployments are picked at random; 0 is unset.
	Weight float64
	// Order is its tier: lower ones come first.
	Order int
	// Timeout and StreamTimeout are for a request; 0 is unset.
	Timeout, StreamTimeout time.Duration
	// MaxRetries is how often a request is tried again; -1 is unset.
	MaxRetries int
	// Cooldown is the first rest of the deployment when it fails; 0 is the
	// router's.
	Cooldown time.Duration
	// Cost is what a token in and a token out cost together, in US dollars; -1
	// is unknown.
	Cost float64
	// Prices are those that the entry sets itself.
	Prices []Price
	// Mode is model_info.mode: chat, embedding, image_generation, batch, ...
	Mode string
	// Info is model_info as it was written.
	Info map[string]any
	// Declared is how its model is talked to, as the entry says it.
	Declared Declared
	// Position is where the entry begins.
	Position Position
}

// Reachable are all deployments that a request can come to: those that are served,
// and Default, which may be of no model.
func (s *Snapshot) Reachable() []*Deployment {
	if s.Default == nil || slices.Contains(s.Deployments, s.Default) {
		return s.Deployments
	}
	return append(slices.Clone(s.Deployments), s.Default)
}

// Find gives the group that serves a model: the one of that name, else the
// wildcard that fits with the longest name. capture is what its star stood for.
func (s *Snapshot) Find(model string) (g *Group, capture string, ok bool) {
	for _, c := range s.Groups {
		if !c.Wildcard {
			if c.Name == model {
				return c, "", true
			}
			continue
		}
		if g != nil && len(g.Name) >= len(c.Name) {
			continue
		}
		if found, fits := match(c.Name, model); fits {
			g, capture = c, found
		}
	}
	return g, capture, g != nil
}

// match holds a name against a pattern with one star.
func match(pattern, name string) (capture string, ok bool) {
	before, after, _ := strings.Cut(pattern, "*")
	if len(name) <= len(before)+len(after) || !strings.HasPrefix(name, before) || !strings.HasSuffix(name, after) {
		return "", false
	}
	return name[len(before) : len(name)-len(after)], true
}
