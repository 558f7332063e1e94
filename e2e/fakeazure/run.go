package fakeazure

import (
	"encoding/json"
	"strconv"
)

// run is one answer to a thread while it is made: queued, in progress, perhaps
// waiting for a tool, completed. Every look at it takes it one step further.
type run struct {
	object
	steps  []object // the oldest first
	callID string   // of the tool that it waits for or has waited for
	output *string  // of that tool
	events []event  // of a stream
}

func (r *run) status() string { return r.object["status"].(string) }

// tell notes an event with what the object is at this moment.
func (r *run) tell(name string, o object) { r.events = append(r.events, event{name, encode(o)}) }

func (r *run) move(status string) {
	r.object["status"] = status
	r.tell("thread.run."+status, r.object)
}

// advance takes the run one step further, if it is not up to the client.
func (r *run) advance(th *thread, now int64) {
	switch r.status() {
	case "queued":
		r.object["started_at"] = now
		r.move("in_progress")
	case "in_progress":
		if tool := r.tool(); tool != nil {
			r.askTool(tool, now)
		} else {
			r.answer(th, now)
		}
	case "cancelling":
		r.object["cancelled_at"], r.object["expires_at"] = now, nil
		r.move("cancelled")
	}
}

// tool is the function to call before there is an answer.
func (r *run) tool() *toolSchema {
	if r.output != nil || r.object["tool_choice"] == "none" {
		return nil
	}
	var tools []chatTool
	_ = json.Unmarshal(encode(r.object["tools"]), &tools) // what is not understood is no function
	return choose(tools, toolChoice{})
}

func (r *run) newStep(kind string, details object, now int64) object {
	step := object{
		"id": newShortID("step_"), "object": "thread.run.step", "created_at": now, "run_id": r.object["id"],
		"assistant_id": r.object["assistant_id"], "thread_id": r.object["thread_id"], "type": kind, "status": "in_progress",
		"cancelled_at": nil, "completed_at": nil, "expired_at": nil, "failed_at": nil, "last_error": nil,
		"step_details": details, "metadata": object{}, "usage": nil,
	}
	r.steps = append(r.steps, step)
	r.tell("thread.run.step.created", step)
	r.tell("thread.run.step.in_progress", step)
	return step
}

func (r *run) endStep(step object, usage object, now int64) {
	step["status"], step["completed_at"], step["usage"] = "completed", now, usage
	r.tell("thread.run.step.completed", step)
}

// askTool makes the run wait for the output of a function.
func (r *run) askTool(tool *toolSchema, now int64) {
	r.callID = newShortID("call_")
	function := object{"name": tool.Name, "arguments": instance(tool.Parameters)}
	asked := object{"id": r.callID, "type": "function", "function": object{"name": function["name"], "arguments": function["arguments"], "output": nil}}
	step := r.newStep("tool_calls", object{"type": "tool_calls", "tool_calls": []object{asked}}, now)
	r.tell("thread.run.step.delta", object{"id": step["id"], "object": "thread.run.step.delta", "delta": object{"step_details": object{
		"type": "tool_calls", "tool_calls": []object{{"index": 0, "id": r.callID, "type": "function", "function": asked["function"]}},
	}}})
	r.object["required_action"] = object{"type": "submit_tool_outputs", "submit_tool_outputs": object{
		"tool_calls": []object{{"id": r.callID, "type": "function", "function": function}},
	}}
	r.move("requires_action")
}

// answerTool takes the output that the run has waited for and queues it again.
func (r *run) answerTool(output string, now int64) {
	r.output = &output
	step := r.steps[len(r.steps)-1]
	asked := step["step_details"].(object)["tool_calls"].([]object)[0]
	asked["function"].(object)["output"] = output
	r.endStep(step, object{"prompt_tokens": 5, "completion_tokens": 5, "total_tokens": 10}, now)
	r.object["required_action"], r.object["status"] = nil, "queued"
}

// answer says what the thread was told last, or what the tool said. From the
// second answer on it says which one it is: proof that the thread is known.
func (r *run) answer(th *thread, now int64) {
	told, n := chatMessage{Role: "user"}, 1
	for _, message := range th.messages {
		if message["role"] == "user" {
			told.Content = chatContent{text: textOf(message)}
		} else if message["run_id"] != nil {
			n++
		}
	}
	if r.output != nil {
		told = chatMessage{Role: "tool", Content: chatContent{text: *r.output}}
	}
	text := echo([]chatMessage{told})
	if n > 1 {
		text += " (turn " + strconv.Itoa(n) + ")"
	}
	message := th.newMessage("assistant", now)
	message["assistant_id"], message["run_id"], message["status"], message["completed_at"] = r.object["assistant_id"], r.object["id"], "in_progress", nil
	step := r.newStep("message_creation", object{"type": "message_creation", "message_creation": object{"message_id": message["id"]}}, now)
	r.tell("thread.message.created", message)
	r.tell("thread.message.in_progress", message)
	for _, token := range tokenize(text) {
		part := textContent(token)[0]
		part["index"] = 0
		r.tell("thread.message.delta", object{"id": message["id"], "object": "thread.message.delta", "delta": object{"content": []object{part}}})
	}
	message["content"], message["status"], message["completed_at"] = textContent(text), "completed", now
	th.messages = append(th.messages, message)
	r.tell("thread.message.completed", message)
	input, output := len(tokenize(told.Content.text)), len(tokenize(text))
	usage := object{"prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output}
	r.endStep(step, usage, now)
	r.object["completed_at"], r.object["expires_at"], r.object["usage"] = now, nil, usage
	r.move("completed")
}

// textOf is the text of a message.
func textOf(message object) string {
	parts, _ := message["content"].([]object)
	for _, part := range parts {
		if text, ok := part["text"].(object); ok {
			value, _ := text["value"].(string)
			return value
		}
	}
	return ""
}
