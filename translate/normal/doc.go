// Package normal makes Azure's streams of chat completions those that clients of
// OpenAI's know (litellm_params.normalize_stream).
//
// Azure sends chunks that OpenAI does not (Microsoft Learn, "Content streaming"):
// a first one without choices that has what the filter says of the prompt, and,
// where the filter is asynchronous, ones whose choice has no delta, with empty id,
// object and model. The former, and those of the latter that say nothing but the
// filter's findings, are left out; one that says why the answer ended is completed.
// Every other event stays as it is, byte for byte.
package normal
