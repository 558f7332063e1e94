// Package prompt speaks chat completions with models that only complete text, by
// the old completions API: gpt-3.5-turbo-instruct, davinci-002, babbage-002.
//
// Such a model has no roles. The messages become one text in which each has its
// role in front and a blank line behind, and which ends where the assistant's turn
// begins:
//
//	System: Be short.
//
//	User: Hello!
//
//	Assistant: Hi.
//
//	User (Ann): What is your name?
//
//	Assistant:
//
// It is the form that OpenAI's own chat example for these models had ("Human:",
// "AI:") with the names of the roles that clients know. So that the model does not
// speak for the user too, the beginnings of the other turns are stop sequences,
// behind those of the client, as far as there is room: the API takes four.
package prompt
