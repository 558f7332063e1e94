package prices

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// maxPrice is the highest price of one unit, in dollars: above it somebody wrote
// the price of a million tokens a million times over.
const maxPrice = 1_000_000

// maxDigits bounds how long a number may be, its exponent's reach included.
const maxDigits = 100

var maxAmount = new(big.Int).Exp(big.NewInt(10), big.NewInt(decimals+6), nil)

// ParsePrice reads a price in dollars from its decimal text, such as 2.5e-06 or
// 0.0000025, exactly; digits behind the 24th place, which only a float that was
// printed in full has, are rounded half up.
func ParsePrice(text string) (Amount, error) {
	digits, exponent, err := parseDecimal(strings.TrimSpace(text))
	if err != nil {
		return Amount{}, err
	}
	n, ok := new(big.Int).SetString(digits, 10)
	if !ok {
		return Amount{}, errors.New("no number")
	}
	ten := big.NewInt(10)
	if shift := exponent + decimals; shift >= 0 {
		n.Mul(n, ten.Exp(ten, big.NewInt(int64(shift)), nil))
	} else {
		unit := ten.Exp(ten, big.NewInt(int64(-shift)), nil)
		n.Add(n.Lsh(n, 1), unit)
		n.Div(n, unit.Lsh(unit, 1))
	}
	if n.Cmp(maxAmount) > 0 {
		return Amount{}, fmt.Errorf("more than %d dollars for one", maxPrice)
	}
	low := new(big.Int).And(n, new(big.Int).SetUint64(biggest.lo))
	return Amount{hi: n.Rsh(n, 64).Uint64(), lo: low.Uint64()}, nil
}

// parseDecimal takes a number apart: it is digits * 10^exponent.
func parseDecimal(text string) (digits string, exponent int, err error) {
	unsigned, negative := strings.CutPrefix(text, "-")
	if !negative {
		unsigned = strings.TrimPrefix(text, "+")
	}
	mantissa, power, hasPower := strings.Cut(strings.ToLower(unsigned), "e")
	if hasPower {
		if exponent, err = strconv.Atoi(power); err != nil {
			return "", 0, errors.New("no number")
		}
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits = whole + fraction
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return "", 0, errors.New("no number")
	}
	if negative && strings.Trim(digits, "0") != "" {
		return "", 0, errors.New("a price below zero")
	}
	if len(digits) > maxDigits || exponent > maxDigits || exponent < -maxDigits {
		return "", 0, errors.New("a number out of all bounds")
	}
	return digits, exponent - len(fraction), nil
}
