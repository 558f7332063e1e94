package azure

import (
	"slices"
	"strings"
)

// A browser can set no header of a WebSocket. What would stand in one stands in the
// query (Azure's way) or among the sub-protocols (OpenAI's).
const (
	keyProtocol     = "openai-insecure-api-key."
	previewProtocol = "openai-beta.realtime-v1"
	previewBeta     = "realtime=v1" // in the header OpenAI-Beta
)

// CutKeys takes the keys out of the query of a path, as the headers api-key and
// authorization would have them.
func CutKeys(path string) (rest, apiKey, authorization string) {
	plain, query, ok := strings.Cut(path, "?")
	if !ok {
		return path, "", ""
	}
	apiKey, query = cutParam(query, "api-key")
	authorization, query = cutParam(query, "authorization")
	if query != "" {
		plain += "?" + query
	}
	return plain, apiKey, authorization
}

// Protocols are the sub-protocols that a client offers for a WebSocket, without the
// key among them.
type Protocols struct {
	// Key is the key among them.
	Key string
	// Preview says that the client speaks the preview of the realtime API.
	Preview bool

	rest []string
	cut  bool // something is not in rest
}

// ReadProtocols reads a header sec-websocket-protocol.
func ReadProtocols(header string) Protocols {
	var p Protocols
	for item := range strings.SplitSeq(header, ",") {
		item = strings.TrimSpace(item)
		if key, ok := strings.CutPrefix(item, keyProtocol); ok {
			p.Key, p.cut = key, true
			continue
		}
		p.Preview = p.Preview || item == previewProtocol
		if item != "" {
			p.rest = append(p.rest, item)
		}
	}
	return p
}

// upstream is what goes upstream of them, "" for nothing, and whether that is not
// what the client has sent.
func (p *Protocols) upstream(preview bool) (header string, changed bool) {
	list := p.rest
	if p.Preview && !preview {
		list = slices.DeleteFunc(slices.Clone(list), func(item string) bool { return item == previewProtocol })
	}
	return strings.Join(list, ", "), p.cut || len(list) < len(p.rest)
}

// AsksPreview is whether a header OpenAI-Beta asks for the preview of the realtime
// API.
func AsksPreview(beta string) bool { return strings.Contains(beta, previewBeta) }

// SocketHeaders are the headers of a WebSocket that have to change on their way to a
// deployment; one without a value goes away. protocols and beta are as the request
// has them now, sec-websocket-protocol and OpenAI-Beta.
func (t *Target) SocketHeaders(r *Route, protocols, beta string) []Header {
	var changed []Header
	preview := t.Preview(r)
	p := ReadProtocols(protocols)
	if text, other := p.upstream(preview || r.Op != OpRealtimeSocket); other {
		changed = append(changed, Header{"sec-websocket-protocol", text})
	}
	switch {
	case r.Op != OpRealtimeSocket:
	case preview && t.Endpoint.Provider == ProviderOpenAI && !AsksPreview(beta):
		changed = append(changed, Header{"openai-beta", previewBeta})
	case !preview && AsksPreview(beta):
		changed = append(changed, Header{Name: "openai-beta"})
	}
	return changed
}

// ephemeralKey is how the keys begin that realtime/client_secrets gives out.
const ephemeralKey = "ek_"

// Ephemeral is whether an authorization is one for the session that the request
// begins, and not for the gateway: realtime/calls is asked for with a key that the
// resource itself has given out.
func (r *Route) Ephemeral(authorization string) bool {
	const scheme = "bearer "
	if r.Op != OpRealtime && r.Op != OpPassthrough || !strings.HasSuffix(r.Below, "realtime/calls") || len(authorization) < len(scheme) {
		return false
	}
	key := strings.TrimSpace(authorization[len(scheme):])
	return strings.EqualFold(authorization[:len(scheme)], scheme) && strings.HasPrefix(key, ephemeralKey)
}
