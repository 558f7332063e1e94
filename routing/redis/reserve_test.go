package redis

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/e2e/realredis"
	"github.com/azproc/azproc/routing"
)

func ask(least bool, tokens int64, candidates ...routing.Candidate) *routing.Ask {
	return &routing.Ask{Group: "g", Tokens: tokens, Least: least, Candidates: candidates}
}

// reserve asks until Redis has decided: this machine may have been busy for
// some milliseconds.
func reserve(t testing.TB, s *Store, a *routing.Ask) (g routing.Grant) {
	t.Helper()
	eventually(t, "Redis decides", func() bool {
		var err error
		if g, err = s.Reserve(t.Context(), a); err != nil && !errors.Is(err, errGone) {
			t.Fatal(err)
		}
		return err == nil
	})
	return g
}

// fixed starts a Redis whose clock stands still at the beginning of a minute,
// and a store that is patient with it.
func fixed(t testing.TB) (*miniredis.Miniredis, *Store) {
	t.Helper()
	server := miniredis.NewMiniRedis()
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	server.SetTime(time.Unix(1_800_000_000, 0))
	s := open(t, server.Addr(), nil)
	s.patience = time.Minute
	return server, s
}

func TestALimitLetsExactlyItsNumberThrough(t *testing.T) {
	server, s := fixed(t)
	var through, refused atomic.Int64
	var all sync.WaitGroup
	for range 4 {
		replica := s
		for range 4 {
			all.Go(func() {
				for range 20 {
					if reserve(t, replica, ask(false, 1, routing.Candidate{ID: "a", RPM: 100})).Index == 0 {
						through.Add(1)
					} else {
						refused.Add(1)
					}
				}
			})
		}
		s = open(t, server.Addr(), nil)
		s.patience = time.Minute
	}
	all.Wait()
	if through.Load() != 100 || refused.Load() != 220 {
		t.Errorf("%d went through, %d were refused", through.Load(), refused.Load())
	}
}

func TestTheFirstWithRoomIsTaken(t *testing.T) {
	_, s := fixed(t)
	a := ask(false, 60, routing.Candidate{ID: "a", RPM: 5, TPM: 100}, routing.Candidate{ID: "b", RPM: 1}, routing.Candidate{ID: "c", Tier: 2})
	for i, want := range []int{0, 1, 2, 2} {
		if g := reserve(t, s, a); g.Index != want {
			t.Errorf("request %d went to %d, want %d: %+v", i, g.Index, want, g)
		}
	}
	g := reserve(t, s, a)
	if g.Used[0] != (routing.Used{Requests: 1, Tokens: 60}) || g.Used[1].Requests != 1 || g.Used[2].Requests != 3 || g.Minute != 1_800_000_000/60 {
		t.Errorf("%+v", g)
	}
}

func TestTheLeastUsedByShareOfItsLimitIsTaken(t *testing.T) {
	_, s := fixed(t)
	counts := make([]int, 3)
	for range 60 {
		counts[reserve(t, s, ask(true, 1, routing.Candidate{ID: "a", RPM: 10}, routing.Candidate{ID: "b", RPM: 50}, routing.Candidate{ID: "late", Tier: 1})).Index]++
	}
	if fmt.Sprint(counts) != "[10 50 0]" {
		t.Errorf("shared as %v", counts)
	}
	if g := reserve(t, s, ask(true, 1, routing.Candidate{ID: "a", RPM: 10}, routing.Candidate{ID: "late", Tier: 1})); g.Index != 1 {
		t.Errorf("a full tier is not left: %+v", g)
	}
}

func TestNoneHasRoomTakesNothing(t *testing.T) {
	server, s := fixed(t)
	a := ask(true, 100, routing.Candidate{ID: "a", RPM: 9, TPM: 150})
	reserve(t, s, a)
	if g := reserve(t, s, a); g.Index != -1 || g.Used[0] != (routing.Used{Requests: 1, Tokens: 100}) {
		t.Errorf("%+v", g)
	}
	server.SetTime(time.Unix(1_800_000_060, 0))
	if g := reserve(t, s, a); g.Index != 0 || g.Used[0].Requests != 1 {
		t.Errorf("the next minute: %+v", g)
	}
}

