package config

import (
	"strings"

	"github.com/azproc/azproc/azure"
)

// modelList reads the deployments.
//
// An entry that cannot work is refused alone. An entry of another provider is
// listed as not served. A model_name that this leaves without any deployment is
// said: as refused when its entries are wrong, as a warning when they are all
// of other providers. When nothing of the list is left, the file is refused.
func (l *loader) modelList(root *node) {
	list, at := root.get("model_list"), root.keyOf("model_list")
	switch {
	case list.kind == sequence && len(list.items) > 0:
	case list.kind == null, list.kind == sequence:
		l.at(at, Warning, "model_list is empty: there is nothing to serve")
		return
	default:
		l.at(list, Refused, "model_list must be a list, not %s", list.kind)
		return
	}
	for _, item := range list.items {
		l.entry(item)
	}
	l.leftEmpty()
	if len(l.snapshot.Deployments) == 0 {
		l.at(at, Refused, "no entry of model_list can be served: nothing would be left")
	}
}

// leftEmpty says which models lost deployments, and which lost them all.
func (l *loader) leftEmpty() {
	served := make(map[string]bool)
	for _, g := range l.snapshot.Groups {
		served[g.Name] = true
	}
	for name, g := range l.groups {
		if g.refused > 0 && !served[name] {
			l.at(g.first, EntryRefused, "%q is left without a deployment: clients get 404 for it", name)
		}
		for _, f := range g.foreign {
			rest := "which has its other deployments"
			if !served[name] {
				rest = "which is not served"
			}
			l.at(f.at, Warning, "%s: it is left out of %q, %s", f.reason, name, rest)
		}
	}
}

// entry reads one entry; whatever is wrong with it concerns it alone.
func (l *loader) entry(n *node) {
	if n.kind != mapping {
		l.at(n, EntryRefused, "an entry of model_list must be a mapping with model_name and litellm_params, not %s", n.kind)
		return
	}
	l.checkKeys(n, &modelEntry)
	name, params, info := n.get("model_name"), n.get("litellm_params"), n.get("model_info")
	switch {
	case name.unset() != "":
		l.at(name, EntryRefused, "%s: model_name has no value", noValue(name.unset()))
		return
	case name.kind != scalar || name.text == "":
		l.at(n, EntryRefused, "the entry has no model_name")
		return
	}
	group := l.groups[name.text]
	if group == nil {
		group = &groupState{first: name}
		l.groups[name.text] = group
	}
	e := &modelReader{loader: l, entry: n, name: name, info: info, group: group}
	switch {
	case strings.Count(name.text, "*") > 1:
		e.refuse(name, "model_name %q has more than one star", name.text)
		return
	case !printable(name.text):
		e.refuse(name, "model_name has characters that cannot be printed")
		return
	case params.kind != mapping:
		e.refuse(n, "the entry has no litellm_params")
		return
	}
	e.params, e.paramsKey = params, n.keyOf("litellm_params")
	e.read()
}

// checkInfo looks at model_info. Any field may stand there; a few promise what
// azproc does not do.
func (e *modelReader) checkInfo() {
	switch e.info.kind {
	case mapping:
		e.checkKeys(e.info, &modelInfo)
	case null:
	default:
		e.at(e.info, Warning, "model_info must be a mapping, not %s: it has no effect as it stands", e.info.kind)
		e.info = &node{}
	}
}

// modelReader reads one entry that has a name.
type modelReader struct {
	*loader
	entry, name, params, info *node
	paramsKey                 *node // the key litellm_params
	group                     *groupState
	route                     modelRoute
	scope                     string // of tokens, where nobody names one; "" is the usual
}

// refuse leaves the entry out.
func (e *modelReader) refuse(at *node, format string, args ...any) {
	e.group.refused++
	e.at(at, EntryRefused, format, args...)
}

