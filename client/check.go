package client

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

const (
	// atOnce is how many deployments are asked at a time.
	atOnce = 8
	// freshFor is how long an answer stands for the next ones who ask: so nobody
	// can spend money by asking again and again.
	freshFor = 10 * time.Second
)

// Health is what a deployment answered when it was asked.
type Health struct {
	OK bool
	// Status is the HTTP status; 0 when there was no answer.
	Status int
	// Took is how long the answer took.
	Took time.Duration
	// Asked is the operation: chat/completions, models.
	Asked string
	// Free says that nothing but the address and the credential was proved.
	Free bool
	// Why says what is wrong, in Azure's words.
	Why string
	// At is when it was asked.
	At time.Time
}

// String is the answer for people: "ok 0.21s", "401 Access denied ...".
func (h Health) String() string {
	switch {
	case h.OK && h.Free:
		return fmt.Sprintf("ok %.2fs (address and credential alone)", h.Took.Seconds())
	case h.OK:
		return fmt.Sprintf("ok %.2fs", h.Took.Seconds())
	case h.Status == 0:
		return "no answer: " + h.Why
	default:
		return fmt.Sprintf("%d %s", h.Status, h.Why)
	}
}

// Checker asks deployments whether they answer, each at most once in ten seconds.
// It is safe for concurrent use.
type Checker struct {
	client *Client
	now    func() time.Time

	mu   sync.Mutex
	last map[string]*lastHealth // by cluster
}

// lastHealth is the last answer of one deployment; whoever holds it asks.
type lastHealth struct {
	mu     sync.Mutex
	health Health
}

// NewChecker makes a checker that asks with a client.
func NewChecker(c *Client) *Checker {
	return &Checker{client: c, now: time.Now, last: make(map[string]*lastHealth)}
}

// Check asks deployments, some at a time, and gives their answers in their order.
// Those that were asked a moment ago give the same answer again. When ctx ends, no
// further one is asked.
func (c *Checker) Check(ctx context.Context, places []Place) []Health {
	healths := make([]Health, len(places))
	last := c.remember(places)
	turns := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for i := range places {
		all.Go(func() {
			select {
			case turns <- struct{}{}:
				defer func() { <-turns }()
			case <-ctx.Done():
			}
			healths[i] = c.ask(ctx, &places[i], last[i])
		})
	}
	all.Wait()
	return healths
}

// remember gives the last answers of these deployments, and forgets all others.
func (c *Checker) remember(places []Place) []*lastHealth {
	c.mu.Lock()
	defer c.mu.Unlock()
	kept := make(map[string]*lastHealth, len(places))
	list := make([]*lastHealth, len(places))
	for i, p := range places {
		if kept[p.Cluster] == nil {
			if kept[p.Cluster] = c.last[p.Cluster]; kept[p.Cluster] == nil {
				kept[p.Cluster] = &lastHealth{}
			}
		}
		list[i] = kept[p.Cluster]
	}
	c.last = kept
	return list
}

func (c *Checker) ask(ctx context.Context, p *Place, last *lastHealth) Health {
	last.mu.Lock()
	defer last.mu.Unlock()
	now := c.now()
	if !last.health.At.IsZero() && now.Sub(last.health.At) < freshFor {
		return last.health
	}
	if ctx.Err() != nil {
		return Health{Asked: probeOf(p.Deployment).op.Name, Why: "not asked: the others took too long", At: now}
	}
	// The answer is for the next ones too, who need not leave with the first.
	last.health = c.client.probe(context.WithoutCancel(ctx), p)
	last.health.At = now
	return last.health
}

// probe asks one deployment.
func (c *Client) probe(ctx context.Context, p *Place) Health {
	what := probeOf(p.Deployment)
	h := Health{Asked: what.op.Name, Free: what.body == ""}
	r, err := what.request(p.Deployment)
	if err != nil {
		h.Why = p.hide(oneLine(err.Error()))
		return h
	}
	began := time.Now()
	a, err := c.do(ctx, p, r)
	h.Took = time.Since(began)
	if err != nil {
		h.Why = p.hide(oneLine(err.Error()))
		return h
	}
	h.Status = a.status
	h.OK = a.status/100 == 2
	if !h.OK {
		h.Why = p.hide(a.words())
		h.OK = a.status == 400 && strings.Contains(h.Why, reached)
	}
	return h
}
