package routing

import (
	"context"

	"github.com/azproc/azproc/azure"
)

// everywhere are the resources that a collection is listed of when a request names
// none: those at Azure, in the file's order, or where there is none those of other
// services. Each is the list of its deployments.
func everywhere(deployments []*Deployment) [][]*Deployment {
	at := map[azure.Provider][][]*Deployment{}
	places := make(map[azure.ResourceCode]int)
	for _, d := range deployments {
		provider := d.Target.Endpoint.Provider
		n, known := places[d.Resource.Code]
		if !known {
			n = len(at[provider])
			places[d.Resource.Code] = n
			at[provider] = append(at[provider], nil)
		}
		at[provider][n] = append(at[provider][n], d)
	}
	if list := at[azure.ProviderAzure]; len(list) > 0 {
		return list
	}
	return at[azure.ProviderOpenAI]
}

// Merges is whether a request for a whole collection is for more resources than
// one. home is whose id it names, if any: that one has to be among them.
func (t *Table) Merges(home *azure.Home) bool {
	if len(t.everywhere) < 2 {
		return false
	}
	if !home.Found {
		return true
	}
	for _, list := range t.everywhere {
		if list[0].Resource.Code == home.Code {
			return true
		}
	}
	return false
}

// Everywhere is one deployment of each of these resources, as good as there is.
func (t *Table) Everywhere(ctx context.Context) []*Deployment {
	list := make([]*Deployment, len(t.everywhere))
	for i, deployments := range t.everywhere {
		list[i] = t.usable(ctx, deployments)
	}
	return list
}
