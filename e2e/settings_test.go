package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// reload gives a running gateway another configuration and waits until it
// serves. What the file says must not be warned of.
func (g *gateway) reload(config string) {
	g.t.Helper()
	before := g.metric("azproc_config_loads_total")
	g.write(config)
	eventually(g.t, "the new file is taken", func() bool { return g.metric("azproc_config_loads_total") > before })
	if g.metric("azproc_config_last_load_good") != 1 || g.metric("azproc_config_warnings") != 0 {
		g.t.Errorf("the file is not taken as it stands:\n%s", config)
	}
}

func TestStrategiesPickAsTheyAreCalledInLiteLLM(t *testing.T) {
	t.Parallel()
	azure := fleet(t)
	var members []member
	for _, group := range []string{"shuffle", "busy", "usage", "usage2", "fast", "cheap"} {
		for i, resource := range []string{"a", "b", "c"} {
			more := ", order: 1"
			switch group {
			case "shuffle":
				more += []string{", weight: 1", "", ", weight: 1"}[i]
			case "usage", "usage2":
				more += []string{", rpm: 100", ", rpm: 300", ", rpm: 200"}[i]
			case "cheap":
				more += []string{", input_cost_per_token: 3e-6", ", input_cost_per_token: 1e-6, output_cost_per_token: 1e-6", ""}[i]
			}
			members = append(members, member{group: group, resource: resource, more: more})
		}
	}
	config := func(strategy string) string {
		return groups(azure, "router_settings: {routing_strategy: "+strategy+"}", members...)
	}
	g := start(t, config("usage-based-routing-v2"))
	// ask counts who answers; what is on its way is settled before the next asks.
	ask := func(model string, requests int) map[string]int {
		by := make(map[string]int)
		for range requests {
			got := g.chat(model)
			by[strings.TrimPrefix(got.header.Get("x-azproc-deployment"), model+"-")]++
		}
		g.settled()
		return by
	}
	for _, tt := range []struct {
		strategy, model string
		pick            func(t *testing.T, model string)
	}{
		{"usage-based-routing-v2", "usage", func(t *testing.T, model string) {
			aMinuteAhead(t)
			if got := ask(model, 60); fmt.Sprint(got) != "map[a:10 b:30 c:20]" {
				t.Errorf("%v by limits of 100, 300 and 200", got)
			}
		}},
		{"usage-based-routing", "usage2", func(t *testing.T, model string) {
			aMinuteAhead(t)
			if got := ask(model, 6); fmt.Sprint(got) != "map[a:1 b:3 c:2]" {
				t.Errorf("%v by limits of 100, 300 and 200", got)
			}
		}},
		{"simple-shuffle", "shuffle", func(t *testing.T, model string) {
			if got := ask(model, 40); got["b"] > 0 || got["a"] == 0 || got["c"] == 0 {
				t.Errorf("%v by the weights 1, none and 1", got)
			}
		}},
		{"least-busy", "busy", func(t *testing.T, model string) {
			gates := []*fakeazure.Gate{azure.Gate("a", ""), azure.Gate("c", "")}
			busy := func(name string) bool { return g.deployments()[model+"-"+name].InFlight == 1 }
			answers := make(chan answer, 3)
			for range cap(answers) { // of the first three, two are held
				go func() { answers <- g.chat(model) }()
			}
			eventually(t, "only b is idle", func() bool { return busy("a") && !busy("b") && busy("c") })
			for range 5 {
				if got := g.chat(model); got.header.Get("x-azproc-deployment") != model+"-b" {
					t.Errorf("%d by %s while only b is idle", got.status, got.header.Get("x-azproc-deployment"))
				}
				eventually(t, "b is idle", func() bool { return !busy("b") })
			}
			for _, gate := range gates {
				gate.Open()
			}
			for range cap(answers) {
				<-answers
			}
			g.settled()
		}},
		{"latency-based-routing", "fast", func(t *testing.T, model string) {
			for _, slow := range []string{"a", "c"} {
				azure.Script(slow, "chat-"+slow, fakeazure.Late(700*time.Millisecond))
			}
			if got := ask(model, 3); fmt.Sprint(got) != "map[a:1 b:1 c:1]" {
				t.Errorf("%v while none has been measured", got)
			}
			eventually(t, "all are measured", func() bool {
				all := g.deployments()
				return all[model+"-a"].Latency > 0 && all[model+"-b"].Latency > 0 && all[model+"-c"].Latency > 0
			})
			if got := ask(model, 10); fmt.Sprint(got) != "map[b:10]" {
				t.Errorf("%v where b is the fastest", got)
			}
		}},
		{"cost-based-routing", "cheap", func(t *testing.T, model string) {
			if got := ask(model, 10); fmt.Sprint(got) != "map[b:10]" {
				t.Errorf("%v where b is the cheapest", got)
			}
			azure.Script("b", "chat-b", fakeazure.Status(500))
			if got := ask(model, 1); fmt.Sprint(got) != "map[a:1]" {
				t.Errorf("%v where a is the second, and c has no price", got)
			}
		}},
	} {
		t.Run(tt.strategy, func(t *testing.T) {
			g.reload(config(tt.strategy) + "\n# " + tt.strategy + "\n")
			tt.pick(t, tt.model)
		})
	}
}

