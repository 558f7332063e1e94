package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// A storm is half as many requests with cool-downs and half as many without:
// without, every failing deployment keeps its place and the plan is walked.
const (
	stormRequests = 2000
	stormClients  = 16
	stormSeed     = 20251
)

// stormPlace is a deployment of the storm. The four of a group stand on four
// resources and differ in whatever deployments may differ in.
type stormPlace struct {
	group, resource, model, version string
	refused                         bool // nobody listens there
}

var stormPlaces = []stormPlace{
	{"chat", "a", "gpt-4o", "2024-10-21", false},
	{"chat", "b", "gpt-4o", "v1", false},
	{"chat", "c", "o3-mini", classic, false},
	{"chat", "o", "gpt-4o", "", false},
	{"think", "a", "o3-mini", "v1", false},
	{"think", "b", "gpt-5-mini", classic, false},
	{"think", "c", "o3-mini", "preview", false},
	{"think", "o", "o3-mini", "", false},
	{"gap", "a", "gpt-4o", classic, false},
	{"gap", "b", "gpt-4o", classic, true},
	{"gap", "c", "o3-mini", "v1", false},
	{"gap", "o", "gpt-4o", "", false},
	{"stream", "a", "gpt-4o", classic, false},
	{"stream", "b", "o3-mini", "v1", false},
	{"stream", "c", "gpt-4o", "2024-10-21", false},
	{"stream", "o", "gpt-4o", "", false},
}

func (p *stormPlace) deployment() string { return p.group + "-" + p.resource }

// arrival is where a request must arrive, and as whom.
func (p *stormPlace) arrival() (path, query, header, key string) {
	switch {
	case p.resource == "o":
		return "/v1/chat/completions", "", "authorization", "Bearer " + keyOf("o")
	case p.version == "v1":
		return "/openai/v1/chat/completions", "", "api-key", keyOf(p.resource)
	case p.version == "preview":
		return "/openai/v1/chat/completions", "api-version=preview", "api-key", keyOf(p.resource)
	}
	return "/openai/deployments/" + p.deployment() + "/chat/completions", "api-version=" + p.version, "api-key", keyOf(p.resource)
}

// body is what a request must have become at the place: its rest is not touched.
func (p *stormPlace) body(rest string) string {
	model, limit, role := p.group, "max_tokens", "system"
	if p.resource == "o" || p.version == "v1" || p.version == "preview" {
		model = p.deployment()
	}
	if p.model != "gpt-4o" {
		limit, role = "max_completion_tokens", "developer"
	}
	return stormBody(model, limit, role, rest)
}

func stormBody(model, limit, role, rest string) string {
	return fmt.Sprintf(`{"model":%q, %q: 500,"messages":[{"role":%q,"content":"be brief"},%s`, model, limit, role, rest)
}

// stormFaults are what a deployment does, each as often as it stands here.
var (
	stormFaults = append(fakeazure.Serve().Times(8),
		fakeazure.TooManyRequests(200*time.Millisecond), fakeazure.NoCapacity(), fakeazure.Status(500), fakeazure.EmptyStatus(503),
		fakeazure.HTMLStatus(502), fakeazure.Reset(), fakeazure.Reset(), fakeazure.Late(10*time.Millisecond))
	streamFaults = append(append([]fakeazure.Fault{}, stormFaults...),
		fakeazure.ResetAfter(1), fakeazure.ResetAfter(3), fakeazure.ErrorEventAfter(2), fakeazure.TruncateAfter(2))
)

// stormAzure starts the places and gives each a script that is longer than what
// will be asked of it.
func stormAzure(t *testing.T, seed uint64) *fakeazure.Server {
	t.Helper()
	var config fakeazure.Config
	for _, name := range []string{"a", "b", "c", "o"} {
		r := fakeazure.Resource{Name: name, Keys: []string{keyOf(name)}}
		if name == "o" {
			r.Provider = fakeazure.ProviderOpenAI
		}
		for _, p := range stormPlaces {
			if p.resource == name {
				r.Deployments = append(r.Deployments, fakeazure.Deployment{Name: p.deployment(), Model: p.model})
			}
		}
		config.Resources = append(config.Resources, r)
	}
	azure := azureOf(t, config)
	for i, p := range stormPlaces {
		random, faults := rand.New(rand.NewPCG(seed, uint64(i))), stormFaults
		if p.group == "stream" {
			faults = streamFaults
		}
		for range stormRequests {
			azure.Script(p.resource, p.deployment(), faults[random.IntN(len(faults))])
		}
	}
	return azure
}

