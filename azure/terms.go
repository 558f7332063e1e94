package azure

import (
	"strconv"
	"strings"
)

// Terms are what a request says of itself that its price depends on, beside the
// tokens that it uses. The zero value is nothing said.
type Terms struct {
	// Tier is service_tier, "" where it is not said or left to Azure (auto).
	Tier string
	// Characters are those that are to be spoken.
	Characters int64
	// Images is how many are to be made, all Width by Height pixels (0 is not said)
	// and of one Quality ("" is not said or left to the model).
	Images, Width, Height int64
	Quality               string
}

// Terms are those of a request for an operation with a JSON body.
func (d *Doc) Terms(op *Operation) (t Terms) {
	switch {
	case op.HasTiers():
		t.Tier = d.word(keyServiceTier)
	case op == OpSpeech:
		t.Characters = d.Characters()
	case op == OpImages:
		t.Images = 1
		if n, ok := d.integer(keyN); ok {
			t.Images = n
		}
		if m := d.members[keySize]; m.there() && d.raw[m.value] == '"' {
			t.Width, t.Height = imageSize(decodeString(d.text(m)))
		}
		t.Quality = d.word(keyQuality)
	}
	return t
}

// FormTerms are those of a request whose form is not read: one image, of which nothing
// is known.
func FormTerms(op *Operation) (t Terms) {
	if op == OpImageEdits {
		t.Images = 1
	}
	return t
}

// longestWord bounds the words that Terms are made of, in bytes.
const longestWord = 16

// word is a top-level string that is a short word, in lower case; "" is another value,
// none, or auto.
func (d *Doc) word(k key) string {
	m := d.members[k]
	if !m.there() || d.raw[m.value] != '"' {
		return ""
	}
	return word(strings.ToLower(decodeString(d.text(m))))
}

func word(text string) string {
	if text == "auto" || len(text) > longestWord || strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
		return ""
	}
	return text
}

// imageSize reads 1024x1536; 0 is auto and what is no size.
func imageSize(text string) (width, height int64) {
	w, h, _ := strings.Cut(text, "x")
	width, badWidth := strconv.ParseInt(w, 10, 32)
	height, badHeight := strconv.ParseInt(h, 10, 32)
	if badWidth != nil || badHeight != nil || width <= 0 || height <= 0 {
		return 0, 0
	}
	return width, height
}

// The first bytes of terms as text: what stands behind.
const (
	termTier       = 't' // a word
	termCharacters = 'c' // a number
	termImages     = 'i' // three numbers and perhaps a word, with blanks between them
)

// Append writes the terms as text, for Envoy's log to bring back; nothing said is no text.
func (t *Terms) Append(to []byte) []byte {
	switch {
	case t.Images > 0:
		to = strconv.AppendInt(append(to, termImages), t.Images, 10)
		to = strconv.AppendInt(append(to, ' '), t.Width, 10)
		to = strconv.AppendInt(append(to, ' '), t.Height, 10)
		if t.Quality != "" {
			to = append(append(to, ' '), t.Quality...)
		}
	case t.Characters > 0:
		to = strconv.AppendInt(append(to, termCharacters), t.Characters, 10)
	case t.Tier != "":
		to = append(append(to, termTier), t.Tier...)
	}
	return to
}

// ParseTerms reads what Append wrote. Of anything else it reads what it can.
func ParseTerms(text string) (t Terms) {
	if text == "" {
		return t
	}
	number := func(text string) int64 {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return 0
		}
		return max(n, 0)
	}
	kind, text := text[0], text[1:]
	switch kind {
	case termTier:
		t.Tier = word(text)
	case termCharacters:
		t.Characters = number(text)
	case termImages:
		for i, part := range strings.SplitN(text, " ", 4) {
			if i == 3 {
				t.Quality = word(part)
				break
			}
			*[...]*int64{&t.Images, &t.Width, &t.Height}[i] = number(part)
		}
	}
	return t
}