func TestARequestLargerThanAMinuteTakesTheWholeMinute(t *testing.T) {
	_, s := fixed(t)
	if g := reserve(t, s, ask(false, 9999, routing.Candidate{ID: "a", TPM: 100})); g.Index != 0 || g.Used[0].Tokens != 100 {
		t.Errorf("%+v", g)
	}
}

// nobody is an observer and a credential.
type nobody struct{}

func (nobody) CooledDown(string, azure.Fault)          {}
func (nobody) StoreFailed(error)                       {}
func (nobody) Header() (name, value string, err error) { return "api-key", "k", nil }
func (nobody) Ready() error                            { return nil }
func (nobody) Wait(context.Context) error              { return nil }
func (nobody) Name() string                            { return "k" }

func TestAClientIsToldWhenToComeBackByTheServersClock(t *testing.T) {
	server, s := fixed(t)
	snap, _ := config.Parse("test.yaml", []byte(`model_list: [{model_name: m, litellm_params: {model: azure/gpt-4o, api_base: "http://a", api_key: k, rpm: 1}}]`), config.Options{Getenv: func(string) (string, bool) { return "", false }})
	table := routing.New(snap, func(config.Credential) routing.Credential { return nobody{} }, routing.NewFleet(nobody{}, nil), s)
	server.SetTime(time.Unix(1_800_000_043, 500_000_000))
	request := &routing.Request{Model: "m", Op: azure.OpChat}
	if _, err := table.Plan(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	_, err := table.Plan(t.Context(), request)
	if err == nil {
		t.Fatal("a second request of one")
	}
	for name, want := range map[string]string{"retry-after": "17", "retry-after-ms": "16500", "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "17"} {
		if i := slices.IndexFunc(err.Header, func(h azure.Header) bool { return h.Name == name }); i < 0 || err.Header[i].Value != want {
			t.Errorf("%s is not %s: %v", name, want, err.Header)
		}
	}
}

func TestADecisionIsOneRoundTrip(t *testing.T) {
	server := realredis.Start(t)
	client := server.Client()
	s := open(t, server.Address(), nil)
	s.patience = time.Minute
	eventually(t, "it listens, and the scripts are known", func() bool {
		return client.PubSubNumSub(t.Context(), channel).Val()[channel] == 1 && realredis.Calls(t, client)["eval"] == 2
	})
	for _, flush := range []bool{false, true} {
		if flush { // as a restart does
			known := realredis.Calls(t, client)["eval"]
			if err := client.ScriptFlush(t.Context()).Err(); err != nil {
				t.Fatal(err)
			}
			reserve(t, s, twenty())
			eventually(t, "both scripts are known again", func() bool { return realredis.Calls(t, client)["eval"] == known+2 })
		}
		before := realredis.Calls(t, client)
		for range 100 {
			reserve(t, s, twenty())
		}
		after := realredis.Calls(t, client)
		// Every second there is one call more, of the script that reads the cool-downs, and perhaps a connection for it.
		reviews := after["hgetall"] - before["hgetall"]
		if n := after["evalsha"] - before["evalsha"] - reviews; n != 100 {
			t.Errorf("%d calls for 100 decisions", n)
		}
		if n := after["hello"] - before["hello"]; n > reviews {
			t.Errorf("%d connections for 100 decisions", n)
		}
		for _, other := range []string{"eval", "script", "client", "auth"} {
			if after[other] != before[other] {
				t.Errorf("%s was called %d times", other, after[other]-before[other])
			}
		}
	}
}

// twenty asks for room in a group of twenty.
func twenty() *routing.Ask {
	a := ask(true, 700)
	for i := range 20 {
		a.Candidates = append(a.Candidates, routing.Candidate{ID: fmt.Sprintf("a-deployment-%d~0123456789ab", i), RPM: 60_000_000, TPM: 6_000_000_000})
	}
	return a
}

func TestAClientThatLeavesIsAnsweredSoThatItsRoomIsGivenBack(t *testing.T) {
	_, s := fixed(t)
	ctx, leave := context.WithCancel(t.Context())
	leave()
	g, err := s.Reserve(ctx, ask(false, 1, routing.Candidate{ID: "a", RPM: 1}))
	if err != nil || g.Index != 0 {
		t.Errorf("%+v %v", g, err)
	}
}

func TestARequestWaitsWhileOthersAreAnswered(t *testing.T) {
	hung, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer hung.Close()
	s := open(t, hung.Addr().String(), nil)
	for _, others := range []bool{true, false} {
		s.gone.Store(false)
		s.answered.Store(0)
		if others {
			s.answered.Store(time.Now().Add(time.Hour).UnixNano())
		}
		_, err := s.Reserve(t.Context(), ask(false, 1, routing.Candidate{ID: "a"}))
		var waited time.Duration
		if err != nil {
			_, text, _ := strings.Cut(err.Error(), "no answer within ")
			waited, _ = time.ParseDuration(text)
		}
		if waited < s.patience || others && waited < busy {
			t.Errorf("others are answered: %v; waited %v: %v", others, waited, err)
		}
	}
}

func TestAMachineThatIsBusyIsNoReasonToGiveRedisUp(t *testing.T) {
	looked := time.Unix(1_800_000_000, 0)
	for _, tt := range []struct {
		name     string
		answered time.Time // someone else
		woken    time.Duration
		want     bool
	}{
		{"nobody is answered", looked.Add(-time.Millisecond), defaultPatience + late/2, false},
		{"someone is answered", looked.Add(time.Millisecond), defaultPatience + late/2, true},
		{"this process did not come to run", looked.Add(-time.Millisecond), defaultPatience + 2*late, true},
	} {
		s := &Store{patience: defaultPatience}
		s.answered.Store(tt.answered.UnixNano())
		if got := s.sign(looked, looked.Add(tt.woken)); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestAGroupIsOnOneNodeWhateverItsName(t *testing.T) {
	nodes := realredis.Cluster(t, nil)
	s, _ := openAt(t, clusterOf(nodes), nil)
	s.patience = time.Minute
	for _, name := range []string{"gpt-4o", "team/gpt 4o:v1", "}", "{", "}{", "a}b", "{}", "*"} {
		a := twenty()
		a.Group = name
		if g := reserve(t, s, a); g.Index != 0 || g.Used[0].Requests != 1 {
			t.Errorf("%q: %+v", name, g)
		}
	}
}

func TestAnAnswerThatIsNoneIsAnError(t *testing.T) {
	for _, numbers := range [][]int64{nil, {0}, {5, 1, 1000, 2, 3}, {0, 1, 2, 3}} {
		if _, err := grant(numbers, 1); err == nil {
			t.Errorf("%v was taken", numbers)
		}
	}
}

// BenchmarkADecision is of a group of twenty, on a real server: one at a time,
// and many at once.
func BenchmarkADecision(b *testing.B) {
	server := realredis.Start(b)
	client := server.Client()
	s := open(b, server.Address(), nil)
	s.patience = time.Minute
	for _, many := range []bool{false, true} {
		b.Run(map[bool]string{false: "alone", true: "many"}[many], func(b *testing.B) {
			reserve(b, s, twenty())
			b.ReportAllocs()
			before := realredis.Calls(b, client)
			b.ResetTimer()
			if many {
				b.SetParallelism(16)
				b.RunParallel(func(p *testing.PB) {
					for a := twenty(); p.Next(); {
						if _, err := s.Reserve(b.Context(), a); err != nil {
							b.Error(err)
						}
					}
				})
			} else {
				for a := twenty(); b.Loop(); {
					if _, err := s.Reserve(b.Context(), a); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.StopTimer()
			after := realredis.Calls(b, client)
			b.ReportMetric(float64(after["evalsha"]-before["evalsha"]-(after["hgetall"]-before["hgetall"]))/float64(b.N), "trips/op")
		})
	}
}
