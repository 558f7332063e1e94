package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// The upstream's streams: so many events, so far apart.
const (
	events = 100
	apart  = 5 * time.Millisecond
)

var (
	upstreamAnswer = answerWith(`{"id":"chatcmpl-bench","object":"chat.completion","created":1700000000,"model":"gpt-4o-2024-11-20","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"` + strings.Repeat("a word or two ", 30) + `"}}],"usage":{"prompt_tokens":500,"completion_tokens":90,"total_tokens":590}}`)
	// upstreamIDs is an event with an id, which azproc tags, and the time at which it was sent.
	upstreamIDs   = "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"item_id\":\"msg_68a1f0c3d4e5f60718293a4b5c6d7e8f\",\"output_index\":0," + timeMark + "%d,\"delta\":\"word \"}\n\n"
	upstreamEvent = []byte(`data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"gpt-4o-2024-11-20","choices":[{"index":0,"delta":{"content":"word "},"finish_reason":null}]}` + "\n\n")
)

// timeMark stands before the time in an event, in nanoseconds.
const timeMark = `"sent":`

func answerWith(body string) []byte {
	return []byte("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body)
}

// serveUpstream is the process behind both sides: the least that an HTTP server
// can do, so that the proxies are what is measured.
func serveUpstream() error {
	l, err := net.Listen("tcp", os.Args[2])
	if err != nil {
		return err
	}
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go serveConnection(c)
	}
}

func serveConnection(c net.Conn) {
	defer c.Close()
	r := bufio.NewReaderSize(c, 64<<10)
	for {
		length, ids := 0, false
		for {
			line, err := r.ReadSlice('\n')
			if err != nil {
				return
			}
			if len(line) <= 2 {
				break
			}
			ids = ids || bytes.Contains(line, []byte("/responses"))
			if name, value, ok := bytes.Cut(line, []byte(":")); ok && bytes.EqualFold(name, []byte("content-length")) {
				length, _ = strconv.Atoi(string(bytes.TrimSpace(value)))
			}
		}
		head, _ := r.Peek(min(length, 200))
		streamed := bytes.Contains(head, []byte(`"stream":true`))
		if _, err := r.Discard(length); err != nil {
			return
		}
		if !streamed {
			if _, err := c.Write(upstreamAnswer); err != nil {
				return
			}
			continue
		}
		if !streamTo(c, ids) {
			return
		}
	}
}

func streamTo(c net.Conn, ids bool) bool {
	if _, err := c.Write([]byte("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")); err != nil {
		return false
	}
	chunk := fmt.Appendf(nil, "%x\r\n%s\r\n", len(upstreamEvent), upstreamEvent)
	for range events {
		if ids {
			text := fmt.Sprintf(upstreamIDs, time.Now().UnixNano())
			chunk = fmt.Appendf(chunk[:0], "%x\r\n%s\r\n", len(text), text)
		}
		if _, err := c.Write(chunk); err != nil {
			return false
		}
		time.Sleep(apart)
	}
	_, err := c.Write([]byte("0\r\n\r\n"))
	return err == nil
}
