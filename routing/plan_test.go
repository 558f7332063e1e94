package routing

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/azproc/azproc/azure"
)

// sorted is an order without the turns: the first stays, the rest by name.
func sorted(order string) string {
	names := strings.Fields(order)
	slices.Sort(names)
	return strings.Join(names, " ")
}

func TestAPlanListsEveryDeploymentThatMayServe(t *testing.T) {
	w := newWorld(t, list(entries("m", "one", "two", "three")))
	first := make(map[string]int)
	for range 30 {
		p, order := w.plan("m")
		if sorted(order) != "one three two" {
			t.Fatalf("planned %s", order)
		}
		if p.Header.Value != "key-"+p.Target.Deployment {
			t.Fatalf("%s is called with %s", p.Target.Deployment, p.Header.Value)
		}
		first[p.Deployment.Name]++
		w.fleet.End(p.Claim, -1)
	}
	for name, n := range first {
		if n != 10 {
			t.Errorf("%s came first %d times of 30", name, n)
		}
	}
}

func TestWhatOneDeploymentIsAskedForPlansNoOther(t *testing.T) {
	const settings = `router_settings:
  num_retries: 3
  fallbacks: [{m: [other]}]
  context_window_fallbacks: [{m: [other]}]
`
	for name, file := range map[string]string{
		"of several":         list(entries("m", "one", "two"), entries("other", "three")),
		"with fallbacks":     list(entries("m", "one", "two"), entries("other", "three")) + settings,
		"with one to repeat": list(entries("m", "one")) + "router_settings: {num_retries: 3}\n",
	} {
		w := newWorld(t, file)
		var doc azure.Doc
		if err := doc.Scan([]byte(`{"model":"m","messages":[]}`)); err != nil {
			t.Fatal(err)
		}
		for _, alone := range []bool{false, true} {
			p, err := w.Plan(t.Context(), &Request{Model: "m", Op: azure.OpChat, Doc: &doc, Alone: alone})
			if err != nil {
				t.Fatal(err)
			}
			others := len(p.Next) > 0 || len(p.Refused[azure.RefusalContext]) > 0
			if others == alone || p.Repeat && alone || p.TooLarge {
				t.Errorf("%s, alone %t: %s, %v", name, alone, order(p), p.Refused)
			}
		}
	}
}

func TestEveryDeploymentIsPlannedWhenTheCountOfTurnsBeginsAnew(t *testing.T) {
	w := newWorld(t, list(entries("m", "one", "two", "three")))
	w.groups[w.group["m"]].next.Store(math.MaxUint32 - 3)
	for range 6 {
		if _, order := w.plan("m"); sorted(order) != "one three two" {
			t.Fatalf("planned %s", order)
		}
	}
}

func TestADeploymentThatRestsComesLastAndTheShortestRestFirst(t *testing.T) {
	w := newWorld(t, list(entries("m", "one", "two", "three")))
	w.fails("one", 429, 40*time.Second)
	w.fails("two", 429, 20*time.Second)
	if _, order := w.plan("m"); order != "three two one" {
		t.Errorf("planned %s", order)
	}
	w.clock.add(21 * time.Second)
	if _, order := w.plan("m"); !strings.HasSuffix(order, " one") {
		t.Errorf("planned %s when two's rest was over", order)
	}
}

func TestADeploymentThatIsConfiguredWronglyIsSkippedWhileThereIsAnother(t *testing.T) {
	for _, status := range []int{401, 403, 404} {
		w := newWorld(t, list(entries("m", "one", "two")))
		w.fails("one", status, 0)
		if _, order := w.plan("m"); order != "two" {
			t.Errorf("%d: planned %s", status, order)
		}
		w.clock.add(31 * time.Second)
		if _, order := w.plan("m"); sorted(order) != "one two" {
			t.Errorf("%d: planned %s half a minute later", status, order)
		}
	}
}