func TestADeploymentHasItsTimeUntilItsAnswerBegins(t *testing.T) {
	t.Parallel()
	const short, long = "0.5", "60"
	for _, tt := range []struct {
		name, settings, more string
		stream               bool
		fault                fakeazure.Fault
		asked                string
	}{
		{"request_timeout", "litellm_settings: {request_timeout: " + short + "}", "", false, fakeazure.Stall(), "a b"},
		{"the router's timeout", "router_settings: {timeout: " + short + "}", "", false, fakeazure.Stall(), "a b"},
		{"the router's stream_timeout", "router_settings: {timeout: " + long + ", stream_timeout: " + short + "}", "", true, fakeazure.Stall(), "a b"},
		{"the deployment's timeout", "litellm_settings: {request_timeout: " + long + "}", ", timeout: " + short, true, fakeazure.Stall(), "a b"},
		{"the deployment's stream_timeout", "", ", timeout: " + long + ", stream_timeout: " + short, true, fakeazure.Stall(), "a b"},
		{"a stream_timeout is no other request's", "", ", timeout: " + long + ", stream_timeout: " + short, false, fakeazure.Late(800 * time.Millisecond), "a"},
		{"the deployment's longer one wins", "litellm_settings: {request_timeout: " + short + "}", ", timeout: " + long, false, fakeazure.Late(800 * time.Millisecond), "a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			azure := fleet(t)
			g := start(t, groups(azure, tt.settings, member{group: "m", resource: "a", more: tt.more}, member{group: "m", resource: "b"}))
			azure.Script("a", "chat-a", tt.fault)
			got := g.chat("m", fmt.Sprintf(`,"stream":%t`, tt.stream))
			if got.status != 200 || asked(azure) != tt.asked {
				t.Errorf("%d, asked %q: %s", got.status, asked(azure), got.body)
			}
		})
	}
	t.Run("an answer that has begun has all the time", func(t *testing.T) {
		t.Parallel()
		azure := fleet(t)
		g := start(t, groups(azure, "router_settings: {timeout: "+short+"}", member{group: "m", resource: "a"}, member{group: "m", resource: "b"}))
		azure.Pace("a", "", 100*time.Millisecond)
		got := g.chat("m", `,"stream":true`)
		if got.status != 200 || !strings.Contains(got.body, "[DONE]") || asked(azure) != "a" {
			t.Errorf("%d, asked %q: %s", got.status, asked(azure), got.body)
		}
	})
	t.Run("and when none has answered the client is told so", func(t *testing.T) {
		t.Parallel()
		azure := fleet(t)
		g := start(t, groups(azure, "router_settings: {timeout: "+short+"}", member{group: "m", resource: "a"}, member{group: "m", resource: "b"}))
		azure.Script("a", "chat-a", fakeazure.Stall())
		azure.Script("b", "chat-b", fakeazure.Stall())
		got := g.chat("m")
		if _, code, _ := openAIError(t, got); got.status != 504 || code != "timeout" || asked(azure) != "a b" {
			t.Errorf("%d, asked %q: %s", got.status, asked(azure), got.body)
		}
	})
}

