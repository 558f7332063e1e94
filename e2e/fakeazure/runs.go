package fakeazure

import (
	"fmt"
	"net/http"
	"slices"
)

// runOperations are the operations on the runs of a thread and on their steps.
var runOperations = []*operation{
	ofAssistants(http.MethodPost, "threads/{thread}/runs", (*call).createRun),
	ofAssistants(http.MethodGet, "threads/{thread}/runs", (*call).listRuns),
	ofAssistants(http.MethodGet, "threads/{thread}/runs/{run}", (*call).retrieveRun),
	ofAssistants(http.MethodPost, "threads/{thread}/runs/{run}", (*call).updateRun),
	ofAssistants(http.MethodPost, "threads/{thread}/runs/{run}/cancel", (*call).cancelRun),
	ofAssistants(http.MethodPost, "threads/{thread}/runs/{run}/submit_tool_outputs", (*call).submitToolOutputs),
	ofAssistants(http.MethodGet, "threads/{thread}/runs/{run}/steps", (*call).listSteps),
	ofAssistants(http.MethodGet, "threads/{thread}/runs/{run}/steps/{step}", (*call).retrieveStep),
}

// runFields are those of the assistant that a run may replace.
var runFields = []string{
	"model", "instructions", "tools", "metadata", "temperature", "top_p", "response_format", "tool_choice", "parallel_tool_calls",
	"max_prompt_tokens", "max_completion_tokens", "truncation_strategy",
}

// newRun begins to answer a thread, as a client asks.
func (c *call) newRun(m *memory, th *thread, fields object) (*run, *failure) {
	id, _ := fields["assistant_id"].(string)
	if id == "" {
		return nil, missing("assistant_id")
	}
	assistant, ok := m.assistants.get(id)
	if !ok {
		return nil, notFound("assistant", id)
	}
	if r := th.active(); r != nil {
		return nil, invalid("", "", "Thread %s already has an active run %s.", th.id(), r.object["id"])
	}
	r := &run{object: object{
		"id": newShortID("run_"), "object": "thread.run", "created_at": c.created(), "thread_id": th.id(), "assistant_id": id,
		"status": "queued", "started_at": nil, "expires_at": c.created() + 600, "completed_at": nil, "cancelled_at": nil, "failed_at": nil,
		"required_action": nil, "last_error": nil, "incomplete_details": nil, "usage": nil, "metadata": object{},
		"max_prompt_tokens": nil, "max_completion_tokens": nil, "truncation_strategy": object{"type": "auto", "last_messages": nil},
		"tool_choice": "auto", "parallel_tool_calls": true,
	}}
	for _, name := range []string{"model", "instructions", "tools", "temperature", "top_p", "response_format"} {
		r.object[name] = assistant[name]
		if fields[name] == nil {
			delete(fields, name) // null means: as the assistant has it
		}
	}
	change(r.object, fields, runFields)
	model, _ := r.object["model"].(string)
	if wrong := c.chats(model); wrong != nil {
		return nil, wrong
	}
	if wrong := c.say(th, fields["additional_messages"]); wrong != nil {
		return nil, wrong
	}
	th.runs = append(th.runs, r)
	return r, nil
}

// result is a run as the answer to a request: the object as it is, or the
// events of all that follows until the run waits for somebody.
func (c *call) result(th *thread, r *run, fields object, first ...event) (any, *failure) {
	if fields["stream"] != true {
		r.events = nil
		return r.object, nil
	}
	r.events = first
	if r.status() == "queued" {
		r.tell("thread.run.queued", r.object)
	}
	for r.status() == "queued" || r.status() == "in_progress" {
		r.advance(th, c.created())
	}
	events := append(r.events, event{"done", []byte("[DONE]")})
	r.events = nil
	return events, nil
}

func (c *call) createRun() {
	c.thread(func(m *memory, th *thread, fields object) (any, *failure) {
		r, wrong := c.newRun(m, th, fields)
		if wrong != nil {
			return nil, wrong
		}
		return c.result(th, r, fields, event{"thread.run.created", encode(r.object)})
	})
}

func (c *call) createThreadAndRun() {
	fields, wrong := c.fields()
	if wrong != nil {
		c.fail(wrong)
		return
	}
	c.keep(func(m *memory) (any, *failure) {
		own, _ := fields["thread"].(object)
		th, wrong := c.newThread(m, own)
		if wrong != nil {
			return nil, wrong
		}
		r, wrong := c.newRun(m, th, fields)
		if wrong != nil {
			m.threads.drop(th.id())
			return nil, wrong
		}
		return c.result(th, r, fields, event{"thread.created", encode(th.object)}, event{"thread.run.created", encode(r.object)})
	})
}

func (c *call) listRuns() {
	c.thread(func(_ *memory, th *thread, _ object) (any, *failure) {
		var all []object
		for _, r := range th.runs {
			all = append(all, r.object)
		}
		return c.page(all)
	})
}

// run runs f with the run of the path.
func (c *call) run(f func(*thread, *run, object) (any, *failure)) {
	c.thread(func(_ *memory, th *thread, fields object) (any, *failure) {
		at := slices.IndexFunc(th.runs, func(r *run) bool { return r.object["id"] == c.ids[1] })
		if at < 0 {
			return nil, notFound("run", c.ids[1])
		}
		return f(th, th.runs[at], fields)
	})
}

// retrieveRun is a look at a run, which goes on by one step.
func (c *call) retrieveRun() {
	c.run(func(th *thread, r *run, _ object) (any, *failure) {
		r.advance(th, c.created())
		r.events = nil // nobody reads them
		return r.object, nil
	})
}

func (c *call) updateRun() {
	c.run(func(_ *thread, r *run, fields object) (any, *failure) {
		change(r.object, fields, []string{"metadata"})
		return r.object, nil
	})
}

func (c *call) cancelRun() {
	c.run(func(th *thread, r *run, _ object) (any, *failure) {
		if th.active() != r {
			return nil, invalid("", "", "Cannot cancel run with status '%s'.", r.status())
		}
		r.object["status"] = "cancelling"
		return r.object, nil
	})
}

func (c *call) submitToolOutputs() {
	c.run(func(th *thread, r *run, fields object) (any, *failure) {
		if r.status() != "requires_action" {
			return nil, invalid("", "", "Runs in status \"%s\" do not accept tool outputs.", r.status())
		}
		var got []string
		output := ""
		outputs, _ := fields["tool_outputs"].([]any)
		for _, one := range outputs {
			fields, _ := one.(object)
			id, _ := fields["tool_call_id"].(string)
			got = append(got, id)
			output, _ = fields["output"].(string)
		}
		if !slices.Equal(got, []string{r.callID}) {
			return nil, invalid("", "", "Expected tool outputs for call_ids ['%s'], got %s", r.callID, fmt.Sprintf("%q", got))
		}
		r.answerTool(output, c.created())
		return c.result(th, r, fields, r.events...)
	})
}

func (c *call) listSteps() {
	c.run(func(_ *thread, r *run, _ object) (any, *failure) { return c.page(r.steps) })
}

func (c *call) retrieveStep() {
	c.run(func(_ *thread, r *run, _ object) (any, *failure) {
		at := slices.IndexFunc(r.steps, func(o object) bool { return o["id"] == c.ids[2] })
		if at < 0 {
			return nil, notFound("run step", c.ids[2])
		}
		return r.steps[at], nil
	})
}
