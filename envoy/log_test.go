package envoy

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

// entries feeds a logWriter piece by piece and gives azproc's log.
func entries(t *testing.T, pieces ...string) string {
	t.Helper()
	var out bytes.Buffer
	w := newLogWriter(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	})))
	for _, p := range pieces {
		if _, err := w.Write([]byte(p)); err != nil {
			t.Fatal(err)
		}
	}
	w.flush()
	return out.String()
}

func TestEnvoysLogKeepsItsLevels(t *testing.T) {
	const want = `level=INFO msg="all good" from=envoy logger=main
level=WARN msg=careful from=envoy logger=config
level=ERROR msg="two\nlines" from=envoy logger=http
level=ERROR msg=gone from=envoy logger=main
`
	whole := "\x1einfo\tmain\tall good\n\x1ewarning\tconfig\tcareful\n\x1eerror\thttp\ttwo\nlines\n\x1ecritical\tmain\tgone\n"
	if got := entries(t, whole); got != want {
		t.Errorf("in one piece:\n%s", got)
	}
	cut := strings.SplitAfter(whole, "\t")
	if got := entries(t, cut...); got != want {
		t.Errorf("cut:\n%s", got)
	}
}

func TestWhatIsNoLogEntryIsAnError(t *testing.T) {
	for _, text := range []string{"envoy: unknown option\n", "\x1enonsense\n", "a crash without an end"} {
		if got := entries(t, text); !strings.HasPrefix(got, "level=ERROR") || !strings.Contains(got, "from=envoy") {
			t.Errorf("%q: %s", text, got)
		}
	}
}

func TestEnvoyIsQuieterThanAzproc(t *testing.T) {
	for level, want := range map[string]string{"debug": "info", "info": "warning", "warn": "warning", "error": "error", "": "warning"} {
		if got := envoyLevel(level); got != want {
			t.Errorf("%s: %s", level, got)
		}
	}
}

func TestAWarningThatAzprocCausesKnowinglyIsForDebuggers(t *testing.T) {
	got := entries(t, "\x1ewarning\tmisc\tUsing deprecated option 'envoy.OpenTelemetryAccessLogConfig.common_config'\n\x1ewarning\tmisc\tUsing deprecated option 'other'\n")
	if !strings.HasPrefix(got, "level=DEBUG") || strings.Count(got, "level=WARN") != 1 {
		t.Error(got)
	}
}
