package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/coder/websocket"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// secureFleet is two resources that speak TLS, HTTP/2 too, and the file of the roots
// for their certificate.
func secureFleet(t *testing.T) (*fakeazure.Server, string) {
	t.Helper()
	lender := httptest.NewUnstartedServer(nil) // of its certificate for 127.0.0.1
	lender.EnableHTTP2 = true
	lender.StartTLS()
	t.Cleanup(lender.Close)
	var c fakeazure.Config
	for _, name := range resources[:2] {
		r := fakeazure.Resource{Name: name, Keys: []string{keyOf(name)}, TLS: lender.TLS}
		for kind, model := range kinds {
			r.Deployments = append(r.Deployments, fakeazure.Deployment{Name: kind + "-" + name, Model: model})
		}
		c.Resources = append(c.Resources, r)
	}
	azure := azureOf(t, c)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: lender.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return azure, ca
}

// overBoth runs a test with upstreams that speak HTTP, and with some that speak TLS.
func overBoth(t *testing.T, f func(t *testing.T, azure *fakeazure.Server, g *gateway)) {
	t.Helper()
	members := []member{{group: "voice", kind: "realtime", resource: "a"}, {group: "voice", kind: "realtime", resource: "b"}, {group: "text", resource: "a"}}
	t.Run("HTTP", func(t *testing.T) {
		t.Parallel()
		azure := fleet(t)
		f(t, azure, start(t, groups(azure, "", members...)))
	})
	t.Run("TLS", func(t *testing.T) {
		t.Parallel()
		azure, ca := secureFleet(t)
		f(t, azure, start(t, groups(azure, "", members...), "--upstream-ca", ca))
	})
}

const voice = "/v1/realtime?model=voice"

func TestFramesPassBothWaysUnchanged(t *testing.T) {
	overBoth(t, func(t *testing.T, azure *fakeazure.Server, g *gateway) {
		c := socket(t, g, voice)
		c.until("session.created")
		var sent [][]byte
		for _, size := range []int{0, 1, 125, 126, 65_535, 65_536, 1 << 20} {
			data := make([]byte, size)
			for i := range data {
				data[i] = byte(rand.Uint32())
			}
			c.send(websocket.MessageBinary, data)
			if kind, got := c.receive(); kind != websocket.MessageBinary || !bytes.Equal(got, data) {
				t.Errorf("%d bytes came back as %d of kind %v", size, len(got), kind)
			}
			text := []byte(fmt.Sprintf(`{"text":%q}`, bytes.Repeat([]byte("é"), size/2)))
			c.send(websocket.MessageText, text)
			if got := c.until("response.output_text.delta"); got.Delta != string(text) {
				t.Errorf("%d bytes of text came back as %d", len(text), len(got.Delta))
			}
			sent = append(sent, data, text)
		}
		if err := c.Close(websocket.StatusNormalClosure, "bye"); err != nil {
			t.Error(err)
		}
		r, _ := azure.Last()
		if len(r.Frames) != len(sent) {
			t.Fatalf("%d frames arrived of %d", len(r.Frames), len(sent))
		}
		for i, f := range r.Frames {
			if f.Binary != (i%2 == 0) || !bytes.Equal(f.Data, sent[i]) {
				t.Errorf("frame %d is another one: binary %t, %d bytes", i, f.Binary, len(f.Data))
			}
		}
		g.over(map[string]int64{"voice-a": 1})
	})
}

func TestAMessageInFragmentsArrivesWhole(t *testing.T) {
	overBoth(t, func(t *testing.T, _ *fakeazure.Server, g *gateway) {
		c := socket(t, g, voice)
		c.until("session.created")
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		w, err := c.Writer(ctx, websocket.MessageBinary)
		if err != nil {
			t.Fatal(err)
		}
		var want []byte
		for _, size := range []int{1, 70_000, 3, 200} {
			piece := bytes.Repeat([]byte{byte(size)}, size)
			want = append(want, piece...)
			if _, err := w.Write(piece); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if _, got := c.receive(); !bytes.Equal(got, want) {
			t.Errorf("%d bytes came back of %d", len(got), len(want))
		}
	})
}

func TestPingsPassBothWays(t *testing.T) {
	overBoth(t, func(t *testing.T, _ *fakeazure.Server, g *gateway) {
		c := socket(t, g, voice)
		c.until("session.created")
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		read := make(chan []byte, 1)
		go func() { // pongs are read beside the messages
			_, data, _ := c.Read(ctx)
			read <- data
		}()
		if err := c.Ping(ctx); err != nil {
			t.Errorf("no pong came: %v", err)
		}
		c.send(websocket.MessageText, []byte(`{"type":"`+fakeazure.PingPlease+`"}`))
		if data := <-read; !bytes.Contains(data, []byte(fakeazure.PingPlease)) {
			t.Errorf("the server's ping: %s", data)
		}
	})
}

func TestCloseCodesPassBothWays(t *testing.T) {
	overBoth(t, func(t *testing.T, azure *fakeazure.Server, g *gateway) {
		for _, code := range []websocket.StatusCode{websocket.StatusNormalClosure, websocket.StatusGoingAway, websocket.StatusInternalError, 3000, 4999} {
			c := socket(t, g, voice)
			c.until("session.created")
			please, err := json.Marshal(map[string]any{"type": fakeazure.ClosePlease, "code": code, "reason": "enough"})
			if err != nil {
				t.Fatal(err)
			}
			c.send(websocket.MessageText, please)
			var closed websocket.CloseError
			if err := c.ended(); !errors.As(err, &closed) || closed.Code != code || closed.Reason != "enough" {
				t.Errorf("the server closed with %d, the client saw %v", code, err)
			}
			c = socket(t, g, voice)
			c.until("session.created")
			if err := c.Close(code, "mine"); err != nil {
				t.Errorf("closing with %d: %v", code, err)
			}
			eventually(t, "the server sees the code", func() bool {
				r, _ := azure.Last()
				return r.CloseCode == int(code)
			})
		}
		g.over(map[string]int64{"voice-a": 10})
	})
}

func TestAClientThatIsGoneEndsTheSessionUpstream(t *testing.T) {
	overBoth(t, func(t *testing.T, azure *fakeazure.Server, g *gateway) {
		c := socket(t, g, voice)
		c.until("session.created")
		if err := c.CloseNow(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the server loses its client", func() bool {
			r, _ := azure.Last()
			return r.CloseCode == int(websocket.StatusAbnormalClosure)
		})
		g.over(map[string]int64{"voice-a": 1})
	})
}

func TestAResourceThatIsGoneEndsTheClientsConnection(t *testing.T) {
	overBoth(t, func(t *testing.T, azure *fakeazure.Server, g *gateway) {
		c := socket(t, g, voice)
		c.until("session.created")
		if err := azure.Stop("a"); err != nil {
			t.Fatal(err)
		}
		var closed websocket.CloseError
		if err := c.ended(); errors.As(err, &closed) {
			t.Errorf("nobody has closed it, but the client saw %v", err)
		}
		g.over(map[string]int64{"voice-a": 1})
	})
}
