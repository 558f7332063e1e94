// Package messages lets clients of chat completions speak to Claude, whose API is
// Anthropic's Messages, on Microsoft Foundry.
//
// What is known of a model is in models.go, what becomes of a parameter in
// params.go: both are tables that read like the documentation. The rest makes the
// request in the order of its JSON (turns, content, tools, thinking, format) and
// its answer back (answer, stream, failure).
//
// Requests go out with anthropic-version 2023-06-01: version 2026-10-21 has removed
// temperature, top_p and top_k, which the models up to 4.6 still take
// (platform.claude.com, "Versions"; Foundry serves both).
package messages
