package routing

import (
	"testing"
	"time"

	"github.com/azproc/azproc/azure"
)

const byLatencySetting = "router_settings: {routing_strategy: latency}\n"

// answers reports an answer whose first byte came after a time.
func (w *world) answers(name string, firstByte time.Duration) {
	w.fleet.Report(Outcome{ID: w.id(name), Status: 200, Began: w.clock.Now(), FirstByte: firstByte})
}

func TestTheFastestComesFirst(t *testing.T) {
	w := newWorld(t, list(entries("m", "slow", "fast", "medium"))+byLatencySetting)
	w.answers("slow", 3*time.Second)
	w.answers("fast", 200*time.Millisecond)
	w.answers("medium", time.Second)
	for range 4 {
		if _, order := w.plan("m"); order != "fast medium slow" {
			t.Fatalf("planned %s", order)
		}
	}
}

func TestAMistakeOfTheClientsSaysNothingOfTheLatency(t *testing.T) {
	w := newWorld(t, list(entries("m", "slow", "fast"))+byLatencySetting)
	w.answers("slow", 3*time.Second)
	w.answers("fast", 200*time.Millisecond)
	for range 50 { // refused at once
		w.fleet.Report(Outcome{ID: w.id("slow"), Status: 400, Fault: azure.FaultClient, Began: w.clock.Now(), FirstByte: time.Millisecond})
	}
	if _, order := w.plan("m"); order != "fast slow" {
		t.Errorf("planned %s", order)
	}
	for _, s := range w.States() {
		if s.Deployment.Name == "slow" && (s.Latency != 3 || s.Served != 51) {
			t.Errorf("%v seconds, %d served", s.Latency, s.Served)
		}
	}
}

func TestLatenciesWithinAHundredthOfASecondTakeTurns(t *testing.T) {
	w := newWorld(t, list(entries("m", "a", "b"))+byLatencySetting)
	w.answers("a", 501*time.Millisecond)
	w.answers("b", 509*time.Millisecond)
	first := make(map[string]int)
	for range 10 {
		p, _ := w.plan("m")
		first[p.Deployment.Name]++
	}
	if first["a"] != 5 {
		t.Errorf("first came %v", first)
	}
}

func TestADeploymentThatWasNeverMeasuredIsTriedByOneRequestAtATime(t *testing.T) {
	w := newWorld(t, list(entries("m", "known", "new"))+byLatencySetting)
	w.answers("known", time.Second)
	p, order := w.plan("m")
	if order != "new known" {
		t.Fatalf("planned %s", order)
	}
	for range 4 {
		if _, order := w.plan("m"); order != "known new" {
			t.Fatalf("planned %s while the first answer is awaited", order)
		}
	}
	w.fleet.End(p.Claim, -1) // without a measurement: its client left
	if _, order := w.plan("m"); order != "new known" {
		t.Errorf("planned %s when nothing was learnt", order)
	}
}

func TestDeploymentsThatWereNeverMeasuredShareTheBeginning(t *testing.T) {
	w := newWorld(t, list(entries("m", "a", "b", "c"))+byLatencySetting)
	first := make(map[string]int)
	for range 30 {
		p, _ := w.plan("m")
		first[p.Deployment.Name]++
	}
	for name, n := range first {
		if n != 10 {
			t.Errorf("%s came first %d times of 30", name, n)
		}
	}
}

func TestADeploymentThatOnceWasSlowIsTriedAgainByOneRequestAtATime(t *testing.T) {
	w := newWorld(t, list(entries("m", "slow", "fast"))+byLatencySetting)
	w.answers("slow", 2*time.Second)
	tries := func() (n int) {
		for range 60 { // ten minutes
			w.clock.add(10 * time.Second)
			w.answers("fast", 500*time.Millisecond)
			var claims []Claim
			for range 3 { // at once
				p, _ := w.plan("m")
				if p.Deployment.Name == "slow" {
					n++
				}
				claims = append(claims, p.Claim)
			}
			for _, c := range claims {
				w.fleet.End(c, 0)
				if c.ID == w.id("slow") {
					w.answers("slow", 2*time.Second)
				}
			}
		}
		return n
	}
	// From 2 s to below 0.5 s are two halvings, after a minute in full: once in
	// 3:10 minutes.
	if n := tries(); n != 3 {
		t.Errorf("tried %d times in ten minutes", n)
	}
	w.clock.add(4 * time.Minute)
	w.answers("fast", 500*time.Millisecond)
	w.answers("slow", 100*time.Millisecond) // is well again
	if _, order := w.plan("m"); order != "slow fast" {
		t.Errorf("planned %s: what was measured long ago outweighs what is measured now", order)
	}
}

func TestAnOldAverageFades(t *testing.T) {
	var a average
	a.add(4*time.Second, start)
	a.add(2*time.Second, start.Add(time.Second))
	if got := a.seconds(); got < 3.59 || got > 3.61 {
		t.Fatalf("a fifth of 2 and four of 4 are %v", got)
	}
	at := start.Add(time.Second).Unix()
	for age, want := range map[int64]float64{0: 1, 60: 1, 120: 0.5, 180: 0.25, 660: 1. / 1024} {
		if got := a.left(at + age); got < want*0.999 || got > want*1.001 {
			t.Errorf("after %d seconds %v of it are left, want %v", age, got, want)
		}
	}
	a.add(time.Second, start.Add(time.Hour))
	if got := a.seconds(); got > 1.001 {
		t.Errorf("an average of an hour ago still counts: %v", got)
	}
}
