package extproc

import (
	"errors"

	"google.golang.org/protobuf/encoding/protowire"
)

// Field numbers of envoy.service.ext_proc.v3 and the messages inside it that
// azproc reads or writes (external_processor.proto, base.proto and
// processing_mode.proto of Envoy 1.40). The tests compare them with the
// generated types.
const (
	// ProcessingRequest
	fieldRequestHeaders  = 2
	fieldRequestBody     = 4
	fieldRequestTrailers = 6

	// HttpHeaders, HttpBody
	fieldHeaderMap        = 1
	fieldHeadersEndStream = 3
	fieldBodyBytes        = 1
	fieldBodyEndStream    = 2

	// HeaderMap, HeaderValue
	fieldHeaderValue = 1
	fieldKey         = 1
	fieldValue       = 2
	fieldRawValue    = 3

	// ProcessingResponse
	fieldHeadersAnswer     = 1
	fieldBodyAnswer        = 3
	fieldTrailersAnswer    = 5
	fieldImmediateResponse = 7
	fieldDynamicMetadata   = 8
	fieldModeOverride      = 9

	// HeadersResponse, BodyResponse
	fieldCommon = 1

	// CommonResponse
	fieldHeaderMutation  = 2
	fieldBodyMutation    = 3
	fieldClearRouteCache = 5

	// HeaderMutation, HeaderValueOption
	fieldSetHeaders    = 1
	fieldRemoveHeaders = 2
	fieldOptionHeader  = 1
	fieldAppendAction  = 3

	// BodyMutation, StreamedBodyResponse
	fieldMutatedBody       = 1
	fieldStreamedBody      = 3
	fieldStreamedBodyBytes = 1
	fieldStreamedBodyEnd   = 2

	// ImmediateResponse, HttpStatus
	fieldStatus           = 1
	fieldImmediateHeaders = 2
	fieldImmediateBody    = 3
	fieldImmediateDetails = 5
	fieldStatusCode       = 1

	// ProcessingMode
	fieldRequestHeaderMode   = 1
	fieldResponseHeaderMode  = 2
	fieldRequestBodyMode     = 3
	fieldRequestTrailerMode  = 5
	fieldResponseTrailerMode = 6
)

const (
	overwriteOrAdd = 2 // HeaderValueOption.OVERWRITE_IF_EXISTS_OR_ADD

	headerModeSend = 1 // ProcessingMode.SEND
	headerModeSkip = 2 // ProcessingMode.SKIP

	bodyModeBuffered = 2 // ProcessingMode.BUFFERED
	bodyModeDuplex   = 4 // ProcessingMode.FULL_DUPLEX_STREAMED
)

var errWire = errors.New("malformed protobuf message")

// fields walks the fields of one message. f gets the number of each field with
// the bytes of a length-delimited value or the number of a varint; other kinds
// are skipped.
func fields(b []byte, f func(num protowire.Number, bytes []byte, n uint64) error) error {
	for len(b) > 0 {
		num, typ, n := protowire.ConsumeTag(b)
		if n < 0 {
			return errWire
		}
		b = b[n:]
		switch typ {
		case protowire.BytesType:
			v, n := protowire.ConsumeBytes(b)
			if n < 0 {
				return errWire
			}
			if err := f(num, v, 0); err != nil {
				return err
			}
			b = b[n:]
		case protowire.VarintType:
			v, n := protowire.ConsumeVarint(b)
			if n < 0 {
				return errWire
			}
			if err := f(num, nil, v); err != nil {
				return err
			}
			b = b[n:]
		default:
			n := protowire.ConsumeFieldValue(num, typ, b)
			if n < 0 {
				return errWire
			}
			b = b[n:]
		}
	}
	return nil
}

// appendBytes appends a length-delimited field.
func appendBytes[T string | []byte](b []byte, num protowire.Number, v T) []byte {
	b = protowire.AppendTag(b, num, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(len(v)))
	return append(b, v...)
}

// appendVarint appends a varint field; zero is proto3's default and left out.
func appendVarint(b []byte, num protowire.Number, v uint64) []byte {
	if v == 0 {
		return b
	}
	b = protowire.AppendTag(b, num, protowire.VarintType)
	return protowire.AppendVarint(b, v)
}

// appendPrefix appends the tag and length of a length-delimited field whose n
// bytes follow.
func appendPrefix(b []byte, num protowire.Number, n int) []byte {
	b = protowire.AppendTag(b, num, protowire.BytesType)
	return protowire.AppendVarint(b, uint64(n))
}

// appendSetHeader appends one HeaderMutation.set_headers entry that overwrites
// whatever stood there: changes of an attempt survive into the next one, so
// azproc writes absolute values only.
func appendSetHeader(b []byte, name, value string) []byte {
	header := fieldSize(len(name)) + fieldSize(len(value))
	b = appendPrefix(b, fieldSetHeaders, fieldSize(header)+2)
	b = appendPrefix(b, fieldOptionHeader, header)
	b = appendBytes(b, fieldKey, name)
	b = appendBytes(b, fieldRawValue, value)
	return appendVarint(b, fieldAppendAction, overwriteOrAdd)
}

// fieldSize is the wire size of a length-delimited field of n bytes with a
// field number below 16.
func fieldSize(n int) int { return 1 + protowire.SizeBytes(n) }
