package auth

import (
	"errors"
	"testing"
)

func TestClientsAreLetInByOneRightKeyInAnyOfTheThreeHeaders(t *testing.T) {
	c := NewClients("sk-right")
	for _, tt := range []struct {
		name                         string
		authorization, apiKey, xName string
		want                         error
	}{
		{"bearer", "Bearer sk-right", "", "", nil},
		{"bearer in lower case", "bearer sk-right", "", "", nil},
		{"api-key", "", "sk-right", "", nil},
		{"x-api-key", "", "", "sk-right", nil},
		{"one right among wrong ones", "Bearer sk-wrong", "sk-right", "no", nil},
		{"none", "", "", "", ErrNoKey},
		{"another scheme", "Basic sk-right", "", "", ErrNoKey},
		{"a bearer without a key", "Bearer ", "", "", ErrNoKey},
		{"wrong", "Bearer sk-wrong", "", "", ErrWrongKey},
		{"the beginning of the right one", "", "sk-righ", "", ErrWrongKey},
		{"the right one and more", "", "sk-right1", "", ErrWrongKey},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := c.Check(tt.authorization, tt.apiKey, tt.xName); !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
		})
	}
}

func TestWithoutAMasterKeyEverybodyIsLetIn(t *testing.T) {
	if err := NewClients("").Check("", "", ""); err != nil {
		t.Error(err)
	}
}

func BenchmarkCheck(b *testing.B) {
	c := NewClients("sk-right")
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Check("Bearer sk-right", "", ""); err != nil {
			b.Fatal(err)
		}
	}
}
