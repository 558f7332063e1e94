package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/azproc/azproc/azure"
)

// modelList reads the deployments.
func (l *loader) modelList(list *node) {
	switch {
	case list.kind == sequence && len(list.items) > 0:
		for _, item := range list.items {
			l.entry(item)
		}
	case list.kind == null, list.kind == sequence:
		l.at(list, Warning, "model_list is empty: there is nothing to serve")
	default:
		l.at(list, Refused, "model_list must be a list, not %s", list.kind)
	}
}

// entry reads one entry; whatever is wrong with it concerns it alone.
func (l *loader) entry(n *node) {
	if n.kind != mapping {
		l.at(n, EntryRefused, "an entry of model_list must be a mapping with model_name and litellm_params, not %s", n.kind)
		return
	}
	l.checkKeys(n, &modelEntry)
	name, params := n.get("model_name"), n.get("litellm_params")
	if params.kind != mapping {
		l.refuse(n, name.text, "the entry has no litellm_params")
		return
	}
	l.checkKeys(params, &litellmParams)
	l.note(params, "master_key")
	if name.kind != scalar || name.text == "" {
		l.unsetWarning(name, "model_name")
		l.refuse(n, "", "the entry has no model_name")
		return
	}
	if _, ok := l.names[name.text]; !ok {
		l.names[name.text] = name
	}
	info := n.get("model_info")
	if info.kind != mapping && info.kind != null {
		l.at(info, Warning, "model_info must be a mapping, not %s: it has no effect as it stands", info.kind)
		info = &node{}
	}
	l.deployment(n, name, params, info)
}

// refuse leaves one entry out.
func (l *loader) refuse(at *node, group, format string, args ...any) {
	l.lost[group]++
	l.at(at, EntryRefused, format, args...)
}

// deployment reads an entry that has all its parts.
func (l *loader) deployment(n, name, params, info *node) {
	params = l.withCredential(params)
	model := params.get("model")
	if model.kind != scalar || model.text == "" {
		if model.unset != "" {
			l.refuse(model, name.text, "the environment variable %s is not set, and model is not known without it", model.unset)
			return
		}
		l.refuse(params, name.text, "litellm_params has no model")
		return
	}
	l.unfilled(model, "model")
	route, reason := parseModel(model.text)
	if reason != "" {
		l.at(model, Warning, "%s: %s", model.text, reason)
		l.snapshot.NotServed = append(l.snapshot.NotServed, NotServed{Position: n.pos, Group: name.text, Model: model.text, Reason: reason})
		return
	}
	d := &Deployment{
		Group: name.text, Model: model.text, RoutePrefix: route.prefix, Position: n.pos, MaxRetries: -1,
		Wildcard: strings.Contains(route.deployment, "*"), Mode: info.get("mode").text,
	}
	d.Info, _ = info.any().(map[string]any)
	if id := info.get("id"); id.kind == scalar {
		d.Name = id.text
		if slices.ContainsFunc(l.snapshot.Deployments, func(o *Deployment) bool { return o.Name == id.text }) {
			l.refuse(id, name.text, "model_info.id %q is another entry's: an id must be unique", id.text)
			return
		}
	}
	if d.Wildcard && strings.Count(name.text, "*") != 1 {
		l.refuse(name, name.text, "model %s has a star, so model_name must have one too: the request names the deployment there", model.text)
		return
	}
	endpoint, ok := l.endpoint(name.text, params, route)
	if !ok {
		return
	}
	d.Target = azure.Target{Endpoint: endpoint, Deployment: route.deployment, Version: l.version(params, &endpoint)}
	if d.Credential, ok = l.credential(name.text, params, &endpoint); !ok {
		return
	}
	d.BaseModel = firstText(params.get("base_model"), info.get("base_model"))
	l.unsetWarning(params.get("base_model"), "base_model")
	l.unsetWarning(info.get("base_model"), "base_model")
	d.Rewrite.Model = route.deployment
	d.Rewrite.Family = azure.FamilyOf(d.BaseModel, route.prefix, route.deployment)
	l.checkFamily(d, model, params, info)
	l.parameters(d, params)
	l.limits(d, n, params)
	l.join(d)
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
		Name: d.Group, Deployments: []*Deployment{d}, Wildcard: strings.Count(d.Group, "*") == 1,
	})
}

// endpoint finds the base of an entry: its own, its credential's, the
// environment's.
func (l *loader) endpoint(group string, params *node, route modelRoute) (azure.Endpoint, bool) {
	base := params.get("api_base")
	if base.kind == null && base.unset == "" {
		base = params.get("base_url")
	}
	if base.unset != "" {
		l.refuse(base, group, "the environment variable %s is not set, and it names the base", base.unset)
		return azure.Endpoint{}, false
	}
	text := base.text
	if base.kind == null {
		base = params.get("model")
		if text = l.environmentBase(route.provider); text == "" {
			l.refuse(base, group, "no api_base, and AZURE_API_BASE is not set")
			return azure.Endpoint{}, false
		}
	} else {
		l.unfilled(base, "api_base")
	}
	if route.provider == azure.ProviderOpenAI && azureHost(text) {
		route.provider = azure.ProviderAzure // openai/NAME with an Azure base: its v1 surface
		if !strings.Contains(text, "/openai/") {
			text = strings.TrimRight(text, "/") + "/openai/v1"
		}
	}
	e, err := azure.ParseEndpoint(route.provider, text)
	if err != nil {
		l.refuse(base, group, "api_base %q cannot be used: %s", text, err)
		return azure.Endpoint{}, false
	}
	if strings.HasSuffix(strings.TrimRight(text, "/"), "/openai") {
		l.at(base, Warning, "api_base ends in /openai, which is not a part of it: it is left off (LiteLLM would repeat it)")
	}
	return e, true
}

