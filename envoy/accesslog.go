package envoy

import (
	"errors"
	"io"
	"log/slog"

	accesslogv3 "github.com/envoyproxy/go-control-plane/envoy/service/accesslog/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/azproc/azproc/wire"
)

// Ledger hears what Envoy's access log says. It is called from several
// goroutines and must not wait: Envoy's log waits with it. The entry is its own
// only until it returns.
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

// Register adds the service to a gRPC server made with wire.ServerOptions.
func (a *AccessLog) Register(s grpc.ServiceRegistrar) {
	s.RegisterService(&grpc.ServiceDesc{
		ServiceName: "envoy.service.accesslog.v3.AccessLogService",
		HandlerType: (*any)(nil),
		Streams: []grpc.StreamDesc{{
			StreamName:    "StreamAccessLogs",
			Handler:       func(_ any, gs grpc.ServerStream) error { return a.receive(gs) },
			ClientStreams: true,
		}},
	}, a)
}

// attemptLog is the name of the log of failed attempts (listener.yaml).
const attemptLog = "azproc.attempt"

// receive reads one stream of a log to its end. Its first message says which log
// it is.
func (a *AccessLog) receive(gs grpc.ServerStream) error {
	m := logMessage{tell: a.ledger.Ended}
	m.named = func(name string) {
		if name == attemptLog {
			m.tell = a.ledger.Attempted
		}
	}
	for {
		switch err := gs.RecvMsg(&m); {
		case errors.Is(err, io.EOF):
			return gs.SendMsg(&accesslogv3.StreamAccessLogsResponse{})
		case err != nil:
			if gs.Context().Err() == nil {
				a.log.Warn("an access log stream ended", "error", err)
			}
			return err
		}
	}
}

// Field numbers of envoy.service.accesslog.v3 (als.proto of Envoy 1.40).
const (
	// StreamAccessLogsMessage
	fieldIdentifier = 1
	fieldHTTPLogs   = 2
	// Identifier
	fieldLogName = 2
	// HTTPAccessLogEntries
	fieldLogEntry = 1
)

// logMessage reads a StreamAccessLogsMessage and tells each of its entries while
// its bytes are there.
type logMessage struct {
	named func(log string)
	tell  func(*Entry)
}

// ReadWire implements wire.Reader.
func (m *logMessage) ReadWire(data mem.BufferSlice) error {
	buffer := data.MaterializeToBuffer(wire.Buffers)
	defer buffer.Free()
	return wire.Fields(buffer.ReadOnlyData(), func(num protowire.Number, v []byte, _ uint64) error {
		switch num {
		case fieldIdentifier:
			return wire.Fields(v, func(num protowire.Number, v []byte, _ uint64) error {
				if num == fieldLogName {
					m.named(string(v))
				}
				return nil
			})
		case fieldHTTPLogs:
			return wire.Fields(v, func(num protowire.Number, v []byte, _ uint64) error {
				if num != fieldLogEntry {
					return nil
				}
				var e Entry
				if err := e.parse(v); err != nil {
					return err
				}
				m.tell(&e)
				return nil
			})
		}
		return nil
	})
}
