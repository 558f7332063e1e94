package config

import (
	"maps"
	"slices"

	"github.com/azproc/azproc/azure"
)

// passthrough reads whose resource takes what names no other: passthrough.default,
// else the resource of AZURE_API_BASE, else that of the first deployment at Azure.
func (l *loader) passthrough(n *node) {
	if n.kind != null && n.kind != mapping {
		l.at(n, Warning, "passthrough must be a mapping with default, not %s: it has no effect as it stands", n.kind)
	}
	if d := l.namedDefault(n.get("default")); d != nil {
		l.snapshot.Default = d
		return
	}
	if d := l.environmentResource(); d != nil {
		l.snapshot.Default = d
		return
	}
	for _, d := range l.snapshot.Deployments {
		if d.Target.Endpoint.Provider == azure.ProviderAzure {
			l.snapshot.Default = d
			return
		}
	}
	if len(l.snapshot.Deployments) > 0 {
		l.snapshot.Default = l.snapshot.Deployments[0]
	}
}

// namedDefault is the deployment of a model_info.id, else the first of a
// model_name.
func (l *loader) namedDefault(n *node) *Deployment {
	if n.kind != scalar {
		return nil
	}
	for _, d := range l.snapshot.Deployments {
		if d.Name == n.text {
			return d
		}
	}
	for _, d := range l.snapshot.Deployments {
		if d.Group == n.text {
			return d
		}
	}
	names := append(slices.Collect(maps.Keys(l.ids)), slices.Collect(maps.Keys(l.groups))...)
	slices.Sort(names)
	l.at(n, Warning, "passthrough.default: %q is no model_info.id and no model_name of this file%s", n.text, meant(nearestOf(n.text, names)))
	return nil
}

// environmentResource is the resource of AZURE_API_BASE: the first deployment there,
// else one that is no model's and stands for the resource alone. It is nil when the
// environment names none that can be used.
func (l *loader) environmentResource() *Deployment {
	base := l.env("AZURE_API_BASE")
	if base == "" {
		return nil
	}
	endpoint, err := azure.ParseEndpoint(azure.ProviderAzure, base)
	if err != nil {
		return nil
	}
	for _, d := range l.snapshot.Deployments {
		if d.Target.Endpoint.Resource() == endpoint.Resource() {
			return d
		}
	}
	e := &modelReader{loader: l, params: &node{}, info: &node{}, entry: &node{}, paramsKey: &node{}}
	credential, ok := e.environmentCredential(&endpoint)
	if !ok {
		return nil
	}
	d := &Deployment{
		Name: "environment", Model: "the environment's resource", Target: azure.Target{Endpoint: endpoint, Version: l.env("AZURE_API_VERSION")},
		Credential: e.complete(credential, &endpoint), MaxRetries: -1, Cost: -1,
	}
	if l.ids[d.Name] != nil {
		d.Name = ""
	}
	return d
}
