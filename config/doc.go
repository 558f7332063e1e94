// Package config reads the YAML that LiteLLM users already have and makes an
// immutable Snapshot of it.
//
// Everything that is wrong with a file is said at once, each with its place. A
// file is refused as a whole only when it cannot be read, when nothing would be
// left to serve, or when it would open a port that its writer believes closed;
// an entry that cannot work is refused alone and the rest serves; whatever else
// LiteLLM would pass over in silence is a warning.
package config
