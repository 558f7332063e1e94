package azure

import (
	"strings"
	"testing"
)

const rawID = "resp_68a1f0c3d4e5f60718293a4b5c6d7e8f"

func TestATaggedIDComesHomeOnEveryReplicaWithTheSameSecret(t *testing.T) {
	one, two := NewTags("secret"), NewTags("secret")
	tagged := one.Resource("https://a.openai.azure.com:443").Tagged(rawID)
	if again := two.Resource("https://a.openai.azure.com:443").Tagged(rawID); again != tagged {
		t.Errorf("%s and %s: not stable", tagged, again)
	}
	id, code, ok := two.Read(tagged)
	if !ok || id != rawID || code != two.Resource("https://a.openai.azure.com:443").Code {
		t.Errorf("read %s, %x, %t", id, code, ok)
	}
	if !strings.HasPrefix(tagged, rawID+"~") || len(tagged) != len(rawID)+tagSize {
		t.Errorf("the id became %s", tagged)
	}
}

func TestATagThatIsForeignOrChangedIsNone(t *testing.T) {
	tags := NewTags("secret")
	a, b := tags.Resource("a"), tags.Resource("b")
	tagged := a.Tagged(rawID)
	if a.Tagged(rawID) == b.Tagged(rawID) || a.Code == b.Code {
		t.Error("two resources have one tag")
	}
	for name, text := range map[string]string{
		"another secret's":  NewTags("other").Resource("a").Tagged(rawID),
		"another id's":      "resp_x" + tagged[len(rawID):],
		"raw":               rawID,
		"nothing but a tag": tagged[len(rawID):],
		"empty":             "",
		"short":             tagged[:len(tagged)-1],
		"long":              tagged + "A",
		"twice":             tagged + tagged[len(rawID):],
	} {
		if id, _, ok := tags.Read(text); ok || id != text {
			t.Errorf("%s: %s is taken for %s", name, text, id)
		}
	}
	for i := range tagged { // one character changed, anywhere
		for _, c := range "AB_-~" {
			changed := tagged[:i] + string(c) + tagged[i+1:]
			if _, _, ok := tags.Read(changed); ok && changed != tagged {
				t.Errorf("%s is taken", changed)
			}
		}
	}
}

func TestIDsAreKnownByTheirPrefixes(t *testing.T) {
	for text, want := range map[string]bool{
		rawID: true, "file-abc": true, "batch_94e43f0a-d805-477d-adf9-bbb9c50910ed": true, "vs_1": true,
		"call_abc": false, "file-": false, "gpt-4o": false, "resp_a b": false, "resp_ä": false, "": false,
		"resp_" + strings.Repeat("x", maxID): false,
	} {
		if IsID(text) != want {
			t.Errorf("%s: %t", text, !want)
		}
	}
	if !looksTagged("resp_a~b") || looksTagged("resp_a") || looksTagged("hello~world") {
		t.Error("a mark behind an id is not told from one in a text")
	}
}

func FuzzReadTakesOnlyWhatWasTagged(f *testing.F) {
	tags := NewTags("secret")
	r := tags.Resource("a")
	f.Add(rawID)
	f.Add(r.Tagged(rawID))
	f.Fuzz(func(t *testing.T, text string) {
		if id, _, ok := tags.Read(text); ok && r.Tagged(id) != text {
			t.Errorf("%q is taken for %q", text, id)
		}
		if text == "" {
			return
		}
		if id, code, ok := tags.Read(r.Tagged(text)); !ok || id != text || code != r.Code {
			t.Errorf("%q came back as %q, %t", text, id, ok)
		}
	})
}

func BenchmarkTag(b *testing.B) {
	r := NewTags("secret").Resource("a")
	buf := make([]byte, 0, 64)
	id := []byte(rawID)
	b.ReportAllocs()
	for b.Loop() {
		buf = r.AppendTag(buf[:0], id)
	}
}
