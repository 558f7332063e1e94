package azure

// Refusal is a 400 that another model might not give.
type Refusal uint8

const (
	// RefusalContext is a prompt that is too long for the model.
	RefusalContext Refusal = iota
	// RefusalContent is a prompt that the content filter refuses.
	RefusalContent
	// NumRefusals is how many kinds there are.
	NumRefusals
)

// StatusRefused stands for the 400 of a refusal between the place where Envoy
// reads it and the one where it decides to ask elsewhere: a number that no service
// answers with, so that no other 400 is sent twice. No client ever sees it.
const StatusRefused = 452

// refusals say how a refusal is told: by the error's code as Azure and OpenAI give
// it, at whatever depth, and for the context window by the one sentence that older
// models have instead (azure-api reference, section 3), and by the two with which a
// message of Anthropic's begins ("Context windows" on platform.claude.com).
var refusals = [NumRefusals]struct {
	name  string
	words []string
}{
	RefusalContext: {"context", []string{`"context_length_exceeded"`, `maximum context length is`, `"prompt is too long: `, `"input length and ` + "`max_tokens`" + ` exceed context limit: `}},
	RefusalContent: {"content", []string{`"content_filter"`, `"content_policy_violation"`, `"ResponsibleAIPolicyViolation"`}},
}

// String is the refusal's name.
func (r Refusal) String() string { return refusals[r].name }

// Words are texts of which an error's body has one when it is this refusal. Quotes
// belong to them: within a message they would be escaped.
func (r Refusal) Words() []string { return refusals[r].words }
