package extproc

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/azproc/azproc/routing"
)

// The dynamic metadata namespaces that azproc writes.
const (
	// PlanNamespace is where Envoy's priority_group cluster specifier reads the
	// request's plan (override_metadata_namespace).
	PlanNamespace = "azproc.plan"
	// Namespace is where Envoy reads the rest: the name of the deployment, for
	// the response header x-azproc-deployment.
	Namespace = "azproc"
)

// newFixed encodes once what every request to a deployment carries.
func newFixed(d *routing.Deployment) (*fixed, error) {
	plan, err := structpb.NewStruct(map[string]any{
		Namespace: map[string]any{"deployment": d.Name},
		PlanNamespace: map[string]any{"priority_groups": []any{
			map[string]any{"name": "1", "clusters": []any{
				map[string]any{"cluster_name": d.Cluster, "weight": 1},
			}},
		}},
	})
	if err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	metadata, err := proto.MarshalOptions{Deterministic: true}.Marshal(plan)
	if err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	// Azure may compress; then nothing on the way could read a stream as it
	// comes (peers-and-pains, row 38).
	headers := appendSetHeader(nil, "accept-encoding", "identity")
	remove := slices.Clone(clientKeys[:])
	for _, h := range d.ExtraHeaders {
		headers = appendSetHeader(headers, h.Name, h.Value)
		remove = slices.DeleteFunc(remove, func(name string) bool { return name == h.Name })
	}
	return &fixed{headers: headers, remove: remove, metadata: appendBytes(nil, fieldDynamicMetadata, metadata)}, nil
}
