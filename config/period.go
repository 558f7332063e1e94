package config

import (
	"errors"
	"strconv"
	"time"
)

// Period is how long a budget lasts until it begins anew. Periods follow each
// other without a gap from Monday, 5 January 1970, 00:00 UTC on, so that every
// replica has the same ones: days begin at midnight and weeks on Mondays.
// Months are those of the calendar, counted from January 1970. The zero value is
// none.
type Period struct {
	// Months is for periods of whole months; Length is then zero.
	Months int
	// Length is for all others, in whole seconds.
	Length time.Duration
}

const (
	day  = 24 * time.Hour
	week = 7 * day
	// maxPeriod and maxMonths are the longest ones.
	maxPeriod = 366 * day
	maxMonths = 12
)

// periodUnits are those of LiteLLM's budget_duration; longer ones of which one
// is the ending come first.
var periodUnits = []struct {
	name   string
	length time.Duration // 0 is a month
}{{"mo", 0}, {"s", time.Second}, {"m", time.Minute}, {"h", time.Hour}, {"d", day}, {"w", week}}

// FirstPeriod is when the first period begins that is not of months, in Unix
// seconds.
const FirstPeriod = 4 * 24 * 60 * 60

var errPeriod = errors.New("write a number with s, m, h, d, w or mo, such as 12h, 1d or 1mo, of at most a year")

// ParsePeriod reads a period: 30s, 5m, 12h, 1d, 2w or 1mo.
func ParsePeriod(text string) (Period, error) {
	for _, u := range periodUnits {
		digits := len(text) - len(u.name)
		if digits < 1 || text[digits:] != u.name {
			continue
		}
		n, err := strconv.ParseUint(text[:digits], 10, 32)
		switch {
		case err != nil || n == 0:
			return Period{}, errPeriod
		case u.length == 0 && n <= maxMonths:
			return Period{Months: int(n)}, nil
		case u.length > 0 && n <= uint64(maxPeriod/u.length):
			return Period{Length: time.Duration(n) * u.length}, nil
		}
		return Period{}, errPeriod
	}
	return Period{}, errPeriod
}

// String writes the period as ParsePeriod reads it.
func (p Period) String() string {
	if p.Months > 0 {
		return strconv.Itoa(p.Months) + "mo"
	}
	for i := len(periodUnits) - 1; i > 0; i-- {
		if u := periodUnits[i]; p.Length > 0 && p.Length%u.length == 0 && (u.length != week || p.Length != week) {
			return strconv.FormatInt(int64(p.Length/u.length), 10) + u.name
		}
	}
	return ""
}

// Window gives the period that a moment is in, in Unix seconds: it begins with
// start, and end is the first second of the next. A zero Period has one that
// began in 1970 and does not end.
func (p Period) Window(at time.Time) (start, end int64) {
	switch {
	case p.Months > 0:
		at = at.UTC()
		n := (at.Year()-1970)*12 + int(at.Month()) - 1
		n -= n % p.Months
		return month(n).Unix(), month(n + p.Months).Unix()
	case p.Length > 0:
		length, now := int64(p.Length/time.Second), at.Unix()-FirstPeriod
		start = FirstPeriod + now - now%length
		return start, start + length
	}
	return 0, 1<<63 - 1
}

// month is the beginning of the n-th month since January 1970.
func month(n int) time.Time { return time.Date(1970, time.Month(1+n), 1, 0, 0, 0, 0, time.UTC) }
