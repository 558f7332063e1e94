package fakeazure

import (
	"strconv"
	"time"
)

// Quotas are the limits of a resource's files and batches. What is zero is as
// Azure has it.
type Quotas struct {
	FileBytes  int64 // of one file: 512 MB
	BatchBytes int64 // of a batch's input: 200 MB
	PartBytes  int64 // of a part of an upload: 64 MB
	BatchLines int   // requests of one batch: 100 000

	// MinExpiry and MaxExpiry are how long a file may be kept that says
	// itself how long: two weeks to thirty days.
	MinExpiry, MaxExpiry time.Duration
}

func (q Quotas) fileBytes() int64  { return configured(q.FileBytes, 512<<20) }
func (q Quotas) batchBytes() int64 { return configured(q.BatchBytes, 200<<20) }
func (q Quotas) partBytes() int64  { return configured(q.PartBytes, 64<<20) }
func (q Quotas) batchLines() int   { return configured(q.BatchLines, 100_000) }

func configured[T ~int | ~int64](value, usual T) T {
	if value == 0 {
		return usual
	}
	return value
}

// expiry is when something ends whose request says how long it is kept; 0 is
// never.
type expiry struct {
	Anchor  string `json:"anchor"`
	Seconds *int64 `json:"seconds"`
}

// end is the time at which it ends; nothing asked for is 0.
func (e *expiry) end(c *call, param string) (int64, *failure) {
	if e == nil {
		return 0, nil
	}
	q := c.server.config.Quotas
	least, most := configured(q.MinExpiry, 14*24*time.Hour), configured(q.MaxExpiry, 30*24*time.Hour)
	if !c.azure() {
		least = configured(q.MinExpiry, time.Hour)
	}
	low, high := int64(least.Seconds()), int64(most.Seconds())
	switch {
	case e.Anchor != "created_at":
		return 0, c.payload(param+".anchor", "Invalid value for '%s.anchor': it has to be 'created_at'.", param)
	case e.Seconds == nil:
		return 0, c.payload(param+".seconds", "Missing required parameter: '%s.seconds'.", param)
	case *e.Seconds < low || *e.Seconds > high:
		return 0, c.payload(param+".seconds", "Invalid value for '%s.seconds': it has to be from %d to %d.", param, low, high)
	}
	return c.created() + *e.Seconds, nil
}

// expiry reads it from a form: with dots as Azure documents it, or with
// brackets as the SDKs send it.
func (f *form) expiry(name string) *expiry {
	e := &expiry{Anchor: f.nested(name, "anchor")}
	seconds := f.nested(name, "seconds")
	if e.Anchor == "" && seconds == "" {
		return nil
	}
	if n, err := strconv.ParseInt(seconds, 10, 64); err == nil {
		e.Seconds = &n
	}
	return e
}

// nested is a field of an object in a form, in either spelling.
func (f *form) nested(name, field string) string {
	if value := f.value(name + "[" + field + "]"); value != "" {
		return value
	}
	return f.value(name + "." + field)
}