func TestHowManyAreAskedIsTheConfigurations(t *testing.T) {
	t.Parallel()
	one := []member{{group: "m", resource: "a"}}
	four := []member{{group: "m", resource: "a"}, {group: "m", resource: "b"}, {group: "m", resource: "c"}, {group: "m", resource: "d"}}
	patient := append([]member{{group: "m", resource: "a", more: ", max_retries: 2"}}, four[1:]...)
	for _, tt := range []struct {
		name, settings string
		members        []member
		asked          string
	}{
		{"all", "", four, "a b c d"},
		{"num_retries", "router_settings: {num_retries: 1}", four, "a b"},
		{"num_retries 0", "router_settings: {num_retries: 0}", four, "a"},
		{"of litellm_settings", "litellm_settings: {num_retries: 2}", four, "a b c"},
		{"the router's win", "litellm_settings: {num_retries: 2}\nrouter_settings: {num_retries: 1}", four, "a b"},
		{"the deployment's win", "router_settings: {num_retries: 0}", patient, "a b c"},
		{"one alone is asked once", "", one, "a"},
		{"one alone is asked again where that is said", "router_settings: {num_retries: 2}", one, "a a a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			azure := fleet(t)
			g := start(t, groups(azure, tt.settings, tt.members...))
			for _, name := range resources {
				azure.Script(name, "chat-"+name, fakeazure.Status(500).Times(4)...)
			}
			got := g.chat("m")
			if got.status != 500 || asked(azure) != tt.asked || got.header.Get("x-azproc-attempts") != fmt.Sprint(len(strings.Fields(tt.asked))) {
				t.Errorf("%d in %s attempts, asked %q, want %q", got.status, got.header.Get("x-azproc-attempts"), asked(azure), tt.asked)
			}
		})
	}
}

func TestOneAloneIsAskedAgainAfterFailuresOfTheServiceAndNoOthers(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "router_settings: {num_retries: 2, disable_cooldowns: true}", member{group: "m", resource: "a"}))
	for _, tt := range []struct {
		fault  fakeazure.Fault
		status int
		asked  string
	}{
		{fakeazure.Status(500), 500, "a a a"},
		{fakeazure.EmptyStatus(503), 503, "a a a"},
		{fakeazure.Status(408), 408, "a a a"},
		{fakeazure.EmptyStatus(424), 424, "a a a"},
		{fakeazure.Reset(), 503, "a a a"},
		{fakeazure.Status(401), 401, "a"},
		{fakeazure.Status(403), 403, "a"},
		{fakeazure.Status(404), 404, "a"},
		{fakeazure.TooManyRequests(time.Second), 429, "a"},
		{fakeazure.ContentFilter(), 400, "a"},
	} {
		azure.Reset()
		azure.Script("a", "chat-a", tt.fault.Times(3)...)
		got := g.chat("m")
		if got.status != tt.status || asked(azure) != tt.asked {
			t.Errorf("%d, asked %q; want %d, %q: %s", got.status, asked(azure), tt.status, tt.asked, got.body)
		}
		azure.Unscript("a", "chat-a")
		for _, r := range azure.Requests() {
			for name := range r.Header {
				if strings.HasPrefix(name, "X-Envoy-") {
					t.Errorf("%s went upstream", name)
				}
			}
		}
	}
}

func TestADeploymentRestsAfterAsManyFailuresAndAsLongAsTheConfigurationSays(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, settings, more string
		failures             int64   // after which it rests
		seconds              float64 // at most
	}{
		{"allowed_fails", "router_settings: {allowed_fails: 0, cooldown_time: 2}", "", 1, 2},
		{"of litellm_settings", "litellm_settings: {allowed_fails: 1}\nrouter_settings: {cooldown_time: 1.5}", "", 2, 1.5},
		{"the deployment's cooldown_time", "router_settings: {allowed_fails: 0, cooldown_time: 100}", ", cooldown_time: 1", 1, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			azure := fleet(t)
			g := start(t, groups(azure, tt.settings, member{group: "m", resource: "a", more: tt.more}, member{group: "m", resource: "b"}))
			azure.Script("a", "chat-a", fakeazure.Status(500).Times(int(tt.failures))...)
			for n := range tt.failures {
				if cool := g.deployments()["m-a"].Cooldown; cool != nil {
					t.Errorf("rests after %d failures", n)
				}
				if got := g.chat("m"); got.status != 200 {
					t.Errorf("%d %s", got.status, got.body)
				}
				eventually(t, "the failure is known", func() bool { return g.deployments()["m-a"].Failed == n+1 })
			}
			eventually(t, "it rests", func() bool { return g.metric("azproc_cooldowns_total") == 1 })
			if cool := g.deployments()["m-a"].Cooldown; cool != nil && cool.Seconds > tt.seconds {
				t.Errorf("it rests for %v seconds, want %v", cool.Seconds, tt.seconds)
			}
			eventually(t, "it has rested", func() bool { return g.deployments()["m-a"].Cooldown == nil })
			if got := g.chat("m"); got.header.Get("x-azproc-deployment") != "m-a" {
				t.Errorf("served by %s after its rest", got.header.Get("x-azproc-deployment"))
			}
		})
	}
}