func TestWhenAllAreConfiguredWronglyAzureSaysSoItself(t *testing.T) {
	w := newWorld(t, list(entries("m", "one", "two")))
	w.fails("one", 401, 0)
	w.fails("two", 404, 0)
	if _, order := w.plan("m"); sorted(order) != "one two" {
		t.Errorf("planned %s", order)
	}
}

func TestAClientsFaultIsNotTheDeployments(t *testing.T) {
	w := newWorld(t, list(entries("m", "one")))
	for range 100 {
		w.fails("one", 400, 0)
		w.fails("one", 422, 0)
	}
	if _, order := w.plan("m"); order != "one" || len(w.told.cooled) > 0 {
		t.Errorf("planned %s; cooled %v", order, w.told.cooled)
	}
}

func TestATierIsUsedWhileItHasRoomAndAsSoonAsItIsSaidToBeFree(t *testing.T) {
	w := newWorld(t, list(entries("m", "payg , order: 2", "ptu , order: 1, rpm: 2")))
	for i, want := range []string{"ptu payg", "ptu payg", "payg"} {
		if _, order := w.plan("m"); order != want {
			t.Errorf("request %d: planned %s, want %s", i, order, want)
		}
	}
	w.clock.add(time.Minute)
	if _, order := w.plan("m"); order != "ptu payg" {
		t.Errorf("planned %s when the tier has room again", order)
	}
	w.fails("ptu", 429, 1500*time.Millisecond)
	if _, order := w.plan("m"); order != "payg ptu" {
		t.Errorf("planned %s while the tier rests", order)
	}
	w.clock.add(1501 * time.Millisecond)
	if _, order := w.plan("m"); order != "ptu payg" {
		t.Errorf("planned %s when the tier is free again", order)
	}
}

func TestNumRetriesLimitsHowManyAreAsked(t *testing.T) {
	for retries, want := range map[int]int{0: 1, 1: 2, 2: 3, 9: 4} {
		w := newWorld(t, list(entries("m", "a", "b", "c", "d"))+fmt.Sprintf("router_settings: {num_retries: %d}\n", retries))
		if _, order := w.plan("m"); len(strings.Fields(order)) != want {
			t.Errorf("num_retries %d: planned %s", retries, order)
		}
	}
	w := newWorld(t, list(entries("m", "a , max_retries: 1", "b , max_retries: 1", "c , max_retries: 1")))
	if _, order := w.plan("m"); len(strings.Fields(order)) != 2 {
		t.Errorf("max_retries 1: planned %s", order)
	}
}

func TestTheOnlyDeploymentIsAskedAgainOnlyWhereTheConfigurationSaysSo(t *testing.T) {
	w := newWorld(t, list(entries("m", "a")))
	if p, order := w.plan("m"); order != "a" || p.Repeat {
		t.Errorf("planned %s", order)
	}
	w = newWorld(t, list(entries("m", "a"))+"router_settings: {num_retries: 2}\n")
	if p, order := w.plan("m"); order != "a a a" || !p.Repeat {
		t.Errorf("planned %s, repeat %t", order, p.Repeat)
	}
	w = newWorld(t, list(entries("m", "a"))+"router_settings: {num_retries: 99}\n")
	if p, _ := w.plan("m"); len(p.Next) != mostRepeats {
		t.Errorf("asked %d times", len(p.Next))
	}
}

func TestFallbacksComeAfterTheGroupAndBeforeThoseOfItThatRest(t *testing.T) {
	w := newWorld(t, list(entries("m", "a", "b"), entries("other", "x"), entries("third", "y"))+
		"router_settings: {fallbacks: [{m: [other, third]}]}\n")
	w.fails("a", 429, time.Minute)
	if _, order := w.plan("m"); order != "b x y a" {
		t.Errorf("planned %s", order)
	}
	if _, order := w.plan("other"); order != "x" {
		t.Errorf("other: planned %s", order)
	}
}

