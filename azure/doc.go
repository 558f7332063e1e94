// Package azure is Azure OpenAI on the wire: which operations there are and
// where they stand in each dialect and api-version, what each family of models
// wants changed in a body, and the errors that a client reads.
//
// Everything here is a function of bytes: nothing knows a configuration, a
// connection or a clock. JSON is never decoded into types that mirror the API;
// it is edited in place, so that fields which this package does not know come
// out as they went in.
package azure
