package extproc

import (
	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	_ "google.golang.org/grpc/encoding/proto" // the codec for everything that is not ours
	"google.golang.org/grpc/experimental"
	"google.golang.org/grpc/mem"
)

// codec reads and writes this room's own messages as wire bytes and leaves all
// others (ADS, access logs, health) to gRPC's protobuf codec.
type codec struct {
	encoding.CodecV2
}

// ServerOptions are what a gRPC server must be made with to carry the external
// processor: a codec that reads its messages without building generated types,
// and a buffer pool that fits buffered bodies. Other services on the same
// server are not affected.
func ServerOptions() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.ForceServerCodecV2(codec{encoding.GetCodecV2("proto")}),
		experimental.BufferPool(buffers),
	}
}

// Marshal implements encoding.CodecV2.
func (c codec) Marshal(v any) (mem.BufferSlice, error) {
	if a, ok := v.(*answer); ok {
		return a.parts, nil
	}
	return c.CodecV2.Marshal(v)
}

// Unmarshal implements encoding.CodecV2.
func (c codec) Unmarshal(data mem.BufferSlice, v any) error {
	if m, ok := v.(*message); ok {
		return m.unmarshal(data)
	}
	return c.CodecV2.Unmarshal(data, v)
}
