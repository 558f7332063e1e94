package e2e

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestWhatWasReservedForThoseWhoLeftIsGivenBack: of so many clients that leave within
// the few milliseconds of a request, some leave while azproc's answer is on its way to
// Envoy, which then drops it and what is reserved in it.
func TestWhatWasReservedForThoseWhoLeftIsGivenBack(t *testing.T) {
	t.Parallel()
	azure := fleet(t)
	g := start(t, groups(azure, "keys:\n"+keyEntry("held", ", budget: 1000000, period: 1d"), member{group: "m", resource: "a"}))
	var all sync.WaitGroup
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for worker := range uint64(8) {
		all.Go(func() {
			random := rand.New(rand.NewPCG(7, worker))
			for range 100 {
				ctx, leave := context.WithTimeout(t.Context(), time.Duration(random.Int64N(6000))*time.Microsecond)
				r, err := http.NewRequestWithContext(ctx, "POST", g.url+"/v1/chat/completions", strings.NewReader(`{"model":"m","max_tokens":1000,"messages":[]}`))
				if err != nil {
					t.Error(err)
				} else {
					r.Header.Set("authorization", "Bearer sk-held")
					r.Header.Set("content-type", "application/json")
					if resp, err := client.Do(r); err == nil {
						_, _ = io.Copy(io.Discard, resp.Body)
						resp.Body.Close()
					}
				}
				leave()
			}
		})
	}
	all.Wait()
	g.settled()
	eventually(t, "nothing is reserved any more", func() bool { return g.held() == "0.00" })
}
