package extproc

import (
	"slices"

	"github.com/azproc/azproc/routing"
	"github.com/azproc/azproc/wire"
)

// fixed holds those bytes of a deployment's answers that no request changes.
type fixed struct {
	// headers are HeaderMutation fields: the deployment's extra_headers, and
	// what no client may send upstream.
	headers []byte
	// remove are the client keys that none of them replaces.
	remove []string
	// foreign are the extra headers of other deployments: they stay from the
	// attempt before (envoy-facts, section 2).
	foreign []string
	// name is the field of the metadata that says who serves.
	name []byte
	// element is the deployment's place in a plan: an element of the list that
	// Envoy's priority_group cluster specifier reads. socket is its place in the plan
	// of a WebSocket.
	element, socket []byte
}

// newFixed encodes once what every request to a deployment carries. extras are
// the names of all deployments' extra headers.
func newFixed(d *routing.Deployment, extras []string) *fixed {
	f := &fixed{remove: slices.Clone(clientKeys[:]), foreign: slices.Clone(extras)}
	// Azure may compress; then nothing on the way could read a stream as it
	// comes (peers-and-pains, row 38).
	f.headers = appendSetHeader(nil, "accept-encoding", "identity")
	for _, h := range d.ExtraHeaders {
		f.headers = appendSetHeader(f.headers, h.Name, h.Value)
		other := func(name string) bool { return name == h.Name }
		f.remove = slices.DeleteFunc(f.remove, other)
		f.foreign = slices.DeleteFunc(f.foreign, other)
	}
	f.name = wire.AppendText(nil, "deployment", d.Name)
	f.element, f.socket = element(d.Cluster), element(d.SocketCluster())
	return f
}

// element is a cluster's place in a plan.
func element(cluster string) []byte {
	one := wire.AppendText(nil, "cluster_name", cluster)
	one = wire.AppendNumber(one, "weight", 1)
	clusters := wire.AppendElement(nil, one)
	group := wire.AppendText(nil, "name", cluster)
	group = append(wire.AppendListPrefix(group, "clusters", len(clusters)), clusters...)
	return wire.AppendElement(nil, group)
}

// extraNames are the names of the extra headers of all deployments.
func extraNames(t *routing.Table) []string {
	var names []string
	for _, d := range t.Deployments {
		for _, h := range d.ExtraHeaders {
			if !slices.Contains(names, h.Name) {
				names = append(names, h.Name)
			}
		}
	}
	return names
}
