package config

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Position is a place in a file. Lines and columns count from 1; columns count
// characters. A line of 0 is the file as a whole.
type Position struct {
	File      string
	Line, Col int
}

// String is file:line:col, or the file alone where there is no line.
func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Severity is what a diagnostic costs.
type Severity uint8

// The severities.
const (
	Warning      Severity = iota // served all the same
	EntryRefused                 // the entry is not served, the rest is
	Refused                      // nothing of the file is served
)

// String is the word that is printed before the message.
func (s Severity) String() string {
	return [...]string{"warning", "entry refused", "refused"}[s]
}

// Diagnostic is one thing to say about a file.
type Diagnostic struct {
	Position
	Severity Severity
	// Message says what is wrong, why, and where it can what would be right. No
	// secret is in it.
	Message string
	// Source is the line it is about, with secrets hidden; "" when there is none.
	Source string
	// Width is how many characters to underline, from the column on.
	Width int
}

// String is "file:line:col: severity: message".
func (d Diagnostic) String() string {
	return fmt.Sprintf("%s: %s: %s", d.Position, d.Severity, d.Message)
}

// Report is everything there is to say about a file, in the file's order.
type Report struct {
	Diagnostics []Diagnostic
	// Files are those that the file names and that are part of what is read, even
	// where they are not there.
	Files []string
}

// Refused is whether nothing of the file is served.
func (r *Report) Refused() bool { return r.worst() == Refused }

// Clean is whether all of the file is served; there may be warnings.
func (r *Report) Clean() bool { return r.worst() == Warning }

func (r *Report) worst() Severity {
	worst := Warning
	for _, d := range r.Diagnostics {
		worst = max(worst, d.Severity)
	}
	return worst
}

// Print writes every diagnostic with its line, the place underlined.
func (r *Report) Print(w io.Writer) {
	for _, d := range r.Diagnostics {
		fmt.Fprintln(w, d)
		if d.Source == "" {
			continue
		}
		number := fmt.Sprintf("%5d | ", d.Line)
		// Tabs stay tabs, so that the mark stands under its text.
		pad := strings.Map(func(c rune) rune {
			if c == '\t' {
				return c
			}
			return ' '
		}, string([]rune(d.Source)[:min(d.Col-1, len([]rune(d.Source)))]))
		fmt.Fprintf(w, "%s%s\n%s| %s%s\n", number, d.Source, strings.Repeat(" ", len(number)-2), pad, strings.Repeat("^", max(d.Width, 1)))
	}
}

// sort puts the diagnostics into the order of the file, with those of other
// files behind them, and keeps one of each: what aliases repeat is said once.
func (r *Report) sort(file string) {
	said := make(map[string]bool)
	r.Diagnostics = slices.DeleteFunc(r.Diagnostics, func(d Diagnostic) bool {
		text := d.String()
		defer func() { said[text] = true }()
		return said[text]
	})
	slices.SortStableFunc(r.Diagnostics, func(a, b Diagnostic) int {
		if own := a.File == file; own != (b.File == file) {
			return map[bool]int{true: -1, false: 1}[own]
		}
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
}
