package envoy

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	collogspb "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	logspb "go.opentelemetry.io/proto/otlp/logs/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/azproc/azproc/wire"
)

// heard is a ledger that remembers.
type heard struct {
	attempted, ended []string
	began            time.Time
}

func (h *heard) Attempted(e *Entry) { h.attempted = append(h.attempted, e.Request) }
func (h *heard) Ended(e *Entry)     { h.ended, h.began = append(h.ended, e.Request), e.Began }

// exported sends lines to a service that tells h, as a logger of OpenTelemetry does.
func exported(t *testing.T, h *heard, log *slog.Logger, lines ...string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(wire.ServerOptions()...)
	NewAccessLog(h, log).Register(server)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	connection, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	scope := &logspb.ScopeLogs{}
	for _, line := range lines {
		scope.LogRecords = append(scope.LogRecords, &logspb.LogRecord{TimeUnixNano: 5_000_000_007, Body: &commonpb.AnyValue{Value: &commonpb.AnyValue_StringValue{StringValue: line}}})
	}
	request := &collogspb.ExportLogsServiceRequest{ResourceLogs: []*logspb.ResourceLogs{{ScopeLogs: []*logspb.ScopeLogs{scope}}}}
	if _, err := collogspb.NewLogsServiceClient(connection).Export(context.Background(), request); err != nil {
		t.Fatal(err)
	}
}

func TestEachLineIsToldOnceAsWhatItIs(t *testing.T) {
	line := func(log, id string) string {
		return log + columnSeparator + logged(t, map[string]string{"%REQ(X-REQUEST-ID)%": id})
	}
	var h heard
	exported(t, &h, slog.New(slog.DiscardHandler), line(requestLog, "a"), line(attemptLog, "b"), line(requestLog, "c"))
	if strings.Join(h.ended, " ") != "a c" || strings.Join(h.attempted, " ") != "b" || !h.began.Equal(time.Unix(5, 7)) {
		t.Errorf("%+v", h)
	}
}

func TestALineThatCannotBeReadConcernsNoOther(t *testing.T) {
	var (
		h    heard
		said bytes.Buffer
	)
	exported(t, &h, slog.New(slog.NewTextHandler(&said, nil)), requestLog+columnSeparator+"broken", requestLog+columnSeparator+logged(t, map[string]string{"%REQ(X-REQUEST-ID)%": "a"}))
	if strings.Join(h.ended, " ") != "a" || !strings.Contains(said.String(), "not accounted") {
		t.Errorf("%+v, %s", h, said.String())
	}
}
