package envoy

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/azproc/azproc/wire"
)

// Ledger hears what Envoy's access log says. It is called from several
// goroutines and must not wait: Envoy's log waits with it.
type Ledger interface {
	// Attempted is one attempt that failed, told when it did.
	Attempted(*Entry)
	// Ended is a request that is over, however it ended.
	Ended(*Entry)
}

// AccessLog receives the access log of every Envoy.
type AccessLog struct {
	ledger Ledger
	log    *slog.Logger
}

// NewAccessLog makes a receiver that tells ledger.
func NewAccessLog(ledger Ledger, log *slog.Logger) *AccessLog {
	return &AccessLog{ledger: ledger, log: log}
}

// Register adds the service to a gRPC server made with wire.ServerOptions: what
// Envoy's OpenTelemetry access logger calls.
func (a *AccessLog) Register(s grpc.ServiceRegistrar) {
	s.RegisterService(&grpc.ServiceDesc{
		ServiceName: "opentelemetry.proto.collector.logs.v1.LogsService",
		HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{{
			MethodName: "Export",
			Handler: func(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
				return new(emptypb.Empty), decode(&lines{a}) // an ExportLogsServiceResponse without fields
			},
		}},
	}, a)
}

// The names of the logs (listener.yaml), with which their lines begin.
const (
	attemptLog = "attempt"
	requestLog = "request"
)

// Field numbers of opentelemetry.proto (collector/logs, logs and common v1 of OTLP 1.11).
const (
	fieldResourceLogs = 1 // ExportLogsServiceRequest
	fieldScopeLogs    = 2 // ResourceLogs
	fieldLogRecords   = 2 // ScopeLogs
	fieldTime         = 1 // LogRecord; when the request, or the attempt, began
	fieldBody         = 5
	fieldStringValue  = 1 // AnyValue
)

// lines reads an ExportLogsServiceRequest and tells each of its lines.
type lines struct{ log *AccessLog }

// ReadWire implements wire.Reader.
func (l *lines) ReadWire(data mem.BufferSlice) error {
	buffer := data.MaterializeToBuffer(wire.Buffers)
	defer buffer.Free()
	return each(buffer.ReadOnlyData(), fieldResourceLogs, func(resource []byte) error {
		return each(resource, fieldScopeLogs, func(scope []byte) error {
			return each(scope, fieldLogRecords, l.log.record)
		})
	})
}

// each gives a field's messages.
func each(b []byte, field protowire.Number, f func([]byte) error) error {
	return wire.Fields(b, func(num protowire.Number, v []byte, _ uint64) error {
		if num != field {
			return nil
		}
		return f(v)
	})
}

// record tells what one LogRecord says.
func (a *AccessLog) record(b []byte) error {
	var (
		began time.Time
		line  string
	)
	err := wire.Fields(b, func(num protowire.Number, v []byte, n uint64) error {
		switch num {
		case fieldTime:
			began = time.Unix(0, int64(n))
		case fieldBody:
			return each(v, fieldStringValue, func(text []byte) error { line = string(text); return nil })
		}
		return nil
	})
	if err != nil {
		return err
	}
	a.tell(began, line)
	return nil
}

// tell tells what one line says. A line that cannot be read concerns one request: it is
// said, and the others go on.
func (a *AccessLog) tell(began time.Time, line string) {
	log, line, _ := strings.Cut(line, columnSeparator)
	e := Entry{Began: began}
	if err := e.parse(line); err != nil {
		a.log.Warn("a request is not accounted for", "error", err)
		return
	}
	if log == attemptLog {
		a.ledger.Attempted(&e)
		return
	}
	a.ledger.Ended(&e)
}
