package envoy

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/config"
)

// Envoy tells of a request in one line of text, whose columns azproc itself has chosen:
// its own protobuf of an access log entry has a copy of all metadata and three times
// as much that nobody reads, and costs a request of 2 KB a tenth of its throughput.

// columnSeparator stands between the columns of a line. No header has it (RFC 9110,
// 5.5), nor what Envoy says, nor what azproc writes into the metadata (extproc's
// about); what a deployment said is the last column, which takes all that is left.
const columnSeparator = "\x1f"

// wordSeparator stands between the words of a column that has several.
const wordSeparator = "\x1e"

// nothing is what Envoy writes for a command that has no value.
const nothing = "-"

// column is one column of a line.
type column struct {
	// command is Envoy's ("Access logging", "Command Operators").
	command string
	// read puts the column's text into the entry. It is not called where there is
	// nothing. The text may be kept.
	read func(e *Entry, text string)
}

// columns are those of every line, of requests and of attempts.
var columns = append(append([]column{
	{"%COMMON_DURATION(DS_RX_BEG:US_RX_BEG:us)%", func(e *Entry, text string) { e.FirstByte = in(time.Microsecond, text) }},
	{"%COMMON_DURATION(DS_RX_BEG:DS_TX_BEG:us)%", func(e *Entry, text string) { e.Begun = in(time.Microsecond, text) }},
	{"%DURATION%", func(e *Entry, text string) { e.Duration = in(time.Millisecond, text) }},
	// The same, finer; but there only where the answer went out whole.
	{"%COMMON_DURATION(DS_RX_BEG:DS_TX_END:us)%", func(e *Entry, text string) { e.Duration = in(time.Microsecond, text) }},
	{"%UPSTREAM_CLUSTER_RAW%", func(e *Entry, text string) { e.Cluster = config.ClusterOf(text) }},
	{"%UPSTREAM_REQUEST_ATTEMPT_COUNT%", func(e *Entry, text string) { e.Attempts = int(number(text)) }},
	{"%UPSTREAM_TRANSPORT_FAILURE_REASON%", func(e *Entry, text string) { e.Transport = strings.ToValidUTF8(text, "?") }},
	{"%RESPONSE_CODE%", func(e *Entry, text string) { e.Status = int(number(text)) }},
	{"%RESPONSE_FLAGS%", func(e *Entry, text string) { e.Flags = parseFlags(text) }},
	{"%RESPONSE_CODE_DETAILS%", func(e *Entry, text string) { e.Details = strings.ToValidUTF8(text, "?") }},
	{"%BYTES_SENT%", func(e *Entry, text string) { e.Sent = number(text) }},
	{"%BYTES_RECEIVED%", func(e *Entry, text string) { e.Received = number(text) }},
	{"%REQ(X-REQUEST-ID)%", func(e *Entry, text string) { e.Request = text }},
	{"%REQ(:PATH)%", func(e *Entry, text string) { e.path = text }},
	{own("claim"), func(e *Entry, text string) { e.Claim = text }},
	{own("asked"), (*Entry).asked},
}, waits()...), column{"%DYNAMIC_METADATA(azproc.answer:told)%", (*Entry).told})

// own is the command for a field of the metadata that azproc writes
// (extproc.Namespace).
func own(field string) string { return "%DYNAMIC_METADATA(azproc:" + field + ")%" }

// waits are the columns of the headers that ask to wait.
func waits() []column {
	of := make([]column, len(azure.WaitHeaders))
	for i, name := range azure.WaitHeaders {
		of[i] = column{"%RESP(" + name + ")%", func(e *Entry, text string) { e.waits[i] = text }}
	}
	return of
}

// lineFormat is the format of the lines of a log.
func lineFormat(log string) string {
	line := []string{log}
	for _, c := range columns {
		line = append(line, c.command)
	}
	return strings.Join(line, columnSeparator)
}

// parse reads a line without its log's name. The entry keeps the text.
func (e *Entry) parse(line string) error {
	for i, c := range columns {
		text, rest, more := line, "", false
		if i < len(columns)-1 {
			if text, rest, more = strings.Cut(line, columnSeparator); !more {
				return fmt.Errorf("access log: a line of %d columns where %d are asked for", i+1, len(columns))
			}
		}
		line = rest
		if text != nothing && text != "" {
			c.read(e, text)
		}
	}
	return nil
}

// asked reads what azproc has written of the request (extproc.FieldAsked).
func (e *Entry) asked(text string) {
	var stream, characters string
	for _, word := range []*string{&e.Operation, &stream, &e.Model, &e.Key, &e.Hold, &characters} {
		*word, text, _ = strings.Cut(text, wordSeparator)
	}
	e.Stream, e.Characters = stream != "", number(characters)
}

// told reads what response.lua tells of an answer.
func (e *Entry) told(text string) {
	e.Usage[0], text, _ = strings.Cut(text, wordSeparator)
	e.Usage[1], text, _ = strings.Cut(text, wordSeparator)
	e.Error = strings.ToValidUTF8(text, "?")
}

// number reads a number that Envoy or azproc has written.
func number(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

// in reads a duration in a unit.
func in(unit time.Duration, text string) time.Duration { return time.Duration(number(text)) * unit }
