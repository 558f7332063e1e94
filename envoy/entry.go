package envoy

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/wire"
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
	// Characters are those that were to be spoken.
	Characters int64
	// Stream says that the client asked for a stream.
	Stream bool
	// Usage are the windows behind "usage" in the answer, the first and the
	// last, and Error is the beginning of an error, as Envoy's script found them.
	Usage [2]string
	Error string

	waits [7]string // of azure.WaitHeaders
	path  []byte    // upstream; the log's own bytes, there while the entry is told
}

// Flags is a set of Envoy's response flags, by their field in
// envoy.data.accesslog.v3.ResponseFlags.
type Flags uint32

// The flags that azproc reads.
const (
	flagNoHealthyUpstream   Flags = 1 << 2
	flagUpstreamTimeout     Flags = 1 << 3
	flagUpstreamReset       Flags = 1 << 5
	flagConnectionFailure   Flags = 1 << 6
	flagConnectionEnded     Flags = 1 << 7
	flagDownstreamEnded     Flags = 1 << 15
	flagStreamIdle          Flags = 1 << 17
	flagMaxDuration         Flags = 1 << 20
	flagUpstreamProtocol    Flags = 1 << 24
	flagDNS                 Flags = 1 << 27
	flagDownstreamReset     Flags = 1 << 28
	flagsOfTheClient              = flagDownstreamEnded | flagDownstreamReset
	flagsOfTheDeployment          = flagNoHealthyUpstream | flagUpstreamTimeout | flagUpstreamReset | flagConnectionFailure | flagConnectionEnded | flagStreamIdle | flagMaxDuration | flagUpstreamProtocol | flagDNS
	statusSwitchingProtocol       = 101
)

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

// Fault says what the end means for the deployment, and why in words. It is to be
// called while the entry is told, and not later.
func (e *Entry) Fault() (azure.Fault, string) {
	if e.Status == http.StatusNotFound && (azure.InCollection(string(e.path)) || e.Error != "" && !azure.DeploymentMissing(e.Error)) {
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

// Field numbers of envoy.data.accesslog.v3 (accesslog.proto of Envoy 1.40).
const (
	// HTTPAccessLogEntry
	fieldCommonProperties = 1
	fieldRequest          = 3
	fieldResponse         = 4

	// AccessLogCommon
	fieldStartTime       = 5
	fieldFirstUpstreamRx = 9
	fieldFirstClientTx   = 11
	fieldUpstreamCluster = 15
	fieldResponseFlags   = 16
	fieldMetadata        = 17
	fieldTransport       = 18
	fieldDuration        = 23
	fieldAttemptCount    = 24

	// HTTPRequestProperties
	fieldRequestPath  = 5
	fieldRequestID    = 9
	fieldBodyReceived = 12

	// HTTPResponseProperties
	fieldResponseCode    = 1
	fieldBodySent        = 3
	fieldResponseHeaders = 4
	fieldCodeDetails     = 6

	// Metadata, Timestamp and Duration, UInt32Value, an entry of a map
	fieldFilterMetadata = 1
	fieldSeconds        = 1
	fieldNanos          = 2
	fieldWrapped        = 1
	fieldMapKey         = 1
	fieldMapValue       = 2
)

// The metadata that azproc and Envoy's script write.
const (
	requestNamespace = "azproc"
	answerNamespace  = "azproc.answer"
)

// parse reads an HTTPAccessLogEntry. What it keeps it copies, but for the path, which
// is needed rarely.
func (e *Entry) parse(b []byte) error {
	return wire.Fields(b, func(num protowire.Number, v []byte, _ uint64) error {
		switch num {
		case fieldCommonProperties:
			return wire.Fields(v, e.common)
		case fieldRequest:
			return wire.Fields(v, e.request)
		case fieldResponse:
			return wire.Fields(v, e.response)
		}
		return nil
	})
}

func (e *Entry) common(num protowire.Number, v []byte, n uint64) error {
	switch num {
	case fieldStartTime:
		s, nanos, err := timestamp(v)
		e.Began = time.Unix(s, nanos)
		return err
	case fieldFirstUpstreamRx:
		return duration(v, &e.FirstByte)
	case fieldFirstClientTx:
		return duration(v, &e.Begun)
	case fieldDuration:
		return duration(v, &e.Duration)
	case fieldUpstreamCluster:
		e.Cluster = config.ClusterOf(string(v))
	case fieldResponseFlags:
		return wire.Fields(v, func(num protowire.Number, _ []byte, n uint64) error {
			if n != 0 && num < 32 {
				e.Flags |= 1 << num
			}
			return nil
		})
	case fieldMetadata:
		own := wire.Member(v, fieldFilterMetadata, requestNamespace)
		e.Claim, e.Hold = wire.Text(own, "claim"), wire.Text(own, "hold")
		e.Operation, e.Model, e.Key = wire.Text(own, "op"), wire.Text(own, "model"), wire.Text(own, "key")
		e.Stream = wire.Text(own, "stream") != ""
		if chars := wire.Text(own, "chars"); chars != "" {
			e.Characters, _ = strconv.ParseInt(chars, 10, 64) // azproc's own
		}
		if answer := wire.Member(v, fieldFilterMetadata, answerNamespace); answer != nil {
			e.Usage = [2]string{wire.Text(answer, "usage1"), wire.Text(answer, "usage2")}
			e.Error = wire.Text(answer, "error")
		}
	case fieldTransport:
		e.Transport = strings.ToValidUTF8(string(v), "?")
	case fieldAttemptCount:
		e.Attempts = int(n)
	}
	return nil
}

func (e *Entry) request(num protowire.Number, v []byte, n uint64) error {
	switch num {
	case fieldBodyReceived:
		e.Received = int64(n)
	case fieldRequestPath:
		e.path = v
	case fieldRequestID:
		e.Request = string(v)
	}
	return nil
}

func (e *Entry) response(num protowire.Number, v []byte, n uint64) error {
	switch num {
	case fieldBodySent:
		e.Sent = int64(n)
	case fieldCodeDetails:
		e.Details = strings.ToValidUTF8(string(v), "?")
	case fieldResponseCode:
		return wire.Fields(v, func(num protowire.Number, _ []byte, n uint64) error {
			if num == fieldWrapped {
				e.Status = int(n)
			}
			return nil
		})
	case fieldResponseHeaders:
		var name, value []byte
		err := wire.Fields(v, func(num protowire.Number, v []byte, _ uint64) error {
			switch num {
			case fieldMapKey:
				name = v
			case fieldMapValue:
				value = v
			}
			return nil
		})
		for i, want := range azure.WaitHeaders {
			if string(name) == want {
				e.waits[i] = string(value)
			}
		}
		return err
	}
	return nil
}

// duration reads a Duration.
func duration(b []byte, into *time.Duration) error {
	s, nanos, err := timestamp(b)
	*into = time.Duration(s)*time.Second + time.Duration(nanos)
	return err
}

// timestamp reads a Timestamp or a Duration.
func timestamp(b []byte) (seconds, nanos int64, err error) {
	err = wire.Fields(b, func(num protowire.Number, _ []byte, n uint64) error {
		switch num {
		case fieldSeconds:
			seconds = int64(n)
		case fieldNanos:
			nanos = int64(n)
		}
		return nil
	})
	return seconds, nanos, err
}