func stormConfig(azure *fakeazure.Server, settings string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "general_settings: {master_key: %s}\n%s\nmodel_list:\n", clientKey, settings)
	for _, p := range stormPlaces {
		base, provider := azure.URL(p.resource), "azure"
		if p.resource == "o" {
			provider = "openai"
		}
		if p.refused {
			base = "http://127.0.0.1:1"
		}
		fmt.Fprintf(&b, "- model_name: %s\n  litellm_params: {model: %s/%s, api_base: %q, api_key: %s, api_version: %q}\n  model_info: {base_model: %s, id: %s}\n",
			p.group, provider, p.deployment(), base, keyOf(p.resource), p.version, p.model, p.deployment())
	}
	return b.String()
}

// stormRequest is one request with what became of it.
type stormRequest struct {
	group, marker, rest string
	patience            time.Duration // after which its client leaves; 0 is never

	answer answer
	err    error
}

func newStormRequest(seed uint64, n int) *stormRequest {
	random := rand.New(rand.NewPCG(seed, uint64(n)))
	r := &stormRequest{group: []string{"chat", "think", "gap"}[random.IntN(3)], marker: fmt.Sprintf("marker-%d-of-%d", n, seed)}
	more := ""
	if n%3 == 0 {
		r.group, more = "stream", `, "stream":true, "stream_options":{"include_usage":true}`
	}
	filler := make([]byte, random.IntN(30<<10))
	for i := range filler {
		filler[i] = "abcdefghijklmnopqrstuvwxyz {}[]:,"[random.IntN(33)]
	}
	r.rest = fmt.Sprintf(`{"role":"user","content":"%s"}], "x_marker" : %q, "x_number":1.0e3, "x_filler":"%s"%s}`, r.marker, r.marker, filler, more)
	if random.IntN(6) == 0 {
		r.patience = time.Duration(1+random.IntN(20_000)) * time.Microsecond
	}
	return r
}

// send makes the request and reads its answer, or leaves.
func (r *stormRequest) send(ctx context.Context, client *http.Client, url string) {
	limit := patience
	if r.patience > 0 {
		limit = r.patience
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	post, _ := http.NewRequestWithContext(ctx, "POST", url+"/v1/chat/completions", strings.NewReader(stormBody(r.group, "max_tokens", "developer", r.rest)))
	post.Header.Set("authorization", "Bearer "+clientKey)
	post.Header.Set("content-type", "application/json")
	resp, err := client.Do(post)
	if err != nil {
		r.err = err
		return
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	r.answer, r.err = answer{resp.StatusCode, resp.Header, string(text)}, err
}

func TestNothingIsMixedUpInAStorm(t *testing.T) {
	for half, settings := range []string{
		"router_settings: {disable_cooldowns: true}",
		"router_settings: {cooldown_time: 0.05}",
	} {
		t.Run(settings, func(t *testing.T) {
			t.Parallel()
			seed := uint64(stormSeed + half)
			azure := stormAzure(t, seed)
			g := start(t, stormConfig(azure, settings))
			pid := g.envoyPID(t)
			requests := make([]*stormRequest, stormRequests/2)
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: stormClients}}
			var next atomic.Int64
			var clients sync.WaitGroup
			for range stormClients {
				clients.Go(func() {
					for n := next.Add(1) - 1; n < int64(len(requests)); n = next.Add(1) - 1 {
						requests[n] = newStormRequest(seed, int(n))
						requests[n].send(t.Context(), client, g.url)
					}
				})
			}
			clients.Wait()
			client.CloseIdleConnections()
			g.settled()
			checkStorm(t, azure, requests, half == 0)
			for _, name := range []string{"azproc_envoy_restarts_total", "azproc_stream_panics_total"} {
				if n := g.metric(name); n != 0 {
					t.Errorf("%s is %v", name, n)
				}
			}
			if now := g.envoyPID(t); now != pid {
				t.Errorf("Envoy was process %d and is %d", pid, now)
			}
		})
	}
}

