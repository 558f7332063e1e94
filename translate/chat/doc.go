// Package chat writes the answers that clients of chat completions read: a whole
// completion, or the chunks of a stream (OpenAI API reference, "The chat completion
// object" and "The chat completion chunk object").
//
// Values that come from a model are given as JSON, as the model's own API wrote
// them, and are copied; an argument of the type []byte is such a value unless it
// says otherwise, with its quotes where it is a string. nil is a value that is not
// there.
package chat
