package fakeazure

import (
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestPaceStandsBetweenEvents(t *testing.T) {
	for _, row := range []struct {
		name  string
		set   func(*Server)
		field string
	}{
		{"of the deployment", func(s *Server) { s.Pace("a", "chat", time.Hour) }, `"stream":true`},
		{"of the resource", func(s *Server) { s.Pace("a", "", time.Hour) }, `"stream":true`},
		{"of the request", func(*Server) {}, `"stream":true,"fakeazure":{"pace_ms":3600000}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := start(t, standard())
			row.set(s)
			ctx, leave := context.WithCancel(deadline(t))
			defer leave()
			response := open(t, ctx, http.MethodPost, s.classicURL("a", "chat", "chat/completions"), ask("x", row.field), "api-key", "key-a")
			defer response.Body.Close()
			if _, err := bufio.NewReader(response.Body).ReadString('\n'); err != nil {
				t.Fatal(err) // the first event comes at once
			}
			leave()
			select {
			case d := <-s.Disconnects():
				want(t, "events sent within an hour's pace", d.Sent, 1)
			case <-deadline(t).Done():
				t.Fatal("the leaving was not felt")
			}
		})
	}
}

// chunkSizes reads a chunked answer off the wire: each chunk is one write.
func chunkSizes(t *testing.T, s *Server, body string) []int {
	t.Helper()
	connection, err := net.Dial("tcp", s.Authority("a"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(10 * time.Second))
	fmt.Fprintf(connection, "POST /openai/deployments/chat/chat/completions?api-version=%s HTTP/1.1\r\nHost: %s\r\napi-key: key-a\r\n"+
		"accept-encoding: identity\r\ncontent-length: %d\r\n\r\n%s", dated, s.Authority("a"), len(body), body)
	r := bufio.NewReader(connection)
	for line := ""; line != "\r\n"; {
		if line, err = r.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	var sizes []int
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		size, err := strconv.ParseInt(strings.TrimSpace(line), 16, 64)
		if err != nil {
			t.Fatal(err)
		}
		if size == 0 {
			return sizes
		}
		sizes = append(sizes, int(size))
		_, _ = r.Discard(int(size) + 2)
	}
}

func TestEachEventIsOneWrite(t *testing.T) {
	s := start(t, standard())
	want(t, "writes", len(chunkSizes(t, s, ask("x", `"stream":true`))), 1+1+3+1+1)
}

func TestSplitWritesAtAnyOffset(t *testing.T) {
	s := start(t, standard())
	for _, size := range chunkSizes(t, s, ask("x", `"stream":true,"fakeazure":{"split":7}`)) {
		if size > 7 {
			t.Errorf("a write has %d bytes, want at most 7", size)
		}
	}
}

func TestBodyMeterKeepsNoMoreThanItSays(t *testing.T) {
	meter := &bodyMeter{hash: sha256.New()}
	_, _ = io.CopyBuffer(meter, &zeros{4 * keptBody}, make([]byte, 1000))
	want(t, "length", meter.length, int64(4*keptBody))
	if meter.kept.Len() > keptBody {
		t.Errorf("%d bytes are kept", meter.kept.Len())
	}
}
