package quota

import "testing"

func TestAHoldComesBackAsItWas(t *testing.T) {
	for _, h := range []Hold{
		{Key: "a", ID: 1<<64 - 1, Minute: 1<<32 - 1, Tokens: 1<<63 - 1, Period: 1<<63 - 1, Cost: 1<<63 - 1, Until: 1<<63 - 1, Shared: true},
		{Key: "team/app@x.y:z", ID: 7, Minute: 29_000_000, Tokens: 812, Period: 1_800_000_000, Cost: 12_345, Until: 1_800_007_200},
	} {
		if got, ok := ParseHold(string(h.Append(nil))); !ok || got != h {
			t.Errorf("%+v came back as %+v", h, got)
		}
	}
	if text := (Hold{}).Append([]byte("x")); string(text) != "x" {
		t.Errorf("an empty hold is %q", text)
	}
}

func TestNamesWithSpacesComeBackToo(t *testing.T) {
	h := Hold{Key: "team a app", ID: 1}
	if got, ok := ParseHold(string(h.Append(nil))); !ok || got != h {
		t.Errorf("%+v", got)
	}
}

func FuzzHoldsAreReadOrLeft(f *testing.F) {
	f.Add("1 2 3 4 5 6 s a")
	f.Add("1 2 3 4 5 6 l a b")
	f.Add("1 2 3 4 5 6 x a")
	f.Add("-1 2 3 4 5 6 s a")
	f.Add("1 2 3 4 5 6 s ")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		h, ok := ParseHold(text)
		if !ok {
			if h != (Hold{}) {
				t.Errorf("%q: %+v", text, h)
			}
			return
		}
		if again, ok := ParseHold(string(h.Append(nil))); !ok || again != h || h.Empty() || h.Tokens < 0 || h.Cost < 0 {
			t.Errorf("%q is %+v, again %+v", text, h, again)
		}
	})
}

func TestSerialsAreOfTheirProcess(t *testing.T) {
	a, b := NewSerials(), NewSerials()
	if one, two := a.Next(), a.Next(); one == two || !a.Own(one) || !a.Own(two) || b.Own(one) && a.process != b.process {
		t.Errorf("%x %x", one, two)
	}
}