// checkStorm holds every request against what arrived of it. walked says that
// no deployment was ever left out.
func checkStorm(t *testing.T, azure *fakeazure.Server, requests []*stormRequest, walked bool) {
	t.Helper()
	places := make(map[string]*stormPlace)
	for i, p := range stormPlaces {
		places[p.deployment()] = &stormPlaces[i]
	}
	arrived := make(map[string][]fakeazure.Request)
	cut := 0
	for _, r := range azure.Requests() {
		if r.BodyLength < r.ContentLength { // its client left while it came
			cut++
			continue
		}
		var body struct {
			Marker string `json:"x_marker"`
		}
		if err := json.Unmarshal(r.Body, &body); err != nil || body.Marker == "" {
			t.Errorf("%s got a body without its marker: %.200q", r.Resource, r.Body)
		}
		arrived[body.Marker] = append(arrived[body.Marker], r)
	}
	count := make(map[string]int)
	for _, r := range requests {
		tries := arrived[r.marker]
		delete(arrived, r.marker)
		seen := make(map[string]bool)
		for _, try := range tries {
			p := places[try.Deployment]
			if p == nil || p.group != r.group || p.resource != try.Resource {
				t.Errorf("%s: deployment %q was asked at %s", r.marker, try.Deployment, try.Resource)
				continue
			}
			if seen[try.Resource] {
				t.Errorf("%s: asked twice at %s", r.marker, try.Resource)
			}
			seen[try.Resource] = true
			path, query, header, key := p.arrival()
			if try.Path != path || try.Query != query || try.Host != azure.Authority(p.resource) || try.Header.Get(header) != key {
				t.Errorf("%s: arrived at %s as %s?%s of %s with the %s %q", r.marker, try.Resource, try.Path, try.Query, try.Host, header, try.Header.Get(header))
			}
			if want := p.body(r.rest); string(try.Body) != want || try.ContentLength != int64(len(want)) {
				t.Errorf("%s: arrived at %s with %d bytes, and a length of %d, as\n%.300s\nwant %d bytes\n%.300s", r.marker, try.Resource, len(try.Body), try.ContentLength, try.Body, len(want), want)
			}
		}
		for i, try := range tries {
			if try.Status == 200 && i+1 < len(tries) {
				t.Errorf("%s: %s was asked although %s had answered", r.marker, tries[i+1].Resource, try.Resource)
			}
		}
		count[fmt.Sprintf("%d tries", len(tries))]++
		if r.patience > 0 && r.err != nil {
			count["clients left"]++
			continue
		}
		count[fmt.Sprintf("status %d", r.answer.status)]++
		checkStormAnswer(t, r, tries, walked)
	}
	for marker := range arrived {
		t.Errorf("%q was never sent", marker)
	}
	if cut > count["clients left"] {
		t.Errorf("%d bodies came in part, and %d clients left", cut, count["clients left"])
	}
	count["in part"] = cut
	t.Log(count)
	for _, what := range []string{"1 tries", "2 tries", "clients left", "status 200"} {
		if count[what] == 0 {
			t.Errorf("%s: none: that was no storm", what)
		}
	}
	if walked && (count["4 tries"] == 0 || count["0 tries"] > count["clients left"]) {
		t.Error("the plans were not walked to their end")
	}
}

// checkStormAnswer holds the answer to a client that stayed against the last try.
func checkStormAnswer(t *testing.T, r *stormRequest, tries []fakeazure.Request, walked bool) {
	t.Helper()
	got := r.answer
	if r.err != nil && (r.group != "stream" || got.status != 200) {
		t.Errorf("%s: %v", r.marker, r.err)
		return
	}
	if len(tries) == 0 {
		if got.status != 429 || !strings.Contains(got.body, "rate_limit_exceeded") || walked {
			t.Errorf("%s: nobody was asked, and the client got %d: %.300s", r.marker, got.status, got.body)
		}
		return
	}
	last := tries[len(tries)-1]
	want := last.Status
	unseen := r.group == "gap" && got.header.Get("x-azproc-attempts") == strconv.Itoa(len(tries)+1) // the refused one
	if want == 0 || (unseen && got.status == 503) {
		want = 503 // Envoy's own: there was no answer
	} else if by := got.header.Get("x-azproc-deployment"); by != last.Deployment {
		t.Errorf("%s: answered by %q, and %q was asked last", r.marker, by, last.Deployment)
	}
	if got.status != want {
		t.Errorf("%s: status %d, and %s had said %d: %.300s", r.marker, got.status, last.Resource, last.Status, got.body)
	}
	if got.status != 200 {
		return
	}
	ids := make(map[string]bool)
	for line := range strings.SplitSeq(got.body, "\n") {
		var chunk struct{ ID string }
		if json.Unmarshal([]byte(strings.TrimPrefix(line, "data: ")), &chunk) == nil && chunk.ID != "" {
			ids[chunk.ID] = true
		}
	}
	if len(ids) > 1 || (len(ids) == 0 && r.group != "stream") {
		t.Errorf("%s: the answer is of %d answers: %.300s", r.marker, len(ids), got.body)
	}
	if whole := "You said: " + r.marker; r.group != "stream" && !strings.Contains(got.body, whole) {
		t.Errorf("%s: answered %.300s", r.marker, got.body)
	}
}
