package routing

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/config"
)

// credential is a credential whose state the test sets.
type credential struct {
	key string
	err error
	// wait, when set, runs in Wait: what the first fetch did.
	wait func()
}

func (c *credential) Header() (string, string, error) { return "api-key", c.key, c.err }
func (c *credential) Ready() error                    { return c.err }
func (c *credential) Name() string                    { return c.key }

func (c *credential) Wait(ctx context.Context) error {
	if c.wait != nil {
		c.wait()
	}
	return ctx.Err()
}

// clock is a clock that the test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// told is an observer that remembers.
type told struct {
	mu     sync.Mutex
	cooled []string
	failed int
}

func (o *told) CooledDown(d string, f azure.Fault) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.cooled = append(o.cooled, d+" "+f.String())
}

func (o *told) StoreFailed(error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.failed++
}

// world is a table with its fleet on a clock of the test's.
type world struct {
	*Table
	t     testing.TB
	clock *clock
	told  *told
	store Store
	creds map[string]*credential
}

// newWorld makes the world of a file's text; it begins at a full minute.
func newWorld(t testing.TB, file string) *world {
	t.Helper()
	w := &world{t: t, clock: &clock{now: start}, told: &told{}, creds: make(map[string]*credential)}
	w.reload(file)
	return w
}

// reload makes a new table of another file for the same fleet.
func (w *world) reload(file string) {
	w.t.Helper()
	s, report := config.Parse("test.yaml", []byte(file), config.Options{Getenv: func(string) (string, bool) { return "", false }})
	if s == nil {
		w.t.Fatal(report.Diagnostics)
	}
	fleet := NewFleet(w.told, w.clock.Now)
	if w.Table != nil {
		fleet = w.fleet
	}
	w.Table = New(s, func(c config.Credential) Credential {
		key := c.Key.Reveal()
		if w.creds[key] == nil {
			w.creds[key] = &credential{key: key}
		}
		return w.creds[key]
	}, fleet, w.store)
}

// group is the text of a model group: an entry for each deployment, by name and
// further litellm_params.
func entries(model string, deployments ...string) string {
	var b strings.Builder
	for _, d := range deployments {
		name, more, _ := strings.Cut(d, " ")
		fmt.Fprintf(&b, "- model_name: %q\n  litellm_params: {model: azure/%s, api_base: 'https://%s.openai.azure.com', api_key: key-%s%s}\n  model_info: {base_model: gpt-4o, id: %s}\n", model, name, name, name, more, name)
	}
	return b.String()
}

func list(groups ...string) string { return "model_list:\n" + strings.Join(groups, "") }

// plan asks for a plan and gives the names in its order.
func (w *world) plan(model string) (Plan, string) {
	w.t.Helper()
	p, err := w.Plan(w.t.Context(), &Request{Model: model, Op: azure.OpChat})
	if err != nil {
		w.t.Fatalf("%s: %v", model, err)
	}
	return p, order(p)
}

// order are the names of a plan's deployments in its order.
func order(p Plan) string {
	names := []string{p.Deployment.Name}
	for _, d := range p.Next {
		names = append(names, d.Name)
	}
	return strings.Join(names, " ")
}

// fails reports a failure of a deployment.
func (w *world) fails(name string, status int, wait time.Duration) {
	w.fleet.Report(Outcome{ID: w.id(name), Status: status, Fault: azure.FaultOf(status), Wait: wait, Why: "because", Began: w.clock.Now()})
}

func (w *world) id(name string) string { return w.deployment(name).Cluster }

func (w *world) deployment(name string) *Deployment {
	w.t.Helper()
	for _, d := range w.Deployments {
		if d.Name == name {
			return d
		}
	}
	w.t.Fatalf("no deployment %s", name)
	return nil
}