// read makes the deployment, or says why there is none.
func (e *modelReader) read() {
	model := e.params.get("model")
	switch {
	case model.unset() != "":
		e.refuse(model, "%s: model has no value", noValue(model.unset()))
		return
	case model.kind != scalar || model.text == "":
		e.refuse(e.paramsKey, "litellm_params has no model")
		return
	case !printable(model.text):
		e.refuse(model, "model has characters that cannot be printed")
		return
	}
	e.unfilled(model, "model")
	route, foreign, err := parseModel(model.text, e.params.get("custom_llm_provider").text)
	e.group.models = append(e.group.models, model.text)
	switch {
	case foreign != "":
		e.group.foreign = append(e.group.foreign, foreignModel{at: model, reason: foreign})
		e.snapshot.NotServed = append(e.snapshot.NotServed, NotServed{
			Position: e.entry.pos, Group: e.name.text, Model: model.text, Reason: foreign,
		})
		return
	case err != nil:
		e.refuse(model, "model %q: %s", model.text, err)
		return
	}
	e.route = route
	e.checkKeys(e.params, &litellmParams)
	e.checkInfo()
	e.params = e.withCredential(e.params)
	d := &Deployment{
		Group: e.name.text, Model: model.text, RoutePrefix: route.prefix, Position: e.entry.pos,
		Wildcard: strings.Contains(route.deployment, "*"), Mode: e.info.get("mode").text,
	}
	if d.Wildcard && !strings.Contains(e.name.text, "*") {
		e.refuse(e.name, "model %s has a star, so model_name must have one too: there the request names the deployment", model.text)
		return
	}
	d.Info, _ = e.info.any().(map[string]any)
	if !e.id(d) || !e.target(d) {
		return
	}
	e.manner(d)
	var ok bool
	if d.Credential, ok = e.credential(&d.Target.Endpoint); !ok {
		return
	}
	e.family(d, model)
	if e.models[d] = model; d.BaseModel != "" {
		e.models[d] = e.baseModel(d)
	}
	e.parameters(d)
	e.limits(d)
	e.join(d)
	e.entries = append(e.entries, e.entry)
}

// id reads model_info.id, which names the deployment and must be unique.
func (e *modelReader) id(d *Deployment) bool {
	id := e.info.get("id")
	if id.kind != scalar || id.text == "" {
		return true
	}
	if first := e.ids[id.text]; first != nil {
		e.refuse(id, "model_info.id %q is that of line %d already: an id must be unique", id.text, first.pos.Line)
		return false
	}
	if !printable(id.text) {
		e.refuse(id, "model_info.id has characters that cannot be printed")
		return false
	}
	e.ids[id.text] = id
	d.Name = id.text
	return true
}

// target reads where the deployment is.
func (e *modelReader) target(d *Deployment) bool {
	base, endpoint, ok := e.endpoint()
	if !ok {
		return false
	}
	name := e.route.deployment
	if endpoint.Deployment != "" && endpoint.Deployment != name {
		if d.Wildcard {
			e.refuse(base, "the base names the deployment %s, so model cannot have a star", endpoint.Deployment)
			return false
		}
		e.at(base, Warning, "the base names the deployment %s, and that one is called: model says %s", endpoint.Deployment, name)
		name = endpoint.Deployment
	}
	d.Target = azure.Target{Endpoint: endpoint, Deployment: name, Version: e.version(&endpoint), Realtime: e.realtime()}
	d.Rewrite.Model = name
	return true
}

// join puts a deployment into its group.
func (l *loader) join(d *Deployment) {
	l.snapshot.Deployments = append(l.snapshot.Deployments, d)
	for _, g := range l.snapshot.Groups {
		if g.Name == d.Group {
			g.Deployments = append(g.Deployments, d)
			return
		}
	}
	l.snapshot.Groups = append(l.snapshot.Groups, &Group{
		Name: d.Group, Deployments: []*Deployment{d}, Wildcard: strings.Contains(d.Group, "*"),
	})
}

// printable is whether a text can stand in a header and in a log line.
func printable(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c == 0x7f })
}
