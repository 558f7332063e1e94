package prices

import (
	"math"
	"math/big"
	"testing"
)

func price(t *testing.T, text string) Amount {
	t.Helper()
	a, err := ParsePrice(text)
	if err != nil {
		t.Fatal(text, err)
	}
	return a
}

func TestAnAmountIsRoundedHalfUpAndUpWhereItIsToBeEnough(t *testing.T) {
	for _, c := range []struct {
		dollars     string
		micro, pico int64
	}{
		{"0", 0, 0},
		{"0.0000005", 1, 500_000},
		{"0.000000999999999999999999", 1, 1_000_000},
		{"0.000001000000000000000001", 2, 1_000_000}, // not by way of the pico-dollars
		{"0.0000015", 2, 1_500_000},
		{"1e-7", 1, 100_000},
		{"0.0000000000005", 1, 1},
		{"999999.999999", 999_999_999_999, 999_999_999_999_000_000},
	} {
		a := price(t, c.dollars)
		if a.MicroUp() != c.micro || a.Pico() != c.pico {
			t.Errorf("%s dollars: %d micro, %d pico", c.dollars, a.MicroUp(), a.Pico())
		}
	}
}

func TestAnAmountIsPrintedInFull(t *testing.T) {
	for text, want := range map[string][2]string{
		"0": {"0", "0"}, "2.5e-06": {"0.0000025", "2.5"}, "1000": {"1000", "1000000000"}, "1e-24": {"0.000000000000000000000001", "0.000000000000000001"},
		"10.50": {"10.5", "10500000"},
	} {
		if a := price(t, text); a.Dollars() != want[0] || a.PerMillion() != want[1] {
			t.Errorf("%s: %s and %s", text, a.Dollars(), a.PerMillion())
		}
	}
}

func TestSumsThatAreTooLargeStayAtTheEnd(t *testing.T) {
	million := price(t, "1e6")
	if got := million.Times(math.MaxInt64); got != biggest {
		t.Error(got)
	}
	if got := biggest.Plus(Amount{lo: 1}); got != biggest {
		t.Error(got)
	}
	if biggest.MicroUp() != math.MaxInt64 || biggest.Pico() != math.MaxInt64 {
		t.Error("wrapped around")
	}
	if got := million.Times(-1); got != (Amount{}) {
		t.Error("less than nothing", got)
	}
}

func FuzzAmountsAreAddedAndMultipliedExactly(f *testing.F) {
	f.Add(uint64(1), uint64(math.MaxUint64), uint64(7), int64(3))
	f.Add(uint64(1)<<40, uint64(5), uint64(math.MaxUint64), int64(1)<<22)
	f.Fuzz(func(t *testing.T, hi, lo, other uint64, n int64) {
		a, b := Amount{hi, lo}, Amount{lo: other}
		want := new(big.Int).Mul(a.big(), big.NewInt(max(n, 0)))
		want.Add(want, b.big())
		if want.Cmp(biggest.big()) > 0 {
			want = biggest.big()
		}
		if got := a.Times(n).Plus(b).big(); got.Cmp(want) != 0 {
			t.Errorf("%v * %d + %v is %v, not %v", a, n, b, got, want)
		}
		half := new(big.Int).Rsh(new(big.Int).Add(a.big(), big.NewInt(1)), 1)
		if got := a.Half().big(); got.Cmp(half) != 0 {
			t.Errorf("half of %v is %v", a, got)
		}
		micro := new(big.Int).Add(a.big(), big.NewInt(1e18-1))
		if micro.Div(micro, big.NewInt(1e18)); micro.IsInt64() && micro.Int64() != a.MicroUp() {
			t.Errorf("%v are %d micro-dollars, not %v", a, a.MicroUp(), micro)
		}
	})
}
