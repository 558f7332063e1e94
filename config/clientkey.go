package config

import (
	"crypto/sha256"
	"slices"
	"strings"
	"time"
)

// MasterName is the name of the master_key among the keys.
const MasterName = "master"

// Key is a key that clients may show: what it may be used for, and how much.
type Key struct {
	// Name is unique. What the key uses is counted under it, so that a new text
	// for the key keeps what the old one has used.
	Name string
	// Digests are SHA-256 of the texts that it may be shown as: one, or for the
	// time in which it is replaced the old one and the new one.
	Digests [][sha256.Size]byte
	// Models are the model_names that it may ask for, or patterns of them with a
	// star; nil is every model.
	Models []string
	// RPM and TPM are its limits per minute in requests and tokens; 0 is none.
	RPM, TPM int64
	// Budget is what it may spend in a Period, in micro-dollars; 0 is no budget.
	Budget int64
	Period Period
	// Expires is the first moment at which it is not accepted any more; zero is
	// never.
	Expires time.Time
	// Metadata is for people, as JSON; nil where there is none.
	Metadata []byte
	// Position is where the entry begins.
	Position Position
}

// Allows is whether the key may ask for a model.
func (k *Key) Allows(model string) bool {
	return k.Models == nil || slices.ContainsFunc(k.Models, func(pattern string) bool {
		if !strings.Contains(pattern, "*") {
			return pattern == model
		}
		_, fits := match(pattern, model)
		return fits
	})
}

// Limited is whether what the key uses has to be counted.
func (k *Key) Limited() bool { return k.RPM > 0 || k.TPM > 0 || k.Budget > 0 }

// Open is whether anyone may call without a key: neither a master_key nor a list
// of keys is configured. A list of which no entry can be used lets nobody in.
func (s *Snapshot) Open() bool { return s.MasterKey == "" && !s.Keyed }
