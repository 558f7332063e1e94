package extproc

import (
	"errors"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/azproc/azproc/routing"
)

// deaf is an Envoy that takes a number of answers and then is gone.
type deaf struct {
	*script
	takes int
}

func (d *deaf) SendMsg(v any) error {
	if d.takes--; d.takes < 0 {
		return errors.New("the stream is gone")
	}
	return d.script.SendMsg(v)
}

// inFlight is how many requests a server's deployments have in hand.
func inFlight(s *Server) (n int64) {
	for _, state := range s.current.Load().table.States() {
		n += state.InFlight
	}
	return n
}

func TestRoomIsGivenBackWhenEnvoyIsNotThereToTakeTheAnswer(t *testing.T) {
	s, _ := newServer(t, nil)
	head := headersRequest(false, ":method", "POST", ":path", "/v1/chat/completions", "content-type", "application/json", "authorization", "Bearer sk-client", "x-request-id", "r")
	w := &script{t: t, ctx: t.Context(), send: []proto.Message{head, bodyRequest([]byte(`{"model":"chat"}`), true)}}
	if err := s.serve(&deaf{w, 1}); err == nil {
		t.Error("no error")
	}
	if n := inFlight(s); n != 0 {
		t.Errorf("%d in flight", n)
	}
	if c, ok := s.current.Load().table.Lost("r", routing.Claim{}); ok {
		t.Errorf("%v would be given back a second time", c)
	}
}

func TestRoomThatWasGivenAwayIsFoundAgainByTheRequest(t *testing.T) {
	s, _ := newServer(t, nil)
	head := headersRequest(false, ":method", "POST", ":path", "/v1/chat/completions", "content-type", "application/json", "authorization", "Bearer sk-client", "x-request-id", "r")
	answers, err := play(t, s, head, bodyRequest([]byte(`{"model":"chat"}`), true))
	if err != nil || len(answers) != 2 {
		t.Fatalf("%d answers, %v", len(answers), err)
	}
	text := answers[1].GetDynamicMetadata().GetFields()[Namespace].GetStructValue().GetFields()[FieldClaim].GetStringValue()
	written, ok := routing.ParseClaim(text)
	if !ok || inFlight(s) != 1 {
		t.Fatalf("claim %q, %d in flight", text, inFlight(s))
	}
	table := s.current.Load().table
	if c, ok := table.Lost("r", written); ok {
		t.Errorf("%v is not lost: Envoy has told it", c)
	}
	lost, ok := table.Lost("r", routing.Claim{})
	if !ok || lost != written {
		t.Fatalf("found %v, %t; written was %v", lost, ok, written)
	}
	if table.End(lost, 0); inFlight(s) != 0 {
		t.Errorf("%d in flight", inFlight(s))
	}
}
