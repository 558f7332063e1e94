package fakeazure

import (
	"strings"
	"testing"
)

const weatherFunction = `"tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}]`

// threadAndRun begins a run of a new assistant in a new thread; path leads to
// the run.
func threadAndRun(t *testing.T, s *Server, assistant string) (thread, run string) {
	t.Helper()
	id := field(t, beta(t, s, "a", "POST", "assistants", `{"model":"chat"`+assistant+`}`), "id")
	r := beta(t, s, "a", "POST", "threads/runs", `{"assistant_id":"`+id+`","thread":{"messages":[{"role":"user","content":"hi"}]}}`)
	want(t, "status", field(t, r, "status"), "queued")
	thread = "threads/" + field(t, r, "thread_id")
	return thread, thread + "/runs/" + field(t, r, "id")
}

func look(t *testing.T, s *Server, run string, statuses ...string) {
	t.Helper()
	for _, status := range statuses {
		want(t, "status", field(t, beta(t, s, "a", "GET", run, ""), "status"), status)
	}
}

func TestARunAnswersItsThreadByLooks(t *testing.T) {
	s := start(t, standard())
	thread, run := threadAndRun(t, s, "")
	refused(t, beta(t, s, "a", "POST", thread+"/messages", `{"role":"user","content":"x"}`), 400, nil, "while a run run_")
	refused(t, beta(t, s, "a", "POST", thread+"/runs", `{"assistant_id":"`+field(t, beta(t, s, "a", "GET", run, ""), "assistant_id")+`"}`), 400, nil, "already has an active run run_")
	look(t, s, run, "completed", "completed")
	messages := beta(t, s, "a", "GET", thread+"/messages", "")
	want(t, "answer", field(t, messages, "data.0.content.0.text.value"), "You said: hi")
	want(t, "its run", strings.HasSuffix(run, field(t, messages, "data.0.run_id")), true)
	of := beta(t, s, "a", "GET", thread+"/messages?run_id="+field(t, messages, "data.0.run_id"), "")
	want(t, "messages of the run", field(t, of, "first_id"), field(t, of, "last_id"))
	steps := beta(t, s, "a", "GET", run+"/steps", "")
	want(t, "its message", field(t, steps, "data.0.step_details.message_creation.message_id"), field(t, messages, "data.0.id"))
	want(t, "the step", field(t, beta(t, s, "a", "GET", run+"/steps/"+field(t, steps, "data.0.id"), ""), "status"), "completed")
	want(t, "runs", field(t, beta(t, s, "a", "GET", thread+"/runs", ""), "data.0.status"), "completed")
	want(t, "changed", field(t, beta(t, s, "a", "POST", run, `{"metadata":{"k":"v"}}`), "metadata.k"), "v")
	refused(t, beta(t, s, "a", "POST", run+"/cancel", ""), 400, nil, "Cannot cancel run with status 'completed'.")
	refused(t, beta(t, s, "a", "GET", thread+"/runs/run_1", ""), 404, nil, "No run found with id 'run_1'.")
	refused(t, beta(t, s, "a", "GET", run+"/steps/step_1", ""), 404, nil, "No run step found with id 'step_1'.")
	s.Check(t)
}

func TestTheSecondRunKnowsTheFirst(t *testing.T) {
	s := start(t, standard())
	thread, run := threadAndRun(t, s, "")
	look(t, s, run, "in_progress", "completed")
	assistant := field(t, beta(t, s, "a", "GET", run, ""), "assistant_id")
	second := beta(t, s, "a", "POST", thread+"/runs", `{"assistant_id":"`+assistant+`","additional_messages":[{"role":"user","content":"more"}]}`)
	look(t, s, thread+"/runs/"+field(t, second, "id"), "in_progress", "completed")
	want(t, "answer", field(t, beta(t, s, "a", "GET", thread+"/messages", ""), "data.0.content.0.text.value"), "You said: more (turn 2)")
}

func TestARunWaitsForItsTool(t *testing.T) {
	s := start(t, standard())
	thread, run := threadAndRun(t, s, ","+weatherFunction)
	look(t, s, run, "in_progress", "requires_action", "requires_action")
	waiting := beta(t, s, "a", "GET", run, "")
	want(t, "function", field(t, waiting, "required_action.submit_tool_outputs.tool_calls.0.function.name"), "weather")
	id := field(t, waiting, "required_action.submit_tool_outputs.tool_calls.0.id")
	refused(t, beta(t, s, "a", "POST", run+"/submit_tool_outputs", `{"tool_outputs":[]}`), 400, nil, "Expected tool outputs for call_ids ['"+id+"']")
	const output = `"output":"12 C"}]}`
	r := beta(t, s, "a", "POST", run+"/submit_tool_outputs", `{"tool_outputs":[{"tool_call_id":"`+id+`",`+output)
	want(t, "status", field(t, r, "status"), "queued")
	look(t, s, run, "in_progress", "completed")
	want(t, "answer", field(t, beta(t, s, "a", "GET", thread+"/messages", ""), "data.0.content.0.text.value"), "The tool said: 12 C")
	want(t, "first step", field(t, beta(t, s, "a", "GET", run+"/steps?order=asc", ""), "data.0.step_details.tool_calls.0.function.output"), "12 C")
	refused(t, beta(t, s, "a", "POST", run+"/submit_tool_outputs", `{"tool_outputs":[]}`), 400, nil, "do not accept tool outputs")
}

func TestACancelledRunGivesNoAnswer(t *testing.T) {
	s := start(t, standard())
	thread, run := threadAndRun(t, s, "")
	want(t, "status", field(t, beta(t, s, "a", "POST", run+"/cancel", ""), "status"), "cancelling")
	look(t, s, run, "cancelled", "cancelled")
	want(t, "last message", field(t, beta(t, s, "a", "GET", thread+"/messages", ""), "data.0.role"), "user")
}

func TestARunIsStreamedWithNamedEvents(t *testing.T) {
	s := start(t, standard())
	id := field(t, beta(t, s, "a", "POST", "assistants", `{"model":"chat",`+weatherFunction+`}`), "id")
	names := func(r result) string {
		var all []string
		for line := range strings.SplitSeq(r.Body, "\n") {
			if name, ok := strings.CutPrefix(line, "event: "); ok {
				all = append(all, strings.TrimPrefix(name, "thread."))
			}
		}
		return strings.Join(all, " ")
	}
	r := beta(t, s, "a", "POST", "threads/runs", `{"assistant_id":"`+id+`","stream":true,"thread":{"messages":[{"role":"user","content":"hi"}]}}`)
	want(t, "events until the tool", names(r), "created run.created run.queued run.in_progress run.step.created run.step.in_progress run.step.delta run.requires_action done")
	all := events(t, r.Body)
	want(t, "the end", all[len(all)-1], "[DONE]")
	waiting := result{Status: 200, Body: all[len(all)-2]}
	run := "threads/" + field(t, waiting, "thread_id") + "/runs/" + field(t, waiting, "id")
	callID := field(t, waiting, "required_action.submit_tool_outputs.tool_calls.0.id")
	r = beta(t, s, "a", "POST", run+"/submit_tool_outputs", `{"stream":true,"tool_outputs":[{"tool_call_id":"`+callID+`","output":"12 C"}]}`)
	want(t, "events to the end", names(r), "run.step.completed run.queued run.in_progress run.step.created run.step.in_progress message.created message.in_progress "+
		"message.delta message.delta message.delta message.delta message.delta message.completed run.step.completed run.completed done")
}
