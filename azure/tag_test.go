package azure

import (
	"slices"
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

// exampleIDs are ids as Azure makes them, one of each kind.
var exampleIDs = []string{
	rawID, "msg_67ccd3acc8d48190a77525dc6de64b41", "rs_0a1b", "fc_12345xyz", "ctc_1", "ws_67c9fa0502748190b7dd390736892e10", "fs_1", "ci_1", "ig_1",
	"cu_67cc", "mcp_682d", "mcpl_682d", "mcpr_682d", "lsh_1", "sh_1", "cmp_001", "item_003", "conv_123",
	"file-abc", "assistant-AbC123", "upload_abc", "part_def", "batch_94e43f0a-d805-477d-adf9-bbb9c50910ed",
	"ftjob-abc123", "ftckpt_qtZ5", "ftevent-ddTJ", "ft-1", "eval_67abd54d", "evalrun_67abd54d", "outputitem_67abd54d",
	"vs_1", "vsfb_abc123", "asst_abc123", "thread_abc123", "run_abc123", "step_abc123",
	"cntr_682e", "cfile_682e", "video_123", "gen_01jq", "task_01jq",
}

func TestIDsAreKnownByTheirPrefixes(t *testing.T) {
	tags := NewTags("secret")
	r := tags.Resource("a")
	for _, id := range exampleIDs {
		if !IsID(id) {
			t.Errorf("%s is none", id)
		}
		var home Home
		answer := NewIDWriter(r, false).Append(nil, []byte(`{"id":"`+id+`"}`))
		if back, err := tags.Body(answer, &home); err != nil || string(back) != `{"id":"`+id+`"}` || !home.Found {
			t.Errorf("%s went out in %s and came back in %s (%v)", id, answer, back, err)
		}
	}
	for _, prefix := range idPrefixes {
		example := func(id string) bool { return strings.HasPrefix(id, prefix) }
		if !slices.ContainsFunc(exampleIDs, example) || IsID(prefix) {
			t.Errorf("%s: there is no example of it, or it is one itself", prefix)
		}
	}
	if len(exampleIDs) != len(idPrefixes) {
		t.Errorf("%d examples of %d kinds", len(exampleIDs), len(idPrefixes))
	}
	for _, text := range []string{"call_abc", "file-", "gpt-4o", "resp_a b", "resp_ä", "", "resp_" + strings.Repeat("x", maxID), "xresp_1", "org-1", "req_1", "chatcmpl-1"} {
		if IsID(text) {
			t.Errorf("%s is one", text)
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
