package routing

import (
	"strconv"
	"strings"
)

// Claim is the room that one try of a request has taken at a deployment. It
// travels with the request through Envoy and comes back with the access log, so
// that it is settled by whichever process hears of the end.
type Claim struct {
	// ID is the deployment's.
	ID string
	// Minute is the window that it was taken from.
	Minute uint32
	// Tokens is what was reserved.
	Tokens int64
	// Shared says that the room was taken in the store.
	Shared bool
	// Process tells whose counters beside the store's have it.
	Process uint32
}

// Append writes the claim as text.
func (c Claim) Append(to []byte) []byte {
	to = strconv.AppendUint(to, uint64(c.Process), 36)
	to = append(to, ' ')
	to = strconv.AppendUint(to, uint64(c.Minute), 36)
	to = append(to, ' ')
	to = strconv.AppendInt(to, c.Tokens, 36)
	if c.Shared {
		to = append(to, " s "...)
	} else {
		to = append(to, " l "...)
	}
	return append(to, c.ID...)
}

// ParseClaim reads what Append wrote; ok is false for anything else.
func ParseClaim(s string) (c Claim, ok bool) {
	process, s, ok1 := strings.Cut(s, " ")
	minute, s, ok2 := strings.Cut(s, " ")
	tokens, s, ok3 := strings.Cut(s, " ")
	where, id, ok4 := strings.Cut(s, " ")
	if !ok1 || !ok2 || !ok3 || !ok4 || id == "" || (where != "s" && where != "l") {
		return Claim{}, false
	}
	p, err1 := strconv.ParseUint(process, 36, 32)
	m, err2 := strconv.ParseUint(minute, 36, 32)
	n, err3 := strconv.ParseInt(tokens, 36, 64)
	if err1 != nil || err2 != nil || err3 != nil || n < 0 {
		return Claim{}, false
	}
	return Claim{ID: id, Minute: uint32(m), Tokens: n, Shared: where == "s", Process: uint32(p)}, true
}
