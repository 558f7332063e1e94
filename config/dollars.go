package config

import (
	"fmt"
	"strconv"
	"strings"
)

// Dollar is one US dollar in micro-dollars, in which limits and reservations are
// counted, so that sums are exact.
const Dollar = 1_000_000

// MicroDollar is one in pico-dollars, in which it is counted what single requests
// cost: one that embeds five tokens costs less than a micro-dollar.
const MicroDollar = 1_000_000

// maxDollars is the largest amount that is taken for one.
const maxDollars = 1_000_000_000

// microDollars reads an amount of US dollars, written as a plain decimal.
func microDollars(text string) (int64, error) {
	text = strings.ReplaceAll(strings.TrimSpace(text), "_", "")
	whole, part, _ := strings.Cut(text, ".")
	if whole+part == "" || strings.Trim(whole+part, "0123456789") != "" {
		return 0, fmt.Errorf("%q is no amount of US dollars, such as 25 or 0.50", text)
	}
	part = strings.TrimRight(part, "0")
	if len(part) > 6 {
		return 0, fmt.Errorf("%q is finer than a millionth of a dollar", text)
	}
	whole = strings.TrimLeft(whole, "0")
	if len(whole) > len(strconv.Itoa(maxDollars)) {
		return 0, fmt.Errorf("%q is more than %d dollars", text, maxDollars)
	}
	n, _ := strconv.ParseInt("0"+whole+part+strings.Repeat("0", 6-len(part)), 10, 64) // digits alone, and few enough
	if n > maxDollars*Dollar {
		return 0, fmt.Errorf("%q is more than %d dollars", text, maxDollars)
	}
	return n, nil
}

// Dollars writes micro-dollars for people: $1.00, $0.000125.
func Dollars(micro int64) string {
	sign := ""
	if micro < 0 {
		sign, micro = "-", -micro
	}
	s := fmt.Sprintf("%06d", micro%Dollar)
	return sign + "$" + strconv.FormatInt(micro/Dollar, 10) + "." + s[:2] + strings.TrimRight(s[2:], "0")
}
