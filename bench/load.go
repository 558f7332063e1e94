package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// request is the bytes of a scenario's request, as an OpenAI SDK sends it.
func request(s scenario) []byte {
	model := "classic"
	if s.v1 {
		model = "v1"
	}
	head := fmt.Sprintf(`{"model":%q,"stream":%v,"messages":[{"role":"user","content":"`, model, s.stream)
	const tail = `"}]}`
	path := "/v1/chat/completions"
	if s.ids {
		path = "/v1/responses"
	}
	body := head + strings.Repeat("a word or two ", max(0, s.size-len(head)-len(tail))/14+1) + tail
	return []byte("POST " + path + " HTTP/1.1\r\nhost: gateway\r\ncontent-type: application/json\r\naccept: application/json\r\n" +
		"authorization: Bearer sk-0123456789abcdef0123456789abcdef\r\nuser-agent: OpenAI/Python 3.54.0\r\n" +
		"x-stainless-lang: python\r\nx-stainless-package-version: 3.54.0\r\nx-stainless-os: Linux\r\nx-stainless-arch: x64\r\n" +
		"x-stainless-runtime: CPython\r\nx-stainless-runtime-version: 3.12.1\r\nx-stainless-async: false\r\nx-stainless-retry-count: 0\r\n" +
		"content-length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body)
}

// load sends a request over and over on a number of connections, each waiting
// for its answer, for a time.
func load(address string, request []byte, connections int, each time.Duration) (figures, error) {
	var (
		mu    sync.Mutex
		f     figures
		took  []time.Duration
		late  []time.Duration
		group sync.WaitGroup
		first error
	)
	end := time.Now().Add(each)
	began := time.Now()
	for range connections {
		group.Go(func() {
			var delays []time.Duration
			mine, failed, err := drive(address, request, end, &delays)
			mu.Lock()
			defer mu.Unlock()
			took = append(took, mine...)
			late = append(late, delays...)
			f.failed += failed
			if first == nil {
				first = err
			}
		})
	}
	group.Wait()
	f.requests = len(took)
	f.rps = float64(len(took)) / time.Since(began).Seconds()
	slices.Sort(took)
	if slices.Sort(late); len(late) > 0 {
		f.late = float64(late[len(late)/2].Nanoseconds()) / 1000
	}
	if len(took) > 0 {
		f.p50 = float64(took[len(took)/2].Nanoseconds()) / 1000
		f.p99 = float64(took[len(took)*99/100].Nanoseconds()) / 1000
	}
	return f, first
}

// drive is one connection.
func drive(address string, request []byte, end time.Time, late *[]time.Duration) (took []time.Duration, failed int, err error) {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return nil, 0, err
	}
	defer c.Close()
	r := bufio.NewReaderSize(c, 64<<10)
	for {
		began := time.Now()
		if _, err := c.Write(request); err != nil {
			return took, failed, err
		}
		ok, err := readAnswer(r, late)
		if err != nil {
			return took, failed, err
		}
		took = append(took, time.Since(began))
		if !ok {
			failed++
		}
		if time.Now().After(end) {
			return took, failed, nil
		}
	}
}

// readAnswer reads one response to its end and says whether it is a 200.
func readAnswer(r *bufio.Reader, late *[]time.Duration) (ok bool, err error) {
	length, chunked := -1, false
	for n := 0; ; n++ {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return false, err
		}
		line = bytes.TrimRight(line, "\r\n")
		switch {
		case n == 0:
			ok = bytes.Contains(line, []byte(" 200 "))
		case len(line) == 0:
			if chunked {
				return ok, readChunks(r, late)
			}
			if length < 0 {
				return ok, errors.New("an answer without a length")
			}
			_, err := r.Discard(length)
			return ok, err
		default:
			name, value, _ := bytes.Cut(line, []byte(":"))
			if bytes.EqualFold(name, []byte("content-length")) {
				length, _ = strconv.Atoi(string(bytes.TrimSpace(value)))
			}
			if bytes.EqualFold(name, []byte("transfer-encoding")) {
				chunked = true
			}
		}
	}
}

// readChunks reads a body and notes how late its events are that tell when they
// were sent.
func readChunks(r *bufio.Reader, late *[]time.Duration) error {
	var body bytes.Buffer
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		n, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 16, 64)
		if err != nil {
			return err
		}
		body.Reset()
		if _, err := io.CopyN(&body, r, n+2); err != nil {
			return err
		}
		for _, part := range bytes.Split(body.Bytes(), []byte(timeMark))[1:] {
			text, _, _ := bytes.Cut(part, []byte(","))
			if sent, err := strconv.ParseInt(string(text), 10, 64); err == nil {
				*late = append(*late, time.Since(time.Unix(0, sent)))
			}
		}
		if n == 0 {
			return nil
		}
	}
}
