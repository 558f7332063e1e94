package e2e

import (
	"crypto/tls"
	endian "encoding/binary"
	"encoding/pem"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The frames of HTTP/2 that these tests know (RFC 9113, section 6), and two error
// codes (section 7).
const (
	frameHeaders, frameReset, frameSettings, frameGoAway = 1, 3, 4, 7

	preface        = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
	ackFlag        = 1
	noError        = 0
	refusedStream  = 7
	frameHeadSize  = 9
	anyFrameAtMost = 1 << 14
)

// h2Frame makes a frame of HTTP/2 with numbers for a payload.
func h2Frame(kind, flags byte, stream uint32, payload ...uint32) []byte {
	b := []byte{0, 0, byte(4 * len(payload)), kind, flags}
	b = endian.BigEndian.AppendUint32(b, stream)
	for _, n := range payload {
		b = endian.BigEndian.AppendUint32(b, n)
	}
	return b
}

// unwilling is a server that speaks HTTP/2 and answers each request's headers with
// what answer makes of its stream. It gives its address and the file with its
// certificate.
func unwilling(t *testing.T, answer func(stream uint32) []byte) (address, caFile string) {
	t.Helper()
	lender := httptest.NewUnstartedServer(nil)
	lender.EnableHTTP2 = true
	lender.StartTLS()
	t.Cleanup(lender.Close)
	caFile = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(caFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: lender.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", lender.TLS)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go speak(c, answer)
		}
	}()
	return l.Addr().String(), caFile
}

// speak serves one connection until its client closes it.
func speak(c net.Conn, answer func(stream uint32) []byte) {
	defer c.Close()
	if _, err := io.CopyN(io.Discard, c, int64(len(preface))); err != nil {
		return
	}
	_, _ = c.Write(h2Frame(frameSettings, 0, 0))
	head, payload := make([]byte, frameHeadSize), make([]byte, anyFrameAtMost)
	for {
		if _, err := io.ReadFull(c, head); err != nil {
			return
		}
		size := int(head[0])<<16 | int(head[1])<<8 | int(head[2])
		if size > len(payload) {
			return
		}
		if _, err := io.ReadFull(c, payload[:size]); err != nil {
			return
		}
		switch kind, flags := head[3], head[4]; {
		case kind == frameSettings && flags&ackFlag == 0:
			_, _ = c.Write(h2Frame(frameSettings, ackFlag, 0))
		case kind == frameHeaders:
			_, _ = c.Write(answer(endian.BigEndian.Uint32(head[5:])))
		}
	}
}

// TestAStreamThatIsRefusedGoesToTheNextDeployment: an upstream that speaks HTTP/2 has
// ways of its own not to answer.
func TestAStreamThatIsRefusedGoesToTheNextDeployment(t *testing.T) {
	for name, answer := range map[string]func(stream uint32) []byte{
		"REFUSED_STREAM": func(stream uint32) []byte { return h2Frame(frameReset, 0, stream, refusedStream) },
		"GOAWAY":         func(uint32) []byte { return h2Frame(frameGoAway, 0, 0, 0, noError) },
		"GOAWAY, and then no answer": func(stream uint32) []byte {
			return append(h2Frame(frameGoAway, 0, 0, stream, noError), h2Frame(frameReset, 0, stream, refusedStream)...)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			azure := fleet(t)
			address, caFile := unwilling(t, answer)
			g := start(t, groups(azure, "", member{group: "m", resource: "a", base: "https://" + address}, member{group: "m", resource: "b"}), "--upstream-ca", caFile)
			for n := range int64(2) {
				got := g.chat("m")
				if got.status != 200 || got.header.Get("x-azproc-deployment") != "m-b" || got.header.Get("x-azproc-attempts") != "2" {
					t.Errorf("%d by %s in %s attempts: %s", got.status, got.header.Get("x-azproc-deployment"), got.header.Get("x-azproc-attempts"), got.body)
				}
				eventually(t, "the failure is known", func() bool { return g.deployments()["m-a"].Failed == n+1 })
			}
			if last := g.deployments()["m-a"].LastErrors[0]; last.Fault != "server" || !strings.Contains(last.Why, "reset") {
				t.Errorf("%+v", last)
			}
			if got := asked(azure); got != "b b" {
				t.Errorf("asked %q", got)
			}
			g.settled()
		})
	}
}