func TestFallbacksServeWhenAllOfTheGroupRest(t *testing.T) {
	w := newWorld(t, list(entries("m", "a"), entries("other", "x"))+"router_settings: {default_fallbacks: [other]}\n")
	w.fails("a", 429, time.Minute)
	if _, order := w.plan("m"); order != "x" {
		t.Errorf("planned %s", order)
	}
}

func TestMaxFallbacksLimitsTheGroups(t *testing.T) {
	w := newWorld(t, list(entries("m", "a"), entries("other", "x"), entries("third", "y"))+
		"router_settings: {max_fallbacks: 1, fallbacks: [{m: [other, third]}]}\n")
	if _, order := w.plan("m"); order != "a x" {
		t.Errorf("planned %s", order)
	}
}

func TestABodyThatIsTooLargeToBeKeptIsSentOnce(t *testing.T) {
	w := newWorld(t, list(entries("m", "a", "b"))+"router_settings: {retry_buffer_mb: 1}\n")
	for size, once := range map[int64]bool{1 << 20: false, 1<<20 + 1: true, -1: true} {
		p, err := w.Plan(t.Context(), &Request{Model: "m", Size: size})
		if err != nil || (len(p.Next) == 0) != once || p.TooLarge != once {
			t.Errorf("%d bytes: planned %s, too large %t, %v", size, order(p), p.TooLarge, err)
		}
	}
}

func TestADeploymentThatDoesNotTakeTheRequestIsNotAsked(t *testing.T) {
	file := list(entries("m", "four"), strings.Replace(entries("m", "o3"), "gpt-4o", "o3-mini", 1))
	var doc azure.Doc
	if err := doc.Scan([]byte(`{"model":"m","temperature":0.3}`)); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, file)
	for range 4 {
		p, err := w.Plan(t.Context(), &Request{Model: "m", Op: azure.OpChat, Doc: &doc})
		if err != nil || order(p) != "four" {
			t.Fatalf("planned %s, %v", order(p), err)
		}
	}
	w.fails("four", 429, time.Minute)
	if _, err := w.Plan(t.Context(), &Request{Model: "m", Op: azure.OpChat, Doc: &doc}); err == nil || err.Status != 429 {
		t.Errorf("with the one that takes it at rest: %v", err)
	}
	w = newWorld(t, file+"litellm_settings: {drop_params: true}\n")
	if p, err := w.Plan(t.Context(), &Request{Model: "m", Op: azure.OpChat, Doc: &doc}); err != nil || sorted(order(p)) != "four o3" {
		t.Errorf("with drop_params: planned %s, %v", order(p), err)
	}
}

func TestADeploymentWithoutAValidCredentialIsSkipped(t *testing.T) {
	w := newWorld(t, list(entries("m", "one", "two")))
	w.creds["key-one"].err = errors.New("AADSTS7000215")
	for range 4 {
		if _, order := w.plan("m"); order != "two" {
			t.Fatalf("planned %s", order)
		}
	}
	w.creds["key-one"].err = nil
	if _, order := w.plan("m"); sorted(order) != "one two" {
		t.Errorf("a credential that came back is not used: %s", order)
	}
}

func TestNoCredentialIs503WithTheReasonForTheLogOnly(t *testing.T) {
	w := newWorld(t, list(entries("m", "one")))
	w.creds["key-one"].err = errors.New("AADSTS7000215")
	_, err := w.Plan(t.Context(), &Request{Model: "m"})
	if err == nil || err.Status != 503 || err.Code != "no_deployment" {
		t.Fatalf("error %v", err)
	}
	if strings.Contains(string(err.Body(azure.ShapeOpenAI)), "AADSTS") || !strings.Contains(err.Error(), "AADSTS") {
		t.Errorf("client sees %s, log sees %v", err.Body(azure.ShapeOpenAI), err)
	}
}

