package e2e

import (
	"strings"
	"testing"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// asks are Envoy's own counts of what it asked of Go: by the listener's filter,
// and by the filters of all deployments together.
type asks struct{ streams, messages, later, laterMessages int }

func (g *gateway) asks(t *testing.T) (a asks) {
	t.Helper()
	for name, n := range g.envoyStat(t, "") {
		deployments := strings.HasPrefix(name, "cluster.")
		switch {
		case name == "http.azproc.ext_proc.streams_started":
			a.streams = n
		case name == "http.azproc.ext_proc.stream_msgs_sent":
			a.messages = n
		case deployments && strings.HasSuffix(name, ".ext_proc.streams_started"):
			a.later += n
		case deployments && strings.HasSuffix(name, ".ext_proc.stream_msgs_sent"):
			a.laterMessages += n
		}
	}
	return a
}

func TestARequestThatSucceedsAtOnceCostsGoNothingForTheOthersOfItsPlan(t *testing.T) {
	t.Parallel()
	azure := fleet(t)
	var members []member
	for _, group := range []string{"m", "other"} {
		for _, resource := range resources {
			members = append(members, member{group: group, resource: resource, more: ", timeout: 5, rpm: 1000, tpm: 1000000"})
		}
	}
	g := start(t, groups(azure, "router_settings: {fallbacks: [{m: [other]}]}", members...))
	const requests = 20
	for _, tt := range []struct {
		name   string
		faults []fakeazure.Fault // of the first of the group, for each request
		more   string
		want   asks
	}{
		{"served by the first", nil, "", asks{requests, 2 * requests, 0, 0}},
		{"a stream served by the first", nil, `,"stream":true`, asks{requests, 2 * requests, 0, 0}},
		{"an error of the client's own", fakeazure.ContentFilter().Times(requests), "", asks{requests, 2 * requests, 0, 0}},
		{"one of them served by the second", []fakeazure.Fault{fakeazure.Status(500)}, "", asks{requests, 2 * requests, 1, 2}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			azure.Script("a", "chat-a", tt.faults...)
			before := g.asks(t)
			for range requests {
				if got := g.chat("m", tt.more); got.status != 200 && got.status != 400 {
					t.Fatalf("%d %s", got.status, got.body)
				}
			}
			now := g.asks(t)
			got := asks{now.streams - before.streams, now.messages - before.messages, now.later - before.later, now.laterMessages - before.laterMessages}
			if got != tt.want {
				t.Errorf("Envoy asked Go %+v, want %+v", got, tt.want)
			}
		})
	}
}
