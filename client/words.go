package client

import (
	"encoding/json"
	"strings"
	"unicode"
)

// maxWords is how much of an error is shown, in bytes.
const maxWords = 300

// words are what an error says, in Azure's own words: the message of its JSON,
// nested or flat (azure-api reference, section 3), else its text.
func (a *answer) words() string {
	var body struct {
		Error   json.RawMessage `json:"error"`
		Message string          `json:"message"`
	}
	if json.Unmarshal(a.body, &body) != nil {
		return oneLine(string(a.body))
	}
	var inner struct{ Message string }
	if json.Unmarshal(body.Error, &inner) == nil && inner.Message != "" {
		return oneLine(inner.Message)
	}
	if body.Message != "" {
		return oneLine(body.Message)
	}
	return oneLine(string(a.body))
}

// oneLine is a text for a table: without line breaks and what a terminal would
// obey, and not too long.
func oneLine(s string) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "?"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if len(s) > maxWords {
		s = strings.ToValidUTF8(s[:maxWords], "") + "..."
	}
	return s
}

// hide takes what authenticates a deployment out of a text, however it got there.
func (p *Place) hide(text string) string {
	secrets := make([]string, 0, 2+len(p.ExtraHeaders))
	if _, value, err := p.Credential.Header(); err == nil {
		secrets = append(secrets, value)
	}
	for _, h := range p.ExtraHeaders {
		secrets = append(secrets, h.Value)
	}
	for _, s := range secrets {
		if bare := strings.TrimPrefix(s, "Bearer "); len(bare) >= minSecret {
			text = strings.ReplaceAll(text, bare, "***")
		}
	}
	return text
}

// minSecret is the shortest text that is taken for a secret: the value of an
// extra header may be a single digit.
const minSecret = 6
