package config

import (
	"strings"
	"testing"
)

func TestDollarsAreReadExactly(t *testing.T) {
	for text, want := range map[string]int64{
		"1": 1_000_000, "1.0": 1_000_000, "0.1": 100_000, "0.29": 290_000, "1_000.50": 1_000_500_000, ".5": 500_000, "7.": 7_000_000,
		"0.000001": 1, "0.0000010": 1, "1000000000": 1_000_000_000_000_000, "0": 0, "000012": 12_000_000,
	} {
		if got, err := microDollars(text); got != want || err != nil {
			t.Errorf("%s: %d %v, want %d", text, got, err, want)
		}
	}
}

func TestWhatIsNoAmountIsSaid(t *testing.T) {
	for text, says := range map[string]string{
		"": "no amount", ".": "no amount", "$5": "no amount", "1e3": "no amount", "-1": "no amount", "1.2.3": "no amount", "5 USD": "no amount",
		"0.0000001": "finer", "1000000000.000001": "more than", "99999999999999999999999": "more than",
	} {
		if _, err := microDollars(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestDollarsAreWrittenForPeople(t *testing.T) {
	for micro, want := range map[int64]string{
		0: "$0.00", 1: "$0.000001", 1_500_000: "$1.50", 125: "$0.000125", 1_000_500_000: "$1000.50", -20_000: "-$0.02", 123_400: "$0.1234",
	} {
		if got := Dollars(micro); got != want {
			t.Errorf("%d is written %s, want %s", micro, got, want)
		}
	}
}

func FuzzDollarsComeBackAsTheyWere(f *testing.F) {
	f.Add("1.5")
	f.Add("1_0.000001")
	f.Fuzz(func(t *testing.T, text string) {
		n, err := microDollars(text)
		if err != nil {
			return
		}
		if again, err := microDollars(strings.TrimPrefix(Dollars(n), "$")); again != n || err != nil || n < 0 {
			t.Errorf("%q is %d, written %s, read %d %v", text, n, Dollars(n), again, err)
		}
	})
}
