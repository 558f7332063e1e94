package routing

import (
	"testing"
	"time"
)

const byLoadSetting = "router_settings: {routing_strategy: least-busy}\n"

func TestTheOneWithTheFewestRequestsInHandComesFirst(t *testing.T) {
	w := newWorld(t, list(entries("m", "a", "b", "c"))+byLoadSetting)
	held := make(map[string][]Claim)
	for range 9 {
		p, _ := w.plan("m")
		held[p.Deployment.Name] = append(held[p.Deployment.Name], p.Claim)
	}
	for name, claims := range held {
		if len(claims) != 3 {
			t.Errorf("%s has %d in hand of 9", name, len(claims))
		}
	}
	w.clock.add(5 * time.Minute) // whatever the minute
	w.fleet.End(held["a"][0], -1)
	w.fleet.End(held["a"][1], 0)
	w.fleet.End(held["c"][0], 100)
	if _, order := w.plan("m"); order != "a c b" {
		t.Errorf("planned %s with 1, 3 and 2 in hand", order)
	}
}

func TestALimitHoldsForTheLeastBusyToo(t *testing.T) {
	w := newWorld(t, list(entries("m", "a , rpm: 2", "b"))+byLoadSetting)
	for i := range 8 {
		p, order := w.plan("m")
		w.fleet.End(p.Claim, 0)
		if i >= 4 && order != "b" {
			t.Errorf("request %d: planned %s", i, order)
		}
	}
}

func TestAnEndThatIsNeverToldIsForgottenAfterAQuarterOfAnHour(t *testing.T) {
	w := newWorld(t, list(entries("m", "a , order: 1", "b , order: 2"))+byLoadSetting)
	w.plan("m") // and never ends
	w.clock.add(15 * time.Minute)
	if got := w.States()[0].InFlight; got != 1 {
		t.Errorf("after a quarter of an hour %d are in hand", got)
	}
	w.clock.add(time.Minute)
	if got := w.States()[0].InFlight; got != 0 {
		t.Errorf("a minute later %d are in hand", got)
	}
}
