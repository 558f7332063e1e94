package envoy

import (
	"strings"
	"testing"
	"time"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	dataaccesslogv3 "github.com/envoyproxy/go-control-plane/envoy/data/accesslog/v3"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/azproc/azproc/azure"
)

var began = time.Date(2026, 11, 24, 12, 0, 0, 5000, time.UTC)

// logged is an entry as Envoy sends it.
func logged(t *testing.T, status uint32, path, said string) []byte {
	t.Helper()
	text := func(s map[string]any) *structpb.Struct {
		made, err := structpb.NewStruct(s)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	b, err := proto.Marshal(&dataaccesslogv3.HTTPAccessLogEntry{
		CommonProperties: &dataaccesslogv3.AccessLogCommon{
			StartTime: timestamppb.New(began), TimeToFirstUpstreamRxByte: durationpb.New(1500 * time.Millisecond),
			TimeToFirstDownstreamTxByte: durationpb.New(1600 * time.Millisecond), Duration: durationpb.New(3 * time.Second),
			UpstreamCluster: "m-a~0123#ws", UpstreamRequestAttemptCount: 2,
			ResponseFlags: &dataaccesslogv3.ResponseFlags{UpstreamConnectionTermination: true},
			Metadata: &corev3.Metadata{FilterMetadata: map[string]*structpb.Struct{
				requestNamespace: text(map[string]any{"claim": "c", "deployment": "m-a", "hold": "h", "op": "chat/completions", "model": "m", "key": "team", "stream": "yes"}),
				answerNamespace:  text(map[string]any{"usage1": "u", "error": said}),
			}},
		},
		Request: &dataaccesslogv3.HTTPRequestProperties{Path: path, RequestId: "r", RequestBodyBytes: 70},
		Response: &dataaccesslogv3.HTTPResponseProperties{
			ResponseCode: wrapperspb.UInt32(status), ResponseBodyBytes: 900, ResponseCodeDetails: "via_upstream", ResponseHeaders: map[string]string{"retry-after": "7", "x-other": "x"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAnEntryIsReadAsEnvoySendsIt(t *testing.T) {
	var e Entry
	if err := e.parse(logged(t, 429, "/openai/deployments/d/chat/completions", "no room")); err != nil {
		t.Fatal(err)
	}
	if e.Cluster != "m-a~0123" || e.Status != 429 || e.Attempts != 2 || e.Request != "r" || e.Claim != "c" || e.Usage != [2]string{"u", ""} || e.Error != "no room" {
		t.Errorf("%+v", e)
	}
	if e.Hold != "h" || e.Operation != "chat/completions" || e.Model != "m" || e.Key != "team" || !e.Stream || e.Sent != 900 || e.Received != 70 || e.Details != "via_upstream" {
		t.Errorf("%+v", e)
	}
	if e.Begun != 1600*time.Millisecond || e.Duration != 3*time.Second {
		t.Errorf("%+v", e)
	}
	if !e.Began.Equal(began) || e.FirstByte != 1500*time.Millisecond || e.Flags != flagConnectionEnded || e.Wait(began) != 7*time.Second {
		t.Errorf("%+v", e)
	}
}

func TestA404IsTheDeploymentsFaultOnlyWhereItSaysSo(t *testing.T) {
	const missing = `{"error":{"code":"DeploymentNotFound"}}`
	for _, tt := range []struct {
		path, said string
		want       azure.Fault
	}{
		{"/openai/deployments/d/chat/completions?api-version=1", missing, azure.FaultConfig},
		{"/openai/deployments/d/chat/completions?api-version=1", `{"error":{"code":"404"}}`, azure.FaultClient},
		{"/openai/deployments/d/chat/completions?api-version=1", "", azure.FaultConfig},
		{"/openai/v1/files/file-1", "", azure.FaultClient},
		{"/openai/files/file-1?api-version=1", missing, azure.FaultClient},
		{"/openai/v1/responses", "", azure.FaultConfig},
		{"/openai/v1/responses/resp_1", "", azure.FaultClient},
	} {
		var e Entry
		if err := e.parse(logged(t, 404, tt.path, tt.said)); err != nil {
			t.Fatal(err)
		}
		if got, _ := e.Fault(); got != tt.want {
			t.Errorf("%s, %q: %s, want %s", tt.path, tt.said, got, tt.want)
		}
	}
}

func TestAFailureIsToldByItsStatusUntilItsTextIsKnown(t *testing.T) {
	for said, want := range map[string]string{"": "HTTP 429 Too Many Requests", "no room": "no room"} {
		var e Entry
		if err := e.parse(logged(t, 429, "/openai/deployments/d/chat/completions", said)); err != nil {
			t.Fatal(err)
		}
		if _, why := e.Fault(); why != want {
			t.Errorf("%q, want %q", why, want)
		}
	}
}

func TestThePathOfAnEntryCostsNothingUnlessItIsNeeded(t *testing.T) {
	allocs := func(path string) float64 {
		b := logged(t, 200, path, "")
		return testing.AllocsPerRun(100, func() {
			var e Entry
			if err := e.parse(b); err != nil {
				t.Fatal(err)
			}
		})
	}
	if none, long := allocs(""), allocs("/openai/deployments/d/"+strings.Repeat("x", 200)); none != long {
		t.Errorf("%v allocations with a path, %v without", long, none)
	}
}
