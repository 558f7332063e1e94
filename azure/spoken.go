package azure

import "unicode/utf8"

// Characters are how many characters a request for speech wants spoken, by which
// Azure's text-to-speech models are charged; 0 where there is no such text.
func (d *Doc) Characters() (n int64) {
	d.each(func(name string, m member) {
		if name == "input" && d.raw[m.value] == '"' {
			n = int64(utf8.RuneCountInString(decodeString(d.text(m))))
		}
	})
	return n
}
