package wire

import (
	"math/bits"
	"sync"

	"google.golang.org/grpc/mem"
)

// pool is gRPC's buffer pool without its clearing: every buffer here is written
// over before it is read, and clearing costs a sixth of the CPU of a 1 MB body.
// Sizes are powers of two, so that a buffered body of any size finds memory
// that an earlier one has left.
type pool struct {
	classes [maxClass - minClass + 1]sync.Pool
}

const (
	minClass = 8  // 256 bytes
	maxClass = 26 // 64 MiB; what is larger is left to the garbage collector
)

// Buffers is the pool of this process: for gRPC, and for whoever keeps bytes
// that gRPC delivered.
var Buffers = new(pool)

var _ mem.BufferPool = Buffers

// class is the exponent of the smallest power of two that holds n bytes.
func class(n int) int {
	if n <= 1<<minClass {
		return minClass
	}
	return bits.Len(uint(n - 1))
}

// Get implements mem.BufferPool.
func (p *pool) Get(n int) *[]byte {
	c := class(n)
	if c > maxClass {
		b := make([]byte, n)
		return &b
	}
	if b, ok := p.classes[c-minClass].Get().(*[]byte); ok {
		*b = (*b)[:n]
		return b
	}
	b := make([]byte, n, 1<<c)
	return &b
}

// Put implements mem.BufferPool.
func (p *pool) Put(b *[]byte) {
	c := class(cap(*b))
	if c > maxClass || cap(*b) != 1<<c {
		return
	}
	p.classes[c-minClass].Put(b)
}
