package e2e

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// connection is a WebSocket at the gateway.
type connection struct {
	t testing.TB
	*websocket.Conn
	answer *http.Response // of the handshake
}

// handshake asks for a WebSocket. When it is refused there is only the answer.
func handshake(t testing.TB, g *gateway, path string, protocols []string, header ...string) (*connection, answer) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	o := websocket.DialOptions{CompressionMode: websocket.CompressionContextTakeover, HTTPHeader: http.Header{"Authorization": {"Bearer " + clientKey}}, Subprotocols: protocols}
	for i := 0; i < len(header); i += 2 {
		o.HTTPHeader.Set(header[i], header[i+1])
		if header[i+1] == "" {
			o.HTTPHeader.Del(header[i])
		}
	}
	conn, resp, err := websocket.Dial(ctx, strings.Replace(g.url, "http://", "ws://", 1)+path, &o)
	switch {
	case resp == nil:
		t.Fatal(err)
	case err != nil:
		text, _ := io.ReadAll(resp.Body)
		return nil, answer{resp.StatusCode, resp.Header, string(text)}
	}
	if extensions := resp.Header.Get("Sec-Websocket-Extensions"); extensions != "" {
		t.Errorf("%s: the extensions %s are agreed upon", path, extensions)
	}
	conn.SetReadLimit(-1)
	t.Cleanup(func() { _ = conn.CloseNow() })
	return &connection{t, conn, resp}, answer{resp.StatusCode, resp.Header, ""}
}

// socket opens a WebSocket.
func socket(t testing.TB, g *gateway, path string, header ...string) *connection {
	t.Helper()
	c, got := handshake(t, g, path, nil, header...)
	if c == nil {
		t.Fatalf("%s: %d %s", path, got.status, got.body)
	}
	return c
}

// send sends one message.
func (c *connection) send(kind websocket.MessageType, data []byte) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	if err := c.Write(ctx, kind, data); err != nil {
		c.t.Fatal(err)
	}
}

// receive reads one message.
func (c *connection) receive() (websocket.MessageType, []byte) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	kind, data, err := c.Read(ctx)
	if err != nil {
		c.t.Fatal(err)
	}
	return kind, data
}

// ended reads until the other side ends the connection.
func (c *connection) ended() error {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	for {
		if _, _, err := c.Read(ctx); err != nil {
			if ctx.Err() != nil {
				c.t.Fatal("the connection does not end")
			}
			return err
		}
	}
}

// frame is what the tests read of an event.
type frame struct {
	Type, Delta string
	Session     struct{ Model string }
	Response    struct {
		ID     string
		Output []struct{ Content []struct{ Text string } }
		Usage  toldUsage
	}
	Usage toldUsage
	Error struct{ Code, Message string }
}

// toldUsage is what the tests read of a usage.
type toldUsage struct {
	Input   int64 `json:"input_tokens"`
	Output  int64 `json:"output_tokens"`
	Details struct {
		Cached int64 `json:"cached_tokens"`
	} `json:"input_token_details"`
}

// until reads events until one of a type comes.
func (c *connection) until(name string) frame {
	c.t.Helper()
	for {
		_, data := c.receive()
		var e frame
		if err := json.Unmarshal(data, &e); err != nil {
			c.t.Fatalf("%s: %v", data, err)
		}
		if e.Type == name {
			return e
		}
		if e.Type == "error" {
			c.t.Fatalf("%s", data)
		}
	}
}

// talk has a session of the realtime API answer, and gives the events of text by
// their type.
func (c *connection) talk() (delta string) {
	c.t.Helper()
	c.until("session.created")
	c.send(websocket.MessageText, []byte(`{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}}`))
	c.send(websocket.MessageText, []byte(`{"type":"response.create"}`))
	for {
		_, data := c.receive()
		var e frame
		if err := json.Unmarshal(data, &e); err != nil {
			c.t.Fatalf("%s: %v", data, err)
		}
		if strings.HasSuffix(e.Type, "text.delta") {
			delta = e.Type
		}
		if e.Type == "response.done" {
			if len(e.Response.Output) != 1 || e.Response.Output[0].Content[0].Text != "You said: hi" {
				c.t.Errorf("answered %s", data)
			}
			return delta
		}
	}
}

// over waits until nothing is in hand, and nobody is held to have failed.
func (g *gateway) over(served map[string]int64) {
	g.t.Helper()
	eventually(g.t, "every deployment has settled", func() bool {
		for name, d := range g.deployments() {
			if d.InFlight != 0 || d.Served != served[name] {
				return false
			}
		}
		return true
	})
	for name, d := range g.deployments() {
		if d.Failed != 0 || d.Cooldown != nil {
			g.t.Errorf("%s is held to have failed: %+v", name, d)
		}
	}
}
