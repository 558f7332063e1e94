package prices

import (
	"cmp"
	"math"
	"math/big"
	"math/bits"
	"strings"
)

// Amount is money: a whole number of 10^-24 US dollars, never negative. It ends
// at 3.4 * 10^14 dollars, where sums stay. The zero value is nothing.
type Amount struct{ hi, lo uint64 }

// decimals is how many digits an Amount has behind the point.
const decimals = 24

// biggest is where sums stay.
var biggest = Amount{math.MaxUint64, math.MaxUint64}

// Plus adds two amounts.
func (a Amount) Plus(b Amount) Amount {
	lo, carry := bits.Add64(a.lo, b.lo, 0)
	hi, over := bits.Add64(a.hi, b.hi, carry)
	if over != 0 {
		return biggest
	}
	return Amount{hi, lo}
}

// Times is the price of n units; none below 1.
func (a Amount) Times(n int64) Amount {
	if n <= 0 {
		return Amount{}
	}
	carry, lo := bits.Mul64(a.lo, uint64(n))
	over, hi := bits.Mul64(a.hi, uint64(n))
	hi, more := bits.Add64(hi, carry, 0)
	if over != 0 || more != 0 {
		return biggest
	}
	return Amount{hi, lo}
}

// compare is above 0 where a is more than b, below 0 where it is less.
func (a Amount) compare(b Amount) int {
	return cmp.Or(cmp.Compare(a.hi, b.hi), cmp.Compare(a.lo, b.lo))
}

// Half is a half, the last digit rounded up.
func (a Amount) Half() Amount { return a.over(2) }

// over divides, rounding half up.
func (a Amount) over(n uint64) Amount {
	hi, r := a.hi/n, a.hi%n
	lo, r := bits.Div64(r, a.lo, n)
	q := Amount{hi, lo}
	if r >= n-r {
		q = q.Plus(Amount{lo: 1})
	}
	return q
}

// MicroUp is the amount in millionths of a dollar, rounded up, for what is to be
// enough; at most math.MaxInt64.
func (a Amount) MicroUp() int64 {
	const unit = 1e18
	hi, r := a.hi/unit, a.hi%unit
	lo, r := bits.Div64(r, a.lo, unit)
	q := Amount{hi, lo}
	if r > 0 {
		q = q.Plus(Amount{lo: 1})
	}
	return q.count()
}

// Pico is the amount in millionths of a micro-dollar, rounded half up, for those
// who add up many small ones: a short embedding costs less than a micro-dollar.
// At most math.MaxInt64, which is nine million dollars.
func (a Amount) Pico() int64 { return a.over(1e12).count() }

// count is the amount's units, at most math.MaxInt64.
func (a Amount) count() int64 {
	if a.hi != 0 || a.lo > math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(a.lo)
}

// Dollars is the amount as a decimal number of dollars, complete: "0.0000025".
func (a Amount) Dollars() string { return a.shifted(0) }

// PerMillion is the amount a million times, as a decimal number of dollars: how
// price lists show the price of a token.
func (a Amount) PerMillion() string { return a.shifted(6) }

// shifted is the amount times 10^shift, as a decimal number.
func (a Amount) shifted(shift int) string {
	digits := a.big().String()
	point := decimals - shift
	if missing := point + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	whole, rest := digits[:len(digits)-point], strings.TrimRight(digits[len(digits)-point:], "0")
	if rest == "" {
		return whole
	}
	return whole + "." + rest
}

func (a Amount) big() *big.Int {
	n := new(big.Int).SetUint64(a.hi)
	return n.Lsh(n, 64).Or(n, new(big.Int).SetUint64(a.lo))
}
