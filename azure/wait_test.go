package azure

import (
	"testing"
	"time"
)

func TestAzureSaysHowLongToWaitInManyWays(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	type h = map[string]string
	for _, tt := range []struct {
		name   string
		header h
		body   string
		want   time.Duration
	}{
		{"nothing said", nil, "", 0},
		{"milliseconds first", h{"retry-after-ms": "1500", "retry-after": "2"}, "", 1500 * time.Millisecond},
		{"milliseconds of the Azure kind", h{"x-ms-retry-after-ms": "250", "retry-after": "1"}, "", 250 * time.Millisecond},
		{"seconds", h{"retry-after": "7"}, "", 7 * time.Second},
		{"a fraction of a second", h{"retry-after": "0.5"}, "", 500 * time.Millisecond},
		{"a date", h{"retry-after": "Tue, 24 Nov 2026 12:00:09 GMT"}, "", 9 * time.Second},
		{"a date that has passed", h{"retry-after": "Tue, 24 Nov 2026 11:00:00 GMT"}, "", 0},
		{"-1 is unknown", h{"retry-after": "-1", "retry-after-ms": "-1"}, "", 0},
		{"0 is unknown", h{"retry-after": "0", "retry-after-ms": "0"}, "", 0},
		{"0 milliseconds and a real second", h{"retry-after-ms": "0", "retry-after": "3"}, "", 3 * time.Second},
		{"a whole day is clamped", h{"retry-after": "86400"}, "", MaxWait},
		{"an hour is believed", h{"retry-after": "3600"}, "", time.Hour},
		{"more than a number can hold", h{"retry-after": "1e300"}, "", MaxWait},
		{"words", h{"retry-after": "soon"}, "", 0},
		{"NaN", h{"retry-after": "NaN"}, "", 0},
		{"the exhausted limit's reset", h{"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "11", "x-ratelimit-remaining-requests": "4", "x-ratelimit-reset-requests": "50"}, "", 11 * time.Second},
		{"the longer of two resets", h{"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "11", "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "50"}, "", 50 * time.Second},
		{"OpenAI's durations", h{"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m30s"}, "", 90 * time.Second},
		{"unknown limits", h{"x-ratelimit-remaining-requests": "-1", "x-ratelimit-reset-requests": "0"}, "", 0},
		{"the text", nil, `{"error":{"code":"429","message":"... pricing tier. Please retry after 7 seconds. Please go here ..."}}`, 7 * time.Second},
		{"the text of a day", nil, `Please retry after 86400 seconds.`, MaxWait},
		{"OpenAI's text", nil, `Rate limit reached. Please try again in 1.5s.`, 1500 * time.Millisecond},
		{"a text without a number", nil, `please retry after some time`, 0},
		{"a text cut short", nil, `Please retry after 7`, 0},
		{"headers come before the text", h{"retry-after": "2"}, "retry after 7 seconds", 2 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Wait(func(name string) string { return tt.header[name] }, []byte(tt.body), now); got != tt.want {
				t.Errorf("wait %v, want %v", got, tt.want)
			}
		})
	}
}

func FuzzWaitIsNeverNegativeNorLongerThanItsMaximum(f *testing.F) {
	f.Add("7", "1500", "1m", "retry after 9 seconds")
	f.Add("-1", "NaN", "Inf", "retry after 1.2.3 s")
	f.Fuzz(func(t *testing.T, after, ms, reset, body string) {
		header := func(name string) string {
			switch name {
			case "retry-after":
				return after
			case "retry-after-ms":
				return ms
			case "x-ratelimit-remaining-tokens":
				return "0"
			default:
				return reset
			}
		}
		if got := Wait(header, []byte(body), time.Unix(1e9, 0)); got < 0 || got > MaxWait {
			t.Errorf("%v", got)
		}
	})
}
