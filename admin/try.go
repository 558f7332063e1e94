package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"
)

const (
	// longestTry is how long a chat may take, and largestTry how many bytes may be
	// asked with.
	longestTry = 10 * time.Minute
	largestTry = 64 << 10
	// mostTries is how many of them may be under way.
	mostTries = 8
)

// Try sends a chat through the gateway, as a client of it that shows the key which the
// reader typed. It has no key of its own.
type Try struct {
	// gateway is the listener's URL.
	gateway string
	client  *http.Client
	under   chan struct{}
}

// NewTry makes one for the gateway at a URL, without a path.
func NewTry(gateway string) *Try {
	return &Try{
		gateway: gateway, under: make(chan struct{}, mostTries),
		// No proxy, whatever the environment says: the gateway is on this machine.
		client: &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConns: 1}},
	}
}

// question is what the page sends.
type question struct {
	Model  string `json:"model"`
	Key    string `json:"key"`
	Prompt string `json:"prompt"`
}

// chat is what becomes of it.
type chat struct {
	Model    string    `json:"model"`
	Messages []message `json:"messages"`
	Stream   bool      `json:"stream"`
}

type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// ServeHTTP implements http.Handler. The answer is the gateway's own, as it comes.
func (t *Try) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !sameOrigin(r) {
		refuse(w, http.StatusForbidden, "only the page of this port may ask")
		return
	}
	var q question
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, largestTry)).Decode(&q); err != nil {
		refuse(w, http.StatusBadRequest, "not a question: "+err.Error())
		return
	}
	select {
	case t.under <- struct{}{}:
		defer func() { <-t.under }()
	default:
		refuse(w, http.StatusTooManyRequests, "too many chats are being tried")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), longestTry)
	defer cancel()
	resp, err := t.ask(ctx, q)
	if err != nil {
		refuse(w, http.StatusBadGateway, "the gateway does not answer: "+err.Error())
		return
	}
	defer resp.Body.Close()
	for _, name := range []string{"content-type", "x-azproc-deployment", "x-azproc-attempts", "x-request-id"} {
		if v := resp.Header.Get(name); v != "" {
			w.Header().Set(name, v)
		}
	}
	// The port's own limit is for pages, not for streams.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(longestTry))
	w.WriteHeader(resp.StatusCode)
	relay(w, resp.Body)
}

// ask sends the question to the gateway.
func (t *Try) ask(ctx context.Context, q question) (*http.Response, error) {
	body, err := json.Marshal(chat{Model: q.Model, Messages: []message{{"user", q.Prompt}}, Stream: true})
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.gateway+"/v1/chat/completions", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("content-type", "application/json")
	req.Header.Set("user-agent", "azproc-page")
	if q.Key != "" {
		req.Header.Set("authorization", "Bearer "+q.Key)
	}
	return t.client.Do(req)
}

// relay copies a stream piece by piece, until either side ends.
func relay(w http.ResponseWriter, from io.Reader) {
	flush := http.NewResponseController(w)
	buf := make([]byte, 16<<10)
	_ = flush.Flush() // the headers come before the first piece
	for {
		n, err := from.Read(buf)
		if n > 0 {
			if _, err := w.Write(buf[:n]); err != nil {
				return
			}
			_ = flush.Flush()
		}
		if err != nil {
			return
		}
	}
}

// refuse answers as the gateway does when it refuses.
func refuse(w http.ResponseWriter, status int, why string) {
	write(w, status, map[string]any{"error": map[string]string{"message": why}})
}
