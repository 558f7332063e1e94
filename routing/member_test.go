package routing

import "testing"

func TestRoomIsTakenInBothWindowsOrInNone(t *testing.T) {
	for _, tt := range []struct {
		name             string
		tokens, rpm, tpm int64
		takes            int
		want             Used
	}{
		{"no limit", 10, 0, 0, 9, Used{9, 90}},
		{"requests run out first", 10, 3, 100, 3, Used{3, 30}},
		{"tokens run out first", 40, 9, 100, 2, Used{2, 80}},
		{"exactly full", 50, 2, 100, 2, Used{2, 100}},
		{"larger than a minute", 101, 9, 100, 1, Used{1, 100}},
		{"no tokens", 0, 2, 100, 2, Used{2, 0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var m member
			takes := 0
			for range 9 {
				room := m.hasRoom(7, tt.tokens, tt.rpm, tt.tpm)
				if _, ok := m.take(7, tt.tokens, tt.rpm, tt.tpm); ok != room {
					t.Fatalf("after %d: taken %t, has room %t", takes, ok, room)
				} else if ok {
					takes++
				}
			}
			if got := (Used{m.requests.at(7), m.tokens.at(7)}); takes != tt.takes || got != tt.want {
				t.Errorf("%d taken, counted %v; want %d, %v", takes, got, tt.takes, tt.want)
			}
		})
	}
}

func TestTheMinuteOfTheTokensIsTheOneToSettle(t *testing.T) {
	var m member
	m.tokens.take(8, 5, 0) // the next minute has begun for the tokens, not for the requests yet
	if in, ok := m.take(7, 10, 0, 100); in != 8 || !ok || m.tokens.at(8) != 15 {
		t.Errorf("minute %d, %t; %d tokens", in, ok, m.tokens.at(8))
	}
}
