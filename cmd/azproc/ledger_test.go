package main

import (
	"testing"
	"time"

	"github.com/azproc/azproc/envoy"
)

func TestAWaitIsCountedFromTheAnswerThatAskedForIt(t *testing.T) {
	began := time.Unix(1_700_000_000, 0)
	const text = "Please retry after 10 seconds."
	for _, tt := range []struct {
		name  string
		entry envoy.Entry
		told  time.Duration // after the request began
		want  time.Duration
	}{
		{"told at once", envoy.Entry{Began: began, FirstByte: time.Second, Error: text}, time.Second, 10 * time.Second},
		{"told later", envoy.Entry{Began: began, FirstByte: time.Second, Error: text}, 1300 * time.Millisecond, 9700 * time.Millisecond},
		{"told when it is over", envoy.Entry{Began: began, FirstByte: time.Second, Error: text}, time.Minute, time.Millisecond},
		{"of an unknown moment", envoy.Entry{Began: began, Error: text}, time.Second, 10 * time.Second},
		{"nothing asked for", envoy.Entry{Began: began, FirstByte: time.Second, Error: "no"}, time.Second, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := wait(&tt.entry, began.Add(tt.told)); got != tt.want {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}
