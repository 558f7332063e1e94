package wire

import (
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// Field numbers of google.protobuf.Struct, Value and ListValue, and of the
// entries of a map.
const (
	fieldKey    = 1 // of a map's entry
	fieldValue  = 2
	fieldFields = 1 // Struct.fields; ListValue.values
	fieldNumber = 2 // Value.number_value
	fieldText   = 3 // Value.string_value
	fieldStruct = 5 // Value.struct_value
	fieldList   = 6 // Value.list_value
)

// Text reads a field of a google.protobuf.Struct that is a string; "" is none.
func Text(s []byte, name string) string {
	v := lookup(s, name)
	var text []byte
	_ = Fields(v, func(num protowire.Number, b []byte, _ uint64) error {
		if num == fieldText {
			text = b
		}
		return nil
	})
	return string(text)
}

// Member reads a map<string, message> field, as Envoy's metadata and attributes
// are: the message of one key. entries is the whole message that has the map as
// field num; nil is none.
func Member(entries []byte, num protowire.Number, name string) []byte {
	var found []byte
	_ = Fields(entries, func(n protowire.Number, b []byte, _ uint64) error {
		if n == num {
			if k, v := Entry(b); string(k) == name {
				found = v
			}
		}
		return nil
	})
	return found
}

func lookup(s []byte, name string) []byte { return Member(s, fieldFields, name) }

// Entry reads an entry of a map<string, message>.
func Entry(b []byte) (key, value []byte) {
	_ = Fields(b, func(num protowire.Number, v []byte, _ uint64) error {
		switch num {
		case fieldKey:
			key = v
		case fieldValue:
			value = v
		}
		return nil
	})
	return key, value
}

// AppendText appends a field of a Struct whose value is a string. The string
// must be UTF-8: Envoy drops the whole message otherwise.
func AppendText[T string | []byte](b []byte, name string, text T) []byte {
	value := FieldSize(len(text))
	b = AppendPrefix(b, fieldFields, FieldSize(len(name))+FieldSize(value))
	b = AppendBytes(b, fieldKey, name)
	b = AppendPrefix(b, fieldValue, value)
	return AppendBytes(b, fieldText, text)
}

// AppendNumber appends a field of a Struct whose value is a number.
func AppendNumber(b []byte, name string, n float64) []byte {
	b = AppendPrefix(b, fieldFields, FieldSize(len(name))+FieldSize(9))
	b = AppendBytes(b, fieldKey, name)
	b = AppendPrefix(b, fieldValue, 9)
	b = protowire.AppendTag(b, fieldNumber, protowire.Fixed64Type)
	return protowire.AppendFixed64(b, math.Float64bits(n))
}

// AppendStruct appends a field of a Struct whose value is a Struct.
func AppendStruct(b []byte, name string, inner []byte) []byte {
	return append(AppendStructPrefix(b, name, len(inner)), inner...)
}

// AppendStructPrefix begins a field of a Struct whose value is a Struct of n
// bytes, which follow.
func AppendStructPrefix(b []byte, name string, n int) []byte {
	value := FieldSize(n)
	b = AppendPrefix(b, fieldFields, FieldSize(len(name))+FieldSize(value))
	b = AppendBytes(b, fieldKey, name)
	b = AppendPrefix(b, fieldValue, value)
	return AppendPrefix(b, fieldStruct, n)
}

// StructSize is how many bytes AppendStructPrefix and its n bytes take.
func StructSize(name string, n int) int { return ListSize(name, n) }

// AppendListPrefix begins a field of a Struct whose value is a list; n bytes of
// its elements follow, made with AppendElement.
func AppendListPrefix(b []byte, name string, n int) []byte {
	value := FieldSize(n)
	b = AppendPrefix(b, fieldFields, FieldSize(len(name))+FieldSize(value))
	b = AppendBytes(b, fieldKey, name)
	b = AppendPrefix(b, fieldValue, value)
	return AppendPrefix(b, fieldList, n)
}

// ListSize is how many bytes AppendListPrefix and its n bytes take.
func ListSize(name string, n int) int {
	return FieldSize(FieldSize(len(name)) + FieldSize(FieldSize(n)))
}

// AppendElement appends an element of a list that is a Struct.
func AppendElement(b, inner []byte) []byte {
	b = AppendPrefix(b, fieldFields, FieldSize(len(inner)))
	return AppendBytes(b, fieldStruct, inner)
}
