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
	// Tokens is what was reserved, and Estimate what the request is estimated to
	// need, which is more where it exceeds a whole minute's limit: another
	// deployment's limit may be larger.
	Tokens, Estimate int64
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
	to = append(to, ' ')
	to = strconv.AppendInt(to, c.Estimate, 36)
	if c.Shared {
		to = append(to, " s "...)
	} else {
		to = append(to, " l "...)
	}
	return append(to, c.ID...)
}

// ParseClaim reads what Append wrote; ok is false for anything else.
func ParseClaim(s string) (c Claim, ok bool) {
	var fields [4]string
	for i := range fields {
		if fields[i], s, ok = strings.Cut(s, " "); !ok {
			return Claim{}, false
		}
	}
	where, id, _ := strings.Cut(s, " ")
	if id == "" || (where != "s" && where != "l") {
		return Claim{}, false
	}
	process, err1 := strconv.ParseUint(fields[0], 36, 32)
	minute, err2 := strconv.ParseUint(fields[1], 36, 32)
	tokens, err3 := strconv.ParseInt(fields[2], 36, 64)
	estimate, err4 := strconv.ParseInt(fields[3], 36, 64)
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil || tokens < 0 || estimate < 0 {
		return Claim{}, false
	}
	return Claim{
		ID: id, Minute: uint32(minute), Tokens: tokens, Estimate: estimate, Shared: where == "s", Process: uint32(process),
	}, true
}
