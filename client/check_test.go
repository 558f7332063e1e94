package client

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// fake starts an Azure whose clients are those of these tests alone.
func fake(t *testing.T, resources ...fakeazure.Resource) *fakeazure.Server {
	t.Helper()
	s := fakeazure.New(fakeazure.Config{Resources: resources})
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Check(t)
		s.Close()
	})
	return s
}

func TestEveryDeploymentIsAskedAndTellsInAzuresWords(t *testing.T) {
	azure := fake(t, fakeazure.Resource{Name: "a", Keys: []string{"right-key"}, Deployments: []fakeazure.Deployment{
		{Name: "chat", Model: "gpt-4o"},
		{Name: "mini", Model: "gpt-5-mini"},
		{Name: "embed", Model: "text-embedding-3-small"},
		{Name: "o3pro", Model: "o3-pro"},
		{Name: "image", Model: "gpt-image-1"},
		{Name: "old", Model: "gpt-35-turbo-instruct"},
	}}, fakeazure.Resource{Name: "gone"})
	base, gone := azure.URL("a"), azure.URL("gone")
	if err := azure.Stop("gone"); err != nil {
		t.Fatal(err)
	}
	list := places(t, []key{"right-key"},
		entry("azure/chat", base, "", "base_model: gpt-4o"),
		entry("azure/mini", base, ", api_version: 2025-04-01-preview", "base_model: gpt-5-mini"),
		entry("azure/embed", base, ", api_version: 2024-10-21", "mode: embedding"),
		entry("azure/o3pro", base, "", "base_model: o3-pro"),
		entry("azure/image", base, "", "mode: image_generation"),
		entry("azure/old", base, "", "mode: completion"),
		entry("azure/missing", base, "", "mode: chat"),
		entry("azure/chat", base, "", "mode: chat"),
		entry("azure/chat", gone, "", "mode: chat"),
		entry("azure/chat", base, "", "mode: realtime"))
	list[7].Credential = key("wrong-key")
	list[9].Credential = key("")
	for i, want := range []string{
		"ok ", "ok ", "ok ", "ok ", "ok * (address and credential alone)", "ok ",
		"404 The API deployment for this resource does not exist.",
		"401 Access denied due to invalid subscription key",
		"no answer: dial tcp", "no answer: client-secret of nobody: AADSTS7000215",
	} {
		h := NewChecker(newClient(t, "")).Check(t.Context(), list)[i]
		begin, end, _ := strings.Cut(want, "*")
		if got := h.String(); !strings.HasPrefix(got, begin) || !strings.HasSuffix(got, end) || h.OK != (begin == "ok ") {
			t.Errorf("%d: %q, want %q", i, got, want)
		}
	}
}

func TestAReasoningModelThatRanOutOfTokensHasAnswered(t *testing.T) {
	text := `{"error":{"message":"Could not finish the message because max_tokens or model output limit was reached. Please try again with higher max_tokens.","type":"invalid_request_error","param":null,"code":null}}`
	status := http.StatusBadRequest
	s := serve(t, false, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	})
	p := places(t, []key{"k"}, entry("azure/gpt-5", s.URL, "", ""))
	c := newClient(t, "")
	if h := c.probe(t.Context(), &p[0]); !h.OK || h.Status != http.StatusBadRequest {
		t.Errorf("%+v", h)
	}
	if status = http.StatusInternalServerError; c.probe(t.Context(), &p[0]).OK {
		t.Error("an error of the service is taken for an answer")
	}
	if status, text = http.StatusBadRequest, `{"error":{"message":"Unsupported parameter"}}`; c.probe(t.Context(), &p[0]).OK {
		t.Error("another 400 is taken for an answer")
	}
}

// clock is a time that stands until it is moved.
type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time { return time.Unix(0, c.at.Load()) }

func TestNobodySpendsMoneyByAskingAgainAndAgain(t *testing.T) {
	var asked atomic.Int64
	arrived, hold := make(chan struct{}, 100), make(chan struct{})
	answer := sync.OnceFunc(func() { close(hold) })
	defer answer()
	s := serve(t, false, func(http.ResponseWriter, *http.Request) {
		asked.Add(1)
		arrived <- struct{}{}
		<-hold
	})
	p := places(t, []key{"k"}, entry("azure/gpt-4o", s.URL, "", "id: one"), entry("azure/gpt-4o", s.URL, "", "id: two"))
	var at clock
	at.at.Store(int64(time.Hour))
	c := NewChecker(newClient(t, ""))
	c.now = at.now

	// The first one leaves before there is an answer: it is for the others too.
	ctx, leave := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() { c.Check(ctx, p) })
	for range p {
		select {
		case <-arrived:
		case <-time.After(10 * time.Second):
			t.Fatal("never asked")
		}
	}
	leave()
	for range 20 {
		all.Go(func() {
			for _, h := range c.Check(t.Context(), p) {
				if !h.OK {
					t.Errorf("%+v", h)
				}
			}
		})
	}
	answer()
	all.Wait()
	if n := asked.Load(); n != 2 {
		t.Errorf("two deployments were asked %d times", n)
	}
	at.at.Add(int64(freshFor) - 1)
	if c.Check(t.Context(), p); asked.Load() != 2 {
		t.Error("asked again too soon")
	}
	at.at.Add(1)
	if c.Check(t.Context(), p); asked.Load() != 4 {
		t.Error("an old answer stands")
	}
	if c.Check(t.Context(), p[:1]); len(c.last) != 1 {
		t.Errorf("%d answers are kept of deployments that are gone", len(c.last)-1)
	}
}

func TestWhenTimeIsOverNobodyElseIsAsked(t *testing.T) {
	s := serve(t, false, func(http.ResponseWriter, *http.Request) { t.Error("asked") })
	p := places(t, []key{"k"}, entry("azure/gpt-4o", s.URL, "", ""))
	ctx, end := context.WithCancel(t.Context())
	end()
	c := NewChecker(newClient(t, ""))
	if h := c.Check(ctx, p)[0]; h.OK || !strings.Contains(h.String(), "not asked") || h.Asked != "chat/completions" {
		t.Errorf("%+v", h)
	}
	if !c.last[p[0].Cluster].health.At.IsZero() {
		t.Error("what was not asked is remembered")
	}
}
