package routing

import "testing"

func price(in, out string) string {
	return ", input_cost_per_token: " + in + ", output_cost_per_token: " + out
}

func TestTheCheapestComesFirstAndAnUnknownPriceLast(t *testing.T) {
	w := newWorld(t, list(entries("m", "unknown", "dear "+price("0.00001", "0.00003"), "cheap "+price("0.000001", "0.000002"), "free "+price("0", "0"),
		"fair "+price("0.000005", "0.000001")))+"router_settings: {routing_strategy: cost}\n")
	for range 5 {
		if _, order := w.plan("m"); order != "free cheap fair dear unknown" {
			t.Errorf("planned %s", order)
		}
	}
}

func TestTheNextCheapestServesWhatTheCheapestHasNoRoomFor(t *testing.T) {
	w := newWorld(t, list(entries("m", "dear "+price("2", "2"), "cheap , rpm: 2"+price("1", "1"), "cheaper , tpm: 100"+price("0.5", "0.5")))+
		"router_settings: {routing_strategy: cost}\n")
	for i, want := range []string{"cheaper", "cheap", "cheap", "dear"} {
		if p, _ := w.asks(60); p.Deployment.Name != want {
			t.Errorf("request %d went to %s, want %s", i, p.Deployment.Name, want)
		}
	}
	if p, _ := w.asks(40); p.Deployment.Name != "cheaper" {
		t.Errorf("a request that fits went to %s", p.Deployment.Name)
	}
}

func TestEqualPricesTakeTurns(t *testing.T) {
	w := newWorld(t, list(entries("m", "a", "b", "c"))+"router_settings: {routing_strategy: cost}\n")
	for name, n := range w.firsts(30, 0) {
		if n != 10 {
			t.Errorf("%s came first %d times of 30", name, n)
		}
	}
}
