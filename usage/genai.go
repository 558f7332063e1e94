package usage

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// genAI are the metrics of OpenTelemetry's semantic conventions for generative AI
// ("GenAI metrics"), and azproc's own of the same records.
type genAI struct {
	tokens    metric.Int64Histogram
	duration  metric.Float64Histogram
	first     metric.Float64Histogram
	requests  metric.Int64Counter
	spent     metric.Int64Counter
	cost      metric.Int64Counter
	estimated metric.Int64Counter
	unpriced  metric.Int64Counter

	mu   sync.Mutex // for those who make a set that is not there yet
	sets atomic.Pointer[map[labels]*sets]
}

// labels are those of a record. Each comes from the configuration or is azproc's own
// word, so that there are only so many.
type labels struct {
	operation, group, deployment, key, err string
	class                                  int // of the status: 2, 4, 5; 0 is none
}

// mostSets is how many combinations of labels are kept ready; more of them are made
// for each record anew.
const mostSets = 10_000

// sets are the attributes of a combination, ready to be used.
type sets struct {
	input, output, ended, request, model, spentIn, spentOut metric.MeasurementOption
}

// Operations are the names that the conventions have for azure's operations
// ("gen_ai.operation.name"); the others go by their own.
var Operations = map[string]string{
	"chat/completions": "chat", "responses": "chat", "messages": "chat", "completions": "text_completion", "embeddings": "embeddings",
}

// The boundaries that the conventions advise.
var (
	tokenBounds   = []float64{1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864}
	secondsBounds = []float64{0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92}
	firstBounds   = []float64{0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10}
)

// newGenAI makes the instruments.
func newGenAI(meter metric.Meter) (*genAI, error) {
	g := &genAI{}
	g.sets.Store(&map[labels]*sets{})
	var err error
	if g.tokens, err = meter.Int64Histogram("gen_ai.client.token.usage", metric.WithUnit("{token}"),
		metric.WithDescription("Tokens that a request used, by type: input or output."), metric.WithExplicitBucketBoundaries(tokenBounds...)); err != nil {
		return nil, fmt.Errorf("metric gen_ai.client.token.usage: %w", err)
	}
	for _, h := range []struct {
		into       *metric.Float64Histogram
		name, what string
		bounds     []float64
	}{
		{&g.duration, "gen_ai.client.operation.duration", "How long a request took, all attempts together.", secondsBounds},
		{&g.first, "gen_ai.server.time_to_first_token", "How long it was until the first byte of an answer went to the client.", firstBounds},
	} {
		if *h.into, err = meter.Float64Histogram(h.name, metric.WithUnit("s"), metric.WithDescription(h.what), metric.WithExplicitBucketBoundaries(h.bounds...)); err != nil {
			return nil, fmt.Errorf("metric %s: %w", h.name, err)
		}
	}
	for _, c := range []struct {
		into       *metric.Int64Counter
		name, what string
	}{
		{&g.requests, "azproc_requests", "Requests that are over, by operation, model, deployment, key and status class."},
		{&g.spent, "azproc_tokens", "Tokens that requests used, by model, deployment, key and type: input or output."},
		{&g.cost, "azproc_cost_microdollars", "What requests cost, in millionths of a US dollar, by model, deployment and key."},
		{&g.estimated, "azproc_usage_estimated", "Requests whose use nobody told, so that it is a guess by their sizes."},
		{&g.unpriced, "azproc_cost_unknown", "Requests whose price nobody knows."},
	} {
		if *c.into, err = meter.Int64Counter(c.name, metric.WithDescription(c.what)); err != nil {
			return nil, fmt.Errorf("metric %s: %w", c.name, err)
		}
	}
	return g, nil
}

var statusClasses = [...]string{"none", "1xx", "2xx", "3xx", "4xx", "5xx"}

// of gives the attributes of a combination of labels.
func (g *genAI) of(l labels) *sets {
	if s := (*g.sets.Load())[l]; s != nil {
		return s
	}
	name := Operations[l.operation]
	if name == "" {
		name = l.operation
	}
	common := []attribute.KeyValue{
		attribute.String("gen_ai.operation.name", name), attribute.String("gen_ai.provider.name", "azure.ai.openai"), attribute.String("gen_ai.request.model", l.group),
	}
	with := func(more ...attribute.KeyValue) metric.MeasurementOption {
		return metric.WithAttributeSet(attribute.NewSet(append(append([]attribute.KeyValue(nil), common...), more...)...))
	}
	ended := with()
	if l.err != "" {
		ended = with(attribute.String("error.type", l.err))
	}
	own := []attribute.KeyValue{attribute.String("model", l.group), attribute.String("deployment", l.deployment), attribute.String("key", l.key)}
	and := func(more ...attribute.KeyValue) metric.MeasurementOption {
		return metric.WithAttributeSet(attribute.NewSet(append(append([]attribute.KeyValue(nil), own...), more...)...))
	}
	s := &sets{
		input: with(attribute.String("gen_ai.token.type", "input")), output: with(attribute.String("gen_ai.token.type", "output")),
		ended: ended, model: and(), spentIn: and(attribute.String("type", "input")), spentOut: and(attribute.String("type", "output")),
		request: and(attribute.String("operation", l.operation), attribute.String("status", statusClasses[l.class])),
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := *g.sets.Load()
	if len(now) >= mostSets {
		return s
	}
	next := make(map[labels]*sets, len(now)+1)
	for k, v := range now {
		next[k] = v
	}
	next[l] = s
	g.sets.Store(&next)
	return s
}

// Ended implements Books.
func (m *Metrics) Ended(r *Record) {
	g, ctx := m.genAI, context.Background()
	class := r.Status / 100
	if class < 1 || class > 5 {
		class = 0
	}
	s := g.of(labels{r.Operation, r.Group, r.Deployment, r.Key, r.errorType(), class})
	g.requests.Add(ctx, 1, s.request)
	g.duration.Record(ctx, r.Duration.Seconds(), s.ended)
	if r.First > 0 && class == 2 {
		g.first.Record(ctx, r.First.Seconds(), s.ended)
	}
	if r.Tokens.Input > 0 {
		g.tokens.Record(ctx, r.Tokens.Input, s.input)
		g.spent.Add(ctx, r.Tokens.Input, s.spentIn)
	}
	if r.Tokens.Output > 0 {
		g.tokens.Record(ctx, r.Tokens.Output, s.output)
		g.spent.Add(ctx, r.Tokens.Output, s.spentOut)
	}
	if r.Estimated {
		g.estimated.Add(ctx, 1, s.model)
	}
	switch {
	case r.Priced:
		g.cost.Add(ctx, r.Cost, s.model)
	case r.Tokens != (Tokens{}):
		g.unpriced.Add(ctx, 1, s.model)
	}
}

// errorType is error.type: the status of an answer that is an error, "cancelled" of a
// client that left, "stream" of an error inside a stream; "" is none.
func (r *Record) errorType() string {
	switch {
	case r.Left:
		return "cancelled"
	case r.Status == 0:
		return "none"
	case r.Status >= 400:
		return strconv.Itoa(r.Status)
	case r.Error != "":
		return "stream"
	}
	return ""
}

// Books hear of every request when it is over. They must not wait. The record is
// theirs only until they return.
type Books interface {
	Ended(*Record)
}

// AllBooks is several of them.
type AllBooks []Books

// Ended implements Books.
func (all AllBooks) Ended(r *Record) {
	for _, b := range all {
		b.Ended(r)
	}
}
