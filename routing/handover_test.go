package routing

import (
	"fmt"
	"testing"
)

func TestAClaimThatEnvoyNeverGotIsFoundByItsRequest(t *testing.T) {
	first, second := Claim{ID: "a", Tokens: 1}, Claim{ID: "b", Tokens: 2}
	for _, tt := range []struct {
		name string
		told Claim // by Envoy's log, when the client has left
		want Claim // that got lost
	}{
		{"the first answer", Claim{}, first},
		{"the answer to the second try", first, second},
		{"none", second, Claim{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var h handovers
			h.add("request", Claim{}, first)
			h.add("request", first, second)
			h.add("another", Claim{}, Claim{ID: "c"})
			got, ok := h.take("request", tt.told)
			if got != tt.want || ok != (tt.want != Claim{}) {
				t.Errorf("got %v, %t", got, ok)
			}
			if got, ok := h.take("request", tt.told); ok {
				t.Errorf("found twice: %v", got)
			}
		})
	}
}

func TestClaimsThatWereGivenAreRememberedForAWhileOnly(t *testing.T) {
	var h handovers
	h.add("the first", Claim{}, Claim{ID: "a"})
	h.add("", Claim{}, Claim{ID: "a"})
	for n := range keptHandovers - 1 {
		h.add(fmt.Sprint(n), Claim{}, Claim{ID: "b"})
	}
	if c, ok := h.take("the first", Claim{}); !ok || c.ID != "a" {
		t.Errorf("the first is forgotten too early: %v", c)
	}
	h.add("one more", Claim{}, Claim{ID: "b"})
	h.add("one more", Claim{}, Claim{ID: "b"})
	if _, ok := h.take("0", Claim{}); ok {
		t.Error("a claim stays for ever")
	}
	if _, ok := h.take("", Claim{}); ok {
		t.Error("a request without an id is found")
	}
}

func BenchmarkHandover(b *testing.B) {
	var h handovers
	for b.Loop() {
		h.add("4f9d1e1c-3bb5-4a3c-9a63-0d2f1c6d0a52", Claim{}, Claim{ID: "a"})
	}
}
