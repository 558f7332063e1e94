// Package wire reads and writes protobuf messages as bytes, without generated
// types: what Envoy sends with every request is large, and azproc needs a few
// fields of it. The rooms that use it hold their field numbers against
// go-control-plane's types in tests.
package wire

import (
	"errors"

	"google.golang.org/protobuf/encoding/protowire"
)

// ErrMalformed is for bytes that are no message.
var ErrMalformed = errors.New("malformed protobuf message")

// Fields walks the fields of one message. f gets the number of each field with
// the bytes of a length-delimited value, which stay part of b, or the number of
// a varint or a fixed64; other kinds are skipped.
func Fields(b []byte, f func(num protowire.Number, bytes []byte, n uint64) error) error {
	for len(b) > 0 {
		num, typ, n := protowire.ConsumeTag(b)
		if n < 0 {
			return ErrMalformed
		}
		b = b[n:]
		switch typ {
		case protowire.BytesType:
			v, n := protowire.ConsumeBytes(b)
			if n < 0 {
				return ErrMalformed
			}
			if err := f(num, v, 0); err != nil {
				return err
			}
			b = b[n:]
		case protowire.VarintType:
			v, n := protowire.ConsumeVarint(b)
			if n < 0 {
				return ErrMalformed
			}
			if err := f(num, nil, v); err != nil {
				return err
			}
			b = b[n:]
		case protowire.Fixed64Type:
			v, n := protowire.ConsumeFixed64(b)
			if n < 0 {
				return ErrMalformed
			}
			if err := f(num, nil, v); err != nil {
				return err
			}
			b = b[n:]
		default:
			n := protowire.ConsumeFieldValue(num, typ, b)
			if n < 0 {
				return ErrMalformed
			}
			b = b[n:]
		}
	}
	return nil
}

// AppendBytes appends a length-delimited field.
func AppendBytes[T string | []byte](b []byte, num protowire.Number, v T) []byte {
	b = protowire.AppendTag(b, num, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(len(v)))
	return append(b, v...)
}

// AppendVarint appends a varint field; zero is proto3's default and left out.
func AppendVarint(b []byte, num protowire.Number, v uint64) []byte {
	if v == 0 {
		return b
	}
	b = protowire.AppendTag(b, num, protowire.VarintType)
	return protowire.AppendVarint(b, v)
}

// AppendPrefix appends the tag and length of a length-delimited field whose n
// bytes follow.
func AppendPrefix(b []byte, num protowire.Number, n int) []byte {
	b = protowire.AppendTag(b, num, protowire.BytesType)
	return protowire.AppendVarint(b, uint64(n))
}

// FieldSize is the wire size of a length-delimited field of n bytes with a
// field number below 16.
func FieldSize(n int) int { return 1 + protowire.SizeBytes(n) }
