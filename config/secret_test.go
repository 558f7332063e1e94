package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

func TestASecretShowsNowhere(t *testing.T) {
	const word = "fake-word"
	c := Credential{Kind: CredentialKey, Key: word, Token: word, Secret: word, Password: word}
	asJSON, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	asYAML, err := yaml.Marshal(map[string]any{"key": c.Key})
	if err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "key", c.Key, "all", c)
	for name, text := range map[string]string{
		"%v": fmt.Sprintf("%v %+v", c, c), "%#v": fmt.Sprintf("%#v", c), "%s": fmt.Sprint(c.Key.String(), c.Token),
		"%x": fmt.Sprintf("%x %q %d", c.Key, c.Key, c.Key), "JSON": string(asJSON), "YAML": string(asYAML), "slog": logged.String(),
	} {
		if strings.Contains(text, word) || strings.Contains(text, fmt.Sprintf("%x", word)) || !strings.Contains(text, hidden) {
			t.Errorf("%s: %s", name, text)
		}
	}
	if c.Key.Reveal() != word {
		t.Error("the secret is lost")
	}
}
