package envoy

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
)

// logFormat makes each entry of Envoy's log one that can be told from the lines
// of a message: a mark, the level, the logger's name and the text (spdlog's
// pattern flags).
const logFormat = "\x1e%l\t%n\t%v"

const logMark = '\x1e'

// levels are spdlog's names.
var levels = map[string]slog.Level{
	"trace": slog.LevelDebug, "debug": slog.LevelDebug, "info": slog.LevelInfo,
	"warning": slog.LevelWarn, "error": slog.LevelError, "critical": slog.LevelError,
}

// envoyLevel is Envoy's --log-level for a level of azproc's log. At info Envoy
// says more of its start than anybody reads, so it begins at warnings; at debug it
// prints the headers of every request, with the keys in them, so it never goes there.
func envoyLevel(level string) string {
	switch strings.ToLower(level) {
	case "debug":
		return "info"
	case "error":
		return "error"
	default:
		return "warning"
	}
}

// knowingly are parts of warnings that azproc's own configuration of Envoy causes, and
// that nobody can do anything about.
var knowingly = []string{
	"OpenTelemetryAccessLogConfig.common_config", // deprecated before what replaces it works (listener.yaml)
}

// logWriter turns Envoy's standard error into entries of azproc's log. An entry
// ends where the next one begins, or at flush.
type logWriter struct {
	log *slog.Logger

	mu      sync.Mutex
	pending []byte
}

func newLogWriter(log *slog.Logger) *logWriter { return &logWriter{log: log} }

// Write implements io.Writer.
func (w *logWriter) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pending = append(w.pending, b...)
	for {
		// What ends in a line feed is complete unless more of the same message
		// follows, which Envoy writes with it in one go.
		next := bytes.IndexByte(w.pending[min(1, len(w.pending)):], logMark)
		if next < 0 {
			break
		}
		w.entry(w.pending[:next+1])
		w.pending = w.pending[next+1:]
	}
	if bytes.HasSuffix(w.pending, []byte("\n")) {
		w.entry(w.pending)
		w.pending = w.pending[:0]
	}
	return len(b), nil
}

// flush logs what is left of an Envoy that has ended.
func (w *logWriter) flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.entry(w.pending)
	w.pending = nil
}

func (w *logWriter) entry(b []byte) {
	text := strings.TrimSpace(string(b))
	if text == "" {
		return
	}
	marked, ok := strings.CutPrefix(text, string(logMark))
	parts := strings.SplitN(marked, "\t", 3)
	level, known := levels[parts[0]]
	if !ok || len(parts) != 3 || !known {
		// Not a log entry: a usage error, a crash, a sanitizer.
		w.log.Error(text, "from", "envoy")
		return
	}
	for _, part := range knowingly {
		if strings.Contains(parts[2], part) {
			level = slog.LevelDebug
		}
	}
	w.log.Log(context.Background(), level, parts[2], "from", "envoy", "logger", parts[1])
}
