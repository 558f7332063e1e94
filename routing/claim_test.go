package routing

import "testing"

func TestClaimsSurviveTheirWayThroughEnvoy(t *testing.T) {
	for _, c := range []Claim{
		{ID: "gpt-4o@one~0123abcd", Minute: 29925495, Tokens: 123456, Estimate: 234567, Shared: true, Process: 0xdeadbeef},
		{ID: "a name with blanks", Tokens: 0},
	} {
		if got, ok := ParseClaim(string(c.Append(nil))); !ok || got != c {
			t.Errorf("%+v came back as %+v", c, got)
		}
	}
}

func FuzzParseClaimTakesNothingElse(f *testing.F) {
	f.Add("1 2 3 4 s id")
	f.Add("1 2 -3 4 l id")
	f.Add("1 2 3 -4 l id")
	f.Fuzz(func(t *testing.T, s string) {
		if c, ok := ParseClaim(s); ok {
			if again, ok := ParseClaim(string(c.Append(nil))); !ok || again != c {
				t.Errorf("%q: %+v became %+v", s, c, again)
			}
		}
	})
}
