package fakeazure

import "strings"

// Words in a prompt that the content filter of the fake acts on.
const (
	FilterPrompt = "[[filter]]"        // the prompt is refused with 400
	FilterAnswer = "[[filter-answer]]" // the answer ends with finish_reason content_filter
	RefuseAnswer = "[[refuse]]"        // the model refuses: a refusal in place of a text
	FailAnswer   = "[[fail]]"          // a response fails in the midst of its work
	FilterOutage = "[[filter-outage]]" // the filter itself fails, the answer comes unfiltered
)

func verdict(severity string) object {
	return object{"filtered": severity != "safe", "severity": severity}
}

func answerVerdicts(hate string) object {
	return object{"hate": verdict(hate), "self_harm": verdict("safe"), "sexual": verdict("safe"), "violence": verdict("safe")}
}

func promptVerdicts(hate string) object {
	v := answerVerdicts(hate)
	v["jailbreak"] = object{"filtered": false, "detected": false}
	return v
}

func promptFilterResults() []object {
	return []object{{"prompt_index": 0, "content_filter_results": promptVerdicts("safe")}}
}

// verdictsOf are those of an answer to the prompt.
func verdictsOf(prompt string) object {
	switch {
	case strings.Contains(prompt, FilterOutage):
		return object{"error": object{"code": "content_filter_error", "message": "The contents are not filtered"}}
	case strings.Contains(prompt, FilterAnswer):
		return answerVerdicts("high")
	}
	return answerVerdicts("safe")
}
