package redis

import (
	"testing"

	"github.com/alicebob/miniredis/v2"
)

func TestOneOfAllReplicasIsTheFirst(t *testing.T) {
	server := miniredis.RunT(t)
	one, two := open(t, server.Addr(), nil), open(t, server.Addr(), nil)
	for i, s := range []*Store{one, two, one} {
		if first, known := s.First("a batch"); first != (i == 0) || !known {
			t.Errorf("ask %d: first %t, known %t", i, first, known)
		}
	}
	if server.TTL("azproc:counted:a batch") == 0 {
		t.Error("it is remembered for ever")
	}
	server.Close()
	if _, known := one.First("another"); known {
		t.Error("known without Redis")
	}
}
