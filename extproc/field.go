package extproc

import "github.com/azproc/azproc/wire"

// Field numbers of envoy.service.ext_proc.v3 and the messages inside it that
// azproc reads or writes (external_processor.proto, base.proto and
// processing_mode.proto of Envoy 1.40). The tests compare them with the
// generated types.
const (
	// ProcessingRequest
	fieldRequestHeaders  = 2
	fieldAnswerHeaders   = 3
	fieldRequestBody     = 4
	fieldAnswerBody      = 5
	fieldRequestTrailers = 6
	fieldAnswerTrailers  = 7
	fieldMetadataContext = 8
	fieldAttributes      = 9

	// Metadata
	fieldFilterMetadata = 1

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

	// ProcessingResponse: what is answered to the messages of the request, then to
	// those of the response.
	fieldHeadersAnswer          = 1
	fieldBodyAnswer             = 3
	fieldTrailersAnswer         = 5
	fieldResponseHeadersAnswer  = 2
	fieldResponseBodyAnswer     = 4
	fieldResponseTrailersAnswer = 6
	fieldImmediateResponse      = 7
	fieldDynamicMetadata        = 8
	fieldModeOverride           = 9
	fieldOverrideTimeout        = 10

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

	// Duration
	fieldDurationSeconds = 1

	// ProcessingMode
	fieldRequestHeaderMode   = 1
	fieldResponseHeaderMode  = 2
	fieldRequestBodyMode     = 3
	fieldResponseBodyMode    = 4
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

// appendSetHeader appends one HeaderMutation.set_headers entry that overwrites
// whatever stood there: changes of an attempt survive into the next one, so
// azproc writes absolute values only.
func appendSetHeader(b []byte, name, value string) []byte {
	header := wire.FieldSize(len(name)) + wire.FieldSize(len(value))
	b = wire.AppendPrefix(b, fieldSetHeaders, wire.FieldSize(header)+2)
	b = wire.AppendPrefix(b, fieldOptionHeader, header)
	b = wire.AppendBytes(b, fieldKey, name)
	b = wire.AppendBytes(b, fieldRawValue, value)
	return wire.AppendVarint(b, fieldAppendAction, overwriteOrAdd)
}
