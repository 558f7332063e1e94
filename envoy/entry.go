package envoy

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/azproc/azproc/azure"
)

// Entry is one entry of Envoy's access log, reduced to what azproc reads: of a
// whole request, or of one attempt at a deployment that failed.
type Entry struct {
	// Cluster is where the request went last: the deployment's, also of a WebSocket.
	Cluster string
	// Status is the HTTP status; 0 when there was none.
	Status int
	// Flags are Envoy's response flags.
	Flags Flags
	// Transport is what a failed connection said.
	Transport string
	// Began is when the request, or the attempt, began, and FirstByte how long
	// after that the upstream's answer did; 0 is unknown.
	Began     time.Time
	FirstByte time.Duration
	// Attempts is how many deployments were asked; of an attempt it is 0.
	Attempts int
	// Request is its x-request-id.
	Request string
	// Duration is how long it lasted, and Begun when its client got the first byte of
	// an answer, after its beginning; 0 is unknown.
	Duration, Begun time.Duration
	// Sent are the bytes of the body that the client got, and Received those that it
	// sent.
	Sent, Received int64
	// Details say, in Envoy's words or azproc's, where the answer came from.
	Details string
	// Claim is the request's room as azproc wrote it into the metadata, Hold what its
	// key has reserved; Operation, Model and Key what was asked for, and by whom; "" is
	// unknown.
	Claim, Hold, Operation, Model, Key string
	// Terms are what the price depends on beside tokens, as the request said it.
	Terms azure.Terms
	// Stream says that the client asked for a stream.
	Stream bool
	// Usage are the windows behind "usage" in the answer, the first and the
	// last, and Error is the beginning of an error, as Envoy's script found them.
	Usage [2]string
	Error string
	// Answered is the model that the answer names, and Tier its service_tier, where
	// they stand near the usage; "" is unknown.
	Answered, Tier string

	waits [7]string // of azure.WaitHeaders
	path  string    // upstream
}

// Flags is a set of Envoy's response flags.
type Flags uint32

// The flags that azproc reads.
const (
	flagNoHealthyUpstream Flags = 1 << iota
	flagUpstreamTimeout
	flagUpstreamReset
	flagConnectionFailure
	flagConnectionEnded
	// FlagDownstreamEnded is set where the client's connection ended first.
	FlagDownstreamEnded
	flagStreamIdle
	flagMaxDuration
	flagUpstreamProtocol
	flagDNS
	flagDownstreamReset
	flagsOfTheClient        = FlagDownstreamEnded | flagDownstreamReset
	flagsOfTheDeployment    = ^flagsOfTheClient
	statusSwitchingProtocol = 101
)

// flagShort are the flags' names in the access log ("%RESPONSE_FLAGS%").
var flagShort = map[string]Flags{
	"UH": flagNoHealthyUpstream, "UT": flagUpstreamTimeout, "UR": flagUpstreamReset, "UF": flagConnectionFailure, "UC": flagConnectionEnded,
	"DC": FlagDownstreamEnded, "SI": flagStreamIdle, "UMSDR": flagMaxDuration, "UPE": flagUpstreamProtocol, "DF": flagDNS, "DR": flagDownstreamReset,
}

// parseFlags reads names with commas between them.
func parseFlags(text string) (all Flags) {
	for name := range strings.SplitSeq(text, ",") {
		all |= flagShort[name]
	}
	return all
}

// flagNames are what people read of the flags.
var flagNames = []struct {
	flag Flags
	name string
}{
	{flagUpstreamTimeout, "no answer in time"},
	{flagStreamIdle, "the answer fell silent"},
	{flagMaxDuration, "the answer took too long"},
	{flagDNS, "the host's name does not resolve"},
	{flagNoHealthyUpstream, "the host's name does not resolve"},
	{flagConnectionFailure, "no connection"},
	{flagUpstreamReset, "connection reset"},
	{flagConnectionEnded, "connection ended"},
	{flagUpstreamProtocol, "not HTTP"},
}

// ClientLeft is whether the client went before the end.
func (e *Entry) ClientLeft() bool { return e.Flags&flagsOfTheClient != 0 }

// Fault says what the end means for the deployment, and why in words.
func (e *Entry) Fault() (azure.Fault, string) {
	if e.Status == http.StatusNotFound && (azure.InCollection(e.path) || e.Error != "" && !azure.DeploymentMissing(e.Error)) {
		return azure.FaultClient, e.Error
	}
	if fault := azure.FaultOf(e.Status); fault != azure.FaultNone {
		return fault, e.why()
	}
	if e.ClientLeft() || e.Status == statusSwitchingProtocol {
		return azure.FaultNone, ""
	}
	for _, f := range flagNames {
		if e.Flags&f.flag != 0 {
			if e.Transport != "" {
				return azure.FaultServer, f.name + ": " + e.Transport
			}
			return azure.FaultServer, f.name
		}
	}
	if e.Error != "" { // inside of a stream that began well
		return azure.FaultInStream(e.Error), e.Error
	}
	return azure.FaultNone, ""
}

// OfBatches is whether it was about batches. What these have used, answers to others
// have used.
func (e *Entry) OfBatches() bool {
	return e.Operation == azure.OpBatches.Name || azure.OfBatches(e.path)
}

// why is what an answer with an error says, or before its text is known its status.
func (e *Entry) why() string {
	if e.Error != "" {
		return e.Error
	}
	return fmt.Sprintf("HTTP %d %s", e.Status, http.StatusText(e.Status))
}

// Wait is how long the deployment asks to be left alone; 0 is nothing said.
func (e *Entry) Wait(now time.Time) time.Duration {
	return azure.Wait(func(name string) string {
		if i := slices.Index(azure.WaitHeaders, name); i >= 0 {
			return e.waits[i]
		}
		return ""
	}, []byte(e.Error), now)
}
