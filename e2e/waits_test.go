package e2e

import (
	"math"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/e2e/fakeazure"
)

// TestClientsAreToldWaitsAsNumbersWithinTheLongest: each row is what a failed answer
// of Azure's says, and what its client reads.
func TestClientsAreToldWaitsAsNumbersWithinTheLongest(t *testing.T) {
	fleet := fleet(t)
	g := start(t, groups(fleet, "router_settings: {disable_cooldowns: true}", member{group: "m", resource: "a"}, member{group: "list", resource: "b"}))
	date := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(http.TimeFormat) }
	type headers map[string]string
	for _, tt := range []struct {
		name       string
		said, told headers
		near       float64 // seconds by which a number may be smaller: time passes
	}{
		{"seconds", headers{"retry-after": "7"}, headers{"retry-after": "7", "retry-after-ms": "7000"}, 0},
		{"a day is clamped", headers{"retry-after": "86400"}, headers{"retry-after": "3600", "retry-after-ms": "3600000", "x-should-retry": "false"}, 0},
		{"a date", headers{"retry-after": date(40 * time.Second)}, headers{"retry-after": "41", "retry-after-ms": "41000"}, 20},
		{"a date in another year", headers{"retry-after": date(366 * 24 * time.Hour)}, headers{"retry-after": "3600", "retry-after-ms": "3600000", "x-should-retry": "false"}, 0},
		{"a date that has passed", headers{"retry-after": date(-time.Hour)}, headers{"retry-after": "", "retry-after-ms": ""}, 0},
		{"milliseconds and a date", headers{"retry-after": date(time.Hour), "retry-after-ms": "1500"}, headers{"retry-after": "2", "retry-after-ms": "1500"}, 0},
		{"words", headers{"retry-after": "soon"}, headers{"retry-after": "", "retry-after-ms": ""}, 0},
		{"-1 and 0 are unknown", headers{"retry-after": "-1", "retry-after-ms": "0"}, headers{"retry-after": "", "retry-after-ms": "", "x-should-retry": ""}, 0},
		{"limits that are unknown", headers{"x-ratelimit-remaining-tokens": "-1", "x-ratelimit-reset-tokens": "-1"}, headers{"x-ratelimit-remaining-tokens": "", "x-ratelimit-reset-tokens": ""}, 0},
		{"a reset", headers{"x-ratelimit-reset-requests": "11", "x-ratelimit-reset-tokens": "0"}, headers{"x-ratelimit-reset-requests": "11", "x-ratelimit-reset-tokens": "0"}, 0},
		{"a reset in a day", headers{"x-ratelimit-reset-requests": "86400", "x-ratelimit-reset-tokens": "3601"}, headers{"x-ratelimit-reset-requests": "3600", "x-ratelimit-reset-tokens": "3600"}, 0},
		{"OpenAI's durations", headers{"x-ratelimit-reset-requests": "1m30.5s", "x-ratelimit-reset-tokens": "6ms"}, headers{"x-ratelimit-reset-requests": "91", "x-ratelimit-reset-tokens": "1"}, 0},
		{"a duration of a day", headers{"x-ratelimit-reset-requests": "24h0m0s", "x-ratelimit-reset-tokens": "soon"}, headers{"x-ratelimit-reset-requests": "3600", "x-ratelimit-reset-tokens": ""}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fault := fakeazure.Raw(429, "application/json", []byte(`{"error":{"message":"no","code":"429"}}`))
			for name, value := range tt.said {
				fault = fault.WithHeader(name, value)
			}
			fleet.Script("a", "chat-a", fault)
			got := g.chat("m")
			if got.status != 429 {
				t.Fatalf("%d %s", got.status, got.body)
			}
			for name, want := range tt.told {
				told := got.header.Get(name)
				if told == want {
					continue
				}
				n, err := strconv.ParseFloat(told, 64)
				most, _ := strconv.ParseFloat(want, 64)
				near := tt.near * most / 41
				if tt.near == 0 || err != nil || n != math.Trunc(n) || n > most || n < most-near {
					t.Errorf("%s is %q, want %q", name, told, want)
				}
			}
		})
	}
	if azure.MaxWait != time.Hour {
		t.Error("the rows above are about another longest wait")
	}
}

func TestAListThatNobodyGivesSaysTheWaitAsANumberToo(t *testing.T) {
	fleet := fleet(t)
	g := start(t, twoGroups(fleet))
	for _, r := range []string{"a", "b"} {
		fleet.Script(r, "", fakeazure.Status(429).WithHeader("retry-after", time.Now().Add(24*time.Hour).UTC().Format(http.TimeFormat)))
	}
	got := do(t, "GET", g.url+"/v1/files", "")
	if got.status != 429 || got.header.Get("retry-after") != "3600" || got.header.Get("retry-after-ms") != "3600000" || got.header.Get("x-should-retry") != "false" {
		t.Errorf("%d %v %s", got.status, got.header, got.body)
	}
}