func (l *loader) environmentBase(p azure.Provider) string {
	if p == azure.ProviderAzure {
		return l.env("AZURE_API_BASE")
	}
	for _, name := range []string{"OPENAI_BASE_URL", "OPENAI_API_BASE"} {
		if base := l.env(name); base != "" {
			return base
		}
	}
	return "https://api.openai.com/v1"
}

// azureHosts are the ends of host names that are Azure's.
var azureHosts = []string{".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com", ".api.cognitive.microsoft.com"}

func azureHost(base string) bool {
	_, rest, _ := strings.Cut(base, "://")
	host, _, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host, ":")
	return slices.ContainsFunc(azureHosts, func(end string) bool { return strings.HasSuffix(strings.ToLower(host), end) })
}

// version finds the api-version: the entry's, its base's, the environment's.
func (l *loader) version(params *node, e *azure.Endpoint) string {
	n := params.get("api_version")
	l.unsetWarning(n, "api_version")
	if n.kind == null {
		if e.Version != "" {
			return e.Version
		}
		if e.Provider == azure.ProviderOpenAI {
			return ""
		}
		return l.env("AZURE_API_VERSION")
	}
	v := n.text
	switch {
	case l.unfilled(n, "api_version"), !azure.IsVersion(v):
		if !strings.ContainsAny(v, "${}<>_") {
			l.at(n, Warning, "api_version %q is no api-version: write a date such as 2024-10-21, or v1", v)
		}
		return e.Version
	case !azure.KnownVersion(v):
		l.at(n, Warning, "api_version %q is none that Azure has published: is it a model's release date? Azure would answer 404; leave it out for the v1 surface", v)
	case n.plain && !strings.HasSuffix(v, "-preview") && !azure.IsV1(v) && n.unset == "" && l.quotable(n):
		l.at(n, Warning, "api_version %s stands without quotes: YAML reads a date there, and LiteLLM would drop the deployment; write \"%s\"", v, v)
	}
	return v
}

// quotable is whether a plain scalar is in the file as it reads, and did not
// come from the environment.
func (l *loader) quotable(n *node) bool {
	return n.pos.Line >= 1 && n.pos.Line <= len(l.lines) && strings.Contains(l.lines[n.pos.Line-1], n.text)
}

// checkFamily warns where what a name says and what is declared disagree.
func (l *loader) checkFamily(d *Deployment, model, params, info *node) {
	name := azure.NameFamily(d.Target.Deployment)
	if d.BaseModel != "" {
		declared := azure.NameFamily(d.BaseModel)
		if declared != nil && name != nil && declared != name {
			at := params.get("base_model")
			if at.kind == null {
				at = info.get("base_model")
			}
			l.at(at, Warning, "base_model %s is of the family %s, but the deployment's name says %s: base_model counts", d.BaseModel, declared, name)
		}
		return
	}
	if name == nil && d.RoutePrefix == "" && !d.Wildcard && d.Target.Endpoint.Provider == azure.ProviderAzure {
		lower := strings.ToLower(d.Target.Deployment)
		for _, part := range []string{"o1", "o3", "o4"} {
			if strings.Contains(lower, part) {
				l.at(model, Warning, "%s is not taken for a reasoning model (LiteLLM would, for the %s inside a word): set model_info.base_model", d.Target.Deployment, part)
				return
			}
		}
		l.at(model, Warning, "the name %s does not tell which model it is: set model_info.base_model, or it counts as one that does not reason", d.Target.Deployment)
	}
}

// firstText is the first node that has a text.
func firstText(nodes ...*node) string {
	for _, n := range nodes {
		if n.kind == scalar && n.text != "" {
			return n.text
		}
	}
	return ""
}

// nameDeployments gives every deployment a unique name and its cluster.
func nameDeployments(all []*Deployment) {
	count := make(map[string]int)
	for _, d := range all {
		if d.Name == "" {
			count[plainName(d)]++
		}
	}
	taken := make(map[string]bool)
	for _, d := range all {
		taken[d.Name] = true
	}
	for _, d := range all {
		if d.Name == "" {
			d.Name = uniqueName(d, count[plainName(d)] > 1, taken)
			taken[d.Name] = true
		}
		d.Cluster = d.Name + "~" + placeHash(d)
	}
}

func plainName(d *Deployment) string {
	if d.Target.Endpoint.Deployment != "" {
		return d.Target.Endpoint.Deployment
	}
	return d.Target.Deployment
}

// uniqueName is the name at Azure, with the first label of the host where there
// are several of that name, and a number where that is not enough.
func uniqueName(d *Deployment, ambiguous bool, taken map[string]bool) string {
	name := plainName(d)
	if ambiguous {
		label, _, _ := strings.Cut(d.Target.Endpoint.Host, ".")
		if d.Target.Endpoint.Host[len(d.Target.Endpoint.Host)-1] <= '9' { // an address
			label = d.Target.Endpoint.Authority()
		}
		name += "@" + label
	}
	for n, base := 2, name; taken[name]; n++ {
		name = fmt.Sprintf("%s#%d", base, n)
	}
	return name
}
