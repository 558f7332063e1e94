package envoy

import (
	"strings"
	"testing"
	"time"
)

const toldCommand = "%DYNAMIC_METADATA(azproc.answer:told)%"

func TestALineIsReadAsEnvoySendsIt(t *testing.T) {
	var e Entry
	if err := e.parse(logged(t, map[string]string{
		"%COMMON_DURATION(DS_RX_BEG:US_RX_BEG:us)%": "1500000",
		"%COMMON_DURATION(DS_RX_BEG:DS_TX_BEG:us)%": "1600000",
		"%DURATION%": "3000",
		"%COMMON_DURATION(DS_RX_BEG:DS_TX_END:us)%": "3000400",
		"%UPSTREAM_CLUSTER_RAW%":                    "m-a~0123#ws",
		"%UPSTREAM_REQUEST_ATTEMPT_COUNT%":          "2",
		"%UPSTREAM_TRANSPORT_FAILURE_REASON%":       "delayed connect error: \xff",
		"%RESPONSE_CODE%":                           "429",
		"%RESPONSE_FLAGS%":                          "UC,URX",
		"%RESPONSE_CODE_DETAILS%":                   "via_upstream",
		"%BYTES_SENT%":                              "900",
		"%BYTES_RECEIVED%":                          "70",
		"%REQ(X-REQUEST-ID)%":                       "r",
		"%REQ(:PATH)%":                              "/p",
		own("claim"):                                "c",
		own("asked"):                                strings.Join([]string{"chat/completions", "yes", "m", "team", "h", "12"}, wordSeparator),
		"%RESP(retry-after)%":                       "7",
		toldCommand:                                 `"usage":{"input_tokens":1}` + wordSeparator + "u2" + wordSeparator + "no room\xff" + columnSeparator + "-",
	})); err != nil {
		t.Fatal(err)
	}
	began := time.Date(2025, 11, 25, 12, 0, 0, 5000, time.UTC)
	if e.FirstByte != 1500*time.Millisecond || e.Begun != 1600*time.Millisecond || e.Duration != 3000400*time.Microsecond {
		t.Errorf("%+v", e)
	}
	if e.Cluster != "m-a~0123" || e.Attempts != 2 || e.Transport != "delayed connect error: ?" || e.Status != 429 || e.Flags != flagConnectionEnded || e.Details != "via_upstream" {
		t.Errorf("%+v", e)
	}
	if e.Sent != 900 || e.Received != 70 || e.Request != "r" || e.path != "/p" || e.Claim != "c" || e.Hold != "h" || e.Operation != "chat/completions" || e.Model != "m" || e.Key != "team" || !e.Stream || e.Characters != 12 {
		t.Errorf("%+v", e)
	}
	if e.Wait(began) != 7*time.Second || e.Usage != [2]string{`"usage":{"input_tokens":1}`, "u2"} || e.Error != "no room?"+columnSeparator+"-" {
		t.Errorf("%+v", e)
	}
}

func TestWhatEnvoyHasNothingForIsNothing(t *testing.T) {
	var e Entry
	if err := e.parse(logged(t, nil)); err != nil || e != (Entry{}) {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestTheDurationOfARequestThatBrokeOffIsToldInMilliseconds(t *testing.T) {
	var e Entry
	if err := e.parse(logged(t, map[string]string{"%DURATION%": "12"})); err != nil || e.Duration != 12*time.Millisecond {
		t.Errorf("%v, %v", e.Duration, err)
	}
}

func TestALineOfAnotherFormatIsRefused(t *testing.T) {
	line := logged(t, nil)
	for _, bad := range []string{"", "text", strings.TrimSuffix(line, columnSeparator+nothing)} {
		if err := new(Entry).parse(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func FuzzALine(f *testing.F) {
	f.Add("request")
	f.Add(strings.Repeat("1"+columnSeparator, len(columns)))
	f.Add(strings.Repeat("-5.7e"+columnSeparator, len(columns)) + wordSeparator)
	f.Fuzz(func(_ *testing.T, line string) {
		var e Entry
		if e.parse(line) == nil {
			e.Fault()
			e.Wait(e.Began)
		}
	})
}

func BenchmarkALine(b *testing.B) {
	line := make([]string, len(columns))
	for i := range line {
		line[i] = "12"
	}
	text := []byte(strings.Join(line, columnSeparator))
	b.ReportAllocs()
	for b.Loop() {
		var e Entry
		if err := e.parse(string(text)); err != nil {
			b.Fatal(err)
		}
	}
}
