package azure

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// Sizes of what Azure takes at most, and of a piece as Envoy sends it.
const (
	benchFile  = 200_000_000
	benchPiece = 64 << 10
)

// benchLines are kinds of lines, by what is most of them.
var benchLines = map[string]string{
	"documented":   batchFile("a"),
	"text of 4KB":  fmt.Sprintf(`{"custom_id":"1","method":"POST","url":"/v1/chat/completions","body":{"model":"a","messages":[{"role":"user","content":"%s"}]}}`+"\n", strings.Repeat(`a word and \"some\" more words,\n`, 128)),
	"not ASCII":    fmt.Sprintf(`{"custom_id":"1","method":"POST","url":"/v1/chat/completions","body":{"model":"a","messages":[{"role":"user","content":"%s"}]}}`+"\n", strings.Repeat("日本語のテキスト", 64)),
	"image of 1MB": fmt.Sprintf(`{"custom_id":"1","method":"POST","url":"/v1/chat/completions","body":{"model":"a","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,%s"}}]}]}}`+"\n", strings.Repeat("iVBORw0K", 1<<17)),
	"numbers":      fmt.Sprintf(`{"custom_id":"1","method":"POST","url":"/v1/embeddings","body":{"model":"a","input":[%s1]}}`+"\n", strings.Repeat("12345,", 300)),
}

// inPieces writes a file that repeats a line, in pieces as Envoy sends them.
func inPieces(b *testing.B, line string, size int, write func([]byte) error) {
	block := bytes.Repeat([]byte(line), (benchPiece*8)/len(line)+1)
	b.SetBytes(int64(size / len(block) * len(block)))
	b.ReportAllocs()
	for b.Loop() {
		for range size / len(block) {
			for rest := block; len(rest) > 0; {
				n := min(len(rest), benchPiece)
				if err := write(rest[:n]); err != nil {
					b.Fatal(err)
				}
				rest = rest[n:]
			}
		}
	}
}

// BenchmarkLines renames the model of every line of a file as large as Azure takes
// it. What is emitted is copied, as it is into a message.
func BenchmarkLines(b *testing.B) {
	for name, line := range benchLines {
		b.Run(name, func(b *testing.B) {
			out := make([]byte, 0, 4<<20)
			emit := func(p []byte) error {
				if len(out)+len(p) > cap(out) {
					out = out[:0]
				}
				out = append(out, p...)
				return nil
			}
			l := NewLines(renamed)
			inPieces(b, line, benchFile, func(p []byte) error { return l.Write(p, emit) })
		})
	}
}

// BenchmarkUpload reads a form with such a file in it, and gives the file on as it
// came, or with its models renamed.
func BenchmarkUpload(b *testing.B) {
	for _, rename := range []bool{false, true} {
		b.Run(fmt.Sprintf("renamed %v", rename), func(b *testing.B) {
			out := make([]byte, 0, 4<<20)
			keep := func(p []byte) error {
				if len(out)+len(p) > cap(out) {
					out = out[:0]
				}
				out = append(out, p...)
				return nil
			}
			l := NewLines(renamed)
			u := uploadTo(b, func(string, string) bool { return true })
			emit := func(kind Piece, p []byte) error {
				if kind == PieceFile && rename {
					return l.Write(p, keep)
				}
				return keep(p)
			}
			head := fieldNamed("purpose", "batch") + strings.TrimSuffix(fileNamed("a.jsonl", ""), "\r\n")
			if err := u.Write([]byte(head), emit); err != nil {
				b.Fatal(err)
			}
			line := strings.ReplaceAll(batchFile("a"), "\n", "\r\n")
			inPieces(b, line, benchFile, func(p []byte) error { return u.Write(p, emit) })
		})
	}
}
