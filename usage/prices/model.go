package prices

import (
	"cmp"
	"slices"
	"strings"
)

// Names are what is known of the model behind a request, each as it is written
// somewhere; "" is unknown.
type Names struct {
	Seller Seller
	// Base is the base_model that the configuration declares.
	Base string
	// Answered is the model that the answer names.
	Answered string
	// Model is the litellm_params.model, or the deployment's name.
	Model string
}

// Model is what a model costs: an entry, or the entries of an image model's
// sizes. It is never changed.
type Model struct {
	// Name is the key of the entry, in lower case; of an image model whose prices
	// depend on the size it is the key without quality and size.
	Name string
	// From says which of the names was found, and Rule how.
	From string
	Rule Rule

	entry *Entry            // nil where there is none, as of dall-e-3
	sizes map[string]*Entry // by quality/size
	// router is the entry of Foundry's model router, whose price is paid for the
	// input beside the price of the model that answered.
	router *Entry
	// container is where a session of the code interpreter is priced.
	container *Entry
}

// routers are the names of the entries with the model router's price.
var routers = []string{"azure_ai/model-router", "azure_ai/model_router", "azure/model-router"}

// containerKey is the entry with the price of a session of the code interpreter.
const containerKey = "azure/container"

// Find gives the model of a name; nil is unknown. See variants for how.
func (t *Table) Find(s Seller, name string) *Model {
	key, rule, ok := t.lookUp(s, name, func(key string) bool { return t.entries[key] != nil || t.sizes[key] != nil })
	if !ok {
		return nil
	}
	m := &Model{Name: key, From: name, Rule: rule, entry: t.entries[key], sizes: t.sizes[key], container: t.entries[containerKey]}
	if slices.Contains(routers, key) {
		m.entry, m.router = nil, m.entry
	}
	return m
}

// Select gives the model of a request; nil is unknown. The first that is found
// counts: the declared base model, the model that the answer names, the
// deployment's name. But of a name that begins with what the answer says the
// longer one is the more exact: Azure answers gpt-4 for gpt-4-1106-preview. A
// model router's price is that of the model that answered, and its own on top.
func (t *Table) Select(n Names) *Model {
	m := t.Find(n.Seller, n.Base)
	if m == nil {
		answered, named := t.Find(n.Seller, n.Answered), t.Find(n.Seller, n.Model)
		if m = answered; m == nil || named != nil && (named.router != nil || strings.HasPrefix(named.Name, m.Name+"-")) {
			m = named
		}
	}
	if m == nil || m.router == nil || n.Answered == "" {
		return m
	}
	answered := t.Find(n.Seller, n.Answered)
	if answered == nil || answered.router != nil {
		return m
	}
	answered.router = m.router
	return answered
}

// Entry is the entry in use; nil where it depends on the request: of an image
// model on the size, of a model router on the model that answers.
func (m *Model) Entry() *Entry { return m.entry }

// Sizes are the entries of an image model by quality/size, such as
// hd/1024x1792. The caller must not change them.
func (m *Model) Sizes() map[string]*Entry { return m.sizes }

// Router is the entry of the model router, nil where there is none.
func (m *Model) Router() *Entry { return m.router }

// used are the kinds that every request of a mode uses. Of other modes it depends
// on the request.
var used = map[string]Usage{
	"chat":       {Input: 1, Output: 1},
	"completion": {Input: 1, Output: 1},
	"responses":  {Input: 1, Output: 1},
	"embedding":  {Input: 1},
	"batch":      {Input: 1, Output: 1, Tier: Batch},
}

// Lacks are the kinds without a price that every request of a mode uses. The
// mode is model_info.mode; where it is empty, the entry's counts.
func (m *Model) Lacks(mode string) Kinds {
	if m.entry == nil {
		return 0
	}
	u := used[cmp.Or(mode, m.entry.Mode, "chat")]
	return m.Cost(&u).Unknown
}