func TestOnlyTheVeryFirstFetchIsWaitedFor(t *testing.T) {
	w := newWorld(t, list(entries("m", "one")))
	late := w.creds["key-one"]
	late.err = errors.New("not fetched yet")
	late.wait = func() { late.err = nil }
	w.plan("m")
	late.wait = func() { t.Error("waited although a credential is there") }
	w.plan("m")
}

func TestWaitingEndsWithTheRequest(t *testing.T) {
	w := newWorld(t, list(entries("m", "one")))
	w.creds["key-one"].err = errors.New("not fetched yet")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Plan(ctx, &Request{Model: "m"}); err == nil || err.Status != 503 {
		t.Errorf("error %v", err)
	}
}

func TestUnknownModelsAre404InOpenAIsWords(t *testing.T) {
	w := newWorld(t, list(entries("m", "one")))
	for _, model := range []string{"M", "m ", "other", "azure/one"} {
		if _, err := w.Plan(t.Context(), &Request{Model: model}); err == nil || err.Status != 404 || err.Code != "model_not_found" || err.Param != "model" {
			t.Errorf("%q: error %v", model, err)
		}
	}
}

func TestTimeoutsAreTheDeploymentsElseTheRouters(t *testing.T) {
	const router = "router_settings: {timeout: 9, stream_timeout: 4}\n"
	for _, tt := range []struct {
		params, settings string
		stream           bool
		want             float64
	}{
		{"", "", false, 0},
		{"", router, false, 9},
		{"", router, true, 4},
		{" , timeout: 2", router, false, 2},
		{" , timeout: 2", router, true, 2},
		{" , timeout: 2, stream_timeout: 0.5", router, true, 0.5},
		{" , timeout: 2, stream_timeout: 0.5", router, false, 2},
		{"", "litellm_settings: {request_timeout: 7}\n", true, 7},
	} {
		w := newWorld(t, list(entries("m", "a"+tt.params))+tt.settings)
		p, err := w.Plan(t.Context(), &Request{Model: "m", Stream: tt.stream})
		if err != nil || p.Timeout != seconds(tt.want) {
			t.Errorf("%q, %q, stream %t: %v, want %v seconds; %v", tt.params, tt.settings, tt.stream, p.Timeout, tt.want, err)
		}
	}
}

// twenty is a group of 20 with limits that are never reached.
func twenty(t testing.TB, strategy string) *world {
	t.Helper()
	var names []string
	for i := range 20 {
		names = append(names, fmt.Sprintf("d%d , rpm: 1000000000, tpm: 60000000000", i))
	}
	w := newWorld(t, list(entries("m", names...))+"router_settings: {routing_strategy: "+strategy+"}\n")
	w.fleet.now = time.Now
	return w
}

func TestADecisionNeedsTwoAllocationsAtMost(t *testing.T) {
	for _, strategy := range compared {
		w := twenty(t, string(strategy))
		r := Request{Model: "m", Op: azure.OpChat, Tokens: 300}
		least := math.Inf(1)
		for range 50 { // the race detector makes sync.Pool forget now and then
			least = min(least, testing.AllocsPerRun(1, func() {
				p, err := w.Plan(t.Context(), &r)
				if err != nil {
					t.Fatal(err)
				}
				w.fleet.End(p.Claim, 300)
			}))
		}
		if least > 2 {
			t.Errorf("%s: %v allocations", strategy, least)
		}
	}
}

func BenchmarkPlan(b *testing.B) {
	for _, strategy := range compared {
		b.Run(string(strategy), func(b *testing.B) {
			w := twenty(b, string(strategy))
			r := Request{Model: "m", Op: azure.OpChat, Tokens: 300}
			b.ReportAllocs()
			for b.Loop() {
				p, err := w.Plan(b.Context(), &r)
				if err != nil {
					b.Fatal(err)
				}
				w.fleet.End(p.Claim, 300)
			}
		})
	}
}
