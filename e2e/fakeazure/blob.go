package fakeazure

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
)

// blob is the bytes of one file: a small one in memory, a larger one in a
// temporary file without a name. That is closed, and its room on the disk
// given back, when nothing refers to the blob any more: whoever still reads a
// deleted file reads it to its end.
type blob struct {
	memory bytes.Buffer
	disk   *os.File
	size   int64
	most   int64 // bytes beyond are counted, not kept; 0 is no limit
	sum    hash.Hash
}

func newBlob(most int64) *blob { return &blob{most: most, sum: sha256.New()} }

// blobOf is a blob of a text that the fake itself has made.
func blobOf(text []byte) *blob {
	b := newBlob(0)
	_, _ = b.Write(text) // of small ones nothing fails
	return b
}

func (b *blob) Write(p []byte) (int, error) {
	b.sum.Write(p)
	b.size += int64(len(p))
	if b.tooLarge() {
		return len(p), nil
	}
	if b.disk == nil && b.size <= keptBody {
		return b.memory.Write(p)
	}
	if b.disk == nil {
		if err := b.spill(); err != nil {
			return 0, err
		}
	}
	n, err := b.disk.Write(p)
	if err != nil {
		return n, fmt.Errorf("fakeazure: keep a file: %w", err)
	}
	return n, nil
}

// spill goes on in a temporary file.
func (b *blob) spill() error {
	disk, err := os.CreateTemp("", "fakeazure-")
	if err != nil {
		return fmt.Errorf("fakeazure: keep a file: %w", err)
	}
	_ = os.Remove(disk.Name()) // where it cannot go yet, it stays in the folder for temporary files
	if _, err := disk.Write(b.memory.Bytes()); err != nil {
		return fmt.Errorf("fakeazure: keep a file: %w", err)
	}
	b.disk, b.memory = disk, bytes.Buffer{}
	return nil
}

func (b *blob) tooLarge() bool { return b.most > 0 && b.size > b.most }

// hash is the SHA-256 of all bytes so far, in hex.
func (b *blob) hash() string { return hex.EncodeToString(b.sum.Sum(nil)) }

// open reads the blob from its beginning, as often and by as many as wanted.
func (b *blob) open() io.Reader {
	if b.disk == nil {
		return bytes.NewReader(b.memory.Bytes())
	}
	// The section holds on to the file as long as it is read.
	return io.NewSectionReader(b.disk, 0, b.size)
}
