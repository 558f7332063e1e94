package wire

import "testing"

func TestPoolGivesBuffersOfTheLengthThatWasAsked(t *testing.T) {
	p := new(pool)
	for _, n := range []int{0, 1, 255, 256, 257, 1 << 20, 1<<20 + 1, 1<<maxClass + 1} {
		for range 2 {
			b := p.Get(n)
			if len(*b) != n {
				t.Fatalf("asked for %d bytes, got %d", n, len(*b))
			}
			p.Put(b)
		}
	}
}

func TestPoolDoesNotKeepBuffersOfOtherSizes(t *testing.T) {
	p := new(pool)
	odd := make([]byte, 300)
	p.Put(&odd)
	if b := p.Get(300); cap(*b) != 512 {
		t.Errorf("capacity %d: a foreign buffer came back", cap(*b))
	}
}
