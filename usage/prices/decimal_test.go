package prices

import (
	"math/big"
	"strings"
	"testing"
)

func TestPricesAreReadExactly(t *testing.T) {
	for text, want := range map[string]string{
		"2.5e-06": "0.0000025", "0.0000025": "0.0000025", " 3E-7 ": "0.0000003", "+.5": "0.5", "1.": "1", "0": "0", "-0.0": "0", "1e3": "1000", "1000000": "1000000",
		"7.9752604167e-09":       "0.0000000079752604167",
		"0.0002833333333333333":  "0.0002833333333333333",
		"5.833333333333334e-09":  "0.000000005833333333333334",
		"1.0000000000000005e-10": "0.000000000100000000000000",
		"1.99999999999999995e-8": "0.00000002",
		"1e-25":                  "0", "5e-25": "0.000000000000000000000001",
	} {
		a, err := ParsePrice(text)
		if strings.Contains(want, ".") {
			want = strings.TrimRight(want, "0")
		}
		if err != nil || a.Dollars() != want {
			t.Errorf("%s: %s %v", text, a.Dollars(), err)
		}
	}
}

func TestWhatIsNoPriceIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"": "no number", ".": "no number", "e5": "no number", "1e": "no number", "free": "no number", "1_0": "no number", "0x10": "no number", "1,5": "no number", "--1": "no number", "+-0": "no number",
		"NaN": "no number", "Infinity": "no number", "-1e-6": "below zero", "--0": "no number",
		"1000000.1": "more than 1000000 dollars", "1e100": "more than", "1e101": "out of all bounds", "1e-101": "out of all bounds", "1e99999999999999999999": "no number",
		strings.Repeat("1", 101): "out of all bounds",
	} {
		if a, err := ParsePrice(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %s %v", text, a.Dollars(), err)
		}
	}
}

func FuzzAPriceIsWhatTheTextSays(f *testing.F) {
	for _, s := range []string{"2.5e-06", "1e-25", "0.5", "-1", "1e6", "999999.9999999999999999999999995"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParsePrice(text)
		if err != nil {
			return
		}
		want, ok := new(big.Rat).SetString(strings.TrimSpace(text))
		if !ok {
			t.Fatalf("%q is read as %s", text, a.Dollars())
		}
		got, _ := new(big.Rat).SetString(a.Dollars())
		unit := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(decimals), nil))
		if d := got.Sub(got, want); d.Abs(d).Cmp(unit) >= 0 {
			t.Errorf("%q is read as %s", text, a.Dollars())
		}
	})
}
