package translate

import "github.com/azproc/azproc/azure"

// Translator makes the requests of one operation those of another. It has no
// state and is safe for concurrent use.
type Translator interface {
	// Request translates a request. The error is a 400 that names the parameter
	// at fault: one that the other API cannot express, unless ask.DropParams says
	// to leave those out.
	Request(ask *Ask) (Sent, *azure.Error)
}

// Ask is a request as the client made it.
type Ask struct {
	// Body is the client's JSON object, valid and with the operator's parameters
	// already in it (azure.Rewrite). It must not be changed, and what is kept of it
	// beyond Request must be copied.
	Body []byte
	// Model is the deployment's name: what the other API reads in "model".
	Model string
	// Base names the model behind the deployment, for facts that depend on it: the
	// declared base model, else the deployment's name.
	Base string
	// Stream says that the client wants a stream.
	Stream bool
	// DropParams leaves out what the other API cannot express, instead of
	// refusing the request.
	DropParams bool
}

// Sent is what goes upstream.
type Sent struct {
	// Body is the other API's JSON object; the bytes are the caller's.
	Body []byte
	// Headers are those that the other API wants beside the credential.
	Headers []azure.Header
	// Answer translates what comes back.
	Answer Answer
	// Replay says that what Answer makes of a whole answer is a stream of events.
	Replay bool
}

// Answer translates the answer to one request. It belongs to one goroutine, and
// the bytes that it is given belong to the caller: it keeps none of them.
//
// Of an answer with status 2xx either Whole is called once, or Event for each
// event and then End. Of any other status, Failure is called.
type Answer interface {
	// Whole translates an answer that is no stream. The error says that it is not
	// what the other API promises, or is an *azure.Error: the model's own, which the
	// other API tells in an answer with status 2xx.
	Whole(body []byte) ([]byte, error)
	// Event appends to dst what the client gets for one event of a stream: nothing,
	// one event or several, each complete. An error, of the same two kinds, ends the
	// stream, and neither Event nor End is called again.
	Event(dst []byte, e Event) ([]byte, error)
	// End appends what ends the client's stream. whole says that the upstream's has
	// ended as it should; otherwise it broke off, and the client must see that too.
	End(dst []byte, whole bool) []byte
	// Failure is the error that the client reads, nil to leave the answer as it is.
	Failure(status int, body []byte) *azure.Error
}

// Event is one event of a stream.
type Event struct {
	// Name is of the field "event", "" where there is none.
	Name string
	// Data is of the field "data", without the blank in front.
	Data []byte
}
