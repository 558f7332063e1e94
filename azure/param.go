package azure

import (
	"bytes"
	"fmt"
	"strconv"
)

// Param is a parameter with its value as JSON.
type Param struct {
	Name  string
	Value []byte
}

// gated is a parameter that reasoning models do not take (Microsoft Learn,
// "Azure OpenAI reasoning models", not supported).
type gated struct {
	key  key
	name string
	// neutral is whether a value asks for nothing: it then passes as it is.
	neutral func(value []byte) bool
	// plain parameters are taken while the model does not reason.
	plain bool
	// responses is set for those that the Responses API has too.
	responses bool
}

var gatedParams = []gated{
	{key: keyTemperature, name: "temperature", neutral: equals(1), plain: true, responses: true},
	{key: keyTopP, name: "top_p", neutral: equals(1), plain: true, responses: true},
	{key: keyPresencePenalty, name: "presence_penalty", neutral: equals(0)},
	{key: keyFrequencyPenalty, name: "frequency_penalty", neutral: equals(0)},
	{key: keyLogprobs, name: "logprobs", neutral: isFalse, plain: true},
	{key: keyTopLogprobs, name: "top_logprobs", neutral: equals(0), plain: true, responses: true},
	{key: keyLogitBias, name: "logit_bias", neutral: isEmptyObject},
}

// gateFor finds the gate of a parameter by its name.
func gateFor(name string) *gated {
	for i := range gatedParams {
		if gatedParams[i].name == name {
			return &gatedParams[i]
		}
	}
	return nil
}

// refuse is Azure's own answer to such a parameter.
func (g *gated) refuse(value []byte) *Error {
	if g.key == keyTemperature {
		return invalid("unsupported_value", g.name,
			"Unsupported value: '%s' does not support %s with this model. Only the default (1) value is supported.", g.name, short(value))
	}
	return invalid("unsupported_parameter", g.name, "Unsupported parameter: '%s' is not supported with this model.", g.name)
}

// short is a value for a message: numbers as they are, the rest by its kind.
func short(value []byte) string {
	if _, err := strconv.ParseFloat(string(value), 64); err == nil && len(value) <= 20 {
		return string(value)
	}
	return fmt.Sprintf("a value of %d bytes", len(value))
}

// equals compares numbers as numbers: 1, 1.0 and 1e0 are the same.
func equals(want float64) func([]byte) bool {
	return func(value []byte) bool {
		n, err := strconv.ParseFloat(string(value), 64)
		return err == nil && n == want
	}
}

func isFalse(value []byte) bool { return string(value) == "false" }

func isNull(value []byte) bool { return string(value) == "null" }

func isEmptyObject(value []byte) bool {
	return len(value) >= 2 && value[0] == '{' && len(bytes.TrimSpace(value[1:len(value)-1])) == 0
}
