package wire

import (
	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	_ "google.golang.org/grpc/encoding/proto" // the codec for everything that is not ours
	"google.golang.org/grpc/experimental"
	"google.golang.org/grpc/mem"
)

// Reader is a message that reads itself from the wire. The data is gRPC's: what
// is kept of it must be copied, or taken with a reference of its own.
type Reader interface {
	ReadWire(data mem.BufferSlice) error
}

// Writer is a message that is wire bytes already. gRPC frees them when they are
// sent.
type Writer interface {
	Wire() mem.BufferSlice
}

// codec lets Readers and Writers be and leaves all other messages (ADS, health)
// to gRPC's protobuf codec.
type codec struct {
	encoding.CodecV2
}

// ServerOptions are what a gRPC server must be made with to carry Readers and
// Writers: a codec that knows them, and a buffer pool that fits buffered bodies.
// Other services on the same server are not affected.
func ServerOptions() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.ForceServerCodecV2(codec{encoding.GetCodecV2("proto")}),
		experimental.BufferPool(Buffers),
	}
}

// Marshal implements encoding.CodecV2.
func (c codec) Marshal(v any) (mem.BufferSlice, error) {
	if w, ok := v.(Writer); ok {
		return w.Wire(), nil
	}
	return c.CodecV2.Marshal(v)
}

// Unmarshal implements encoding.CodecV2.
func (c codec) Unmarshal(data mem.BufferSlice, v any) error {
	if r, ok := v.(Reader); ok {
		return r.ReadWire(data)
	}
	return c.CodecV2.Unmarshal(data, v)
}
