package azure

import (
	"testing"
)

func TestABodyIsRestoredFromItsChanges(t *testing.T) {
	w := Rewrite{Model: "deployment-of-another-length", Family: families[0], DropParams: true, Drop: []string{"user"}, Extra: []Param{{"top_k", []byte("3")}}}
	const in = `{"user":"u", "model" : "m", "temperature":0.5, "messages":[{"role":"developer","content":"x"}], "max_tokens":7}`
	made, err := w.Apply(scanned(t, in), OpChat, true)
	if err != nil {
		t.Fatal(err)
	}
	undo := made.AppendUndo(nil)
	again, rerr := Restore(made.Bytes, undo)
	if rerr != nil || string(again) != in {
		t.Errorf("%s\nbecame %s\nand again %s, %v", in, made.Bytes, again, rerr)
	}
	if len(undo) > len(in) {
		t.Errorf("%d bytes to undo %d", len(undo), len(in))
	}
}

func TestAnUnchangedBodyNeedsNothingToBeRestored(t *testing.T) {
	const in = `{"model":"m"}`
	made, err := (&Rewrite{}).Apply(scanned(t, in), OpChat, false)
	if err != nil || made.Changed || len(made.AppendUndo(nil)) > 0 {
		t.Fatalf("%+v, %v", made, err)
	}
	if again, err := Restore([]byte(in), nil); err != nil || string(again) != in {
		t.Errorf("%s, %v", again, err)
	}
}

func FuzzRestoreRefusesWhatDoesNotFit(f *testing.F) {
	f.Add([]byte("body"), []byte{1, 2, 3, 'a', 'b', 'c'})
	f.Add([]byte("body"), []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(_ *testing.T, body, undo []byte) {
		_, _ = Restore(body, undo) // no panic
	})
}
