// Package fakeazure is a faithful Azure OpenAI and Microsoft Foundry for
// tests, for `azproc demo` and for benchmarks. It also plays an
// OpenAI-compatible service, so that groups can mix providers.
//
// One [Server] holds several resources, each with a listener, keys and
// deployments of its own, as two Azure resources are two hosts. Answers are
// derived from the request alone ("You said: ..."), so a test can say what it
// expects without a recording.
//
//	azure := fakeazure.New(fakeazure.Config{
//		GatewayKeys: []string{"sk-client"},
//		Resources: []fakeazure.Resource{{
//			Name: "res-a", Keys: []string{"key-a"},
//			Deployments: []fakeazure.Deployment{{Name: "chat-eu", Model: "gpt-4o"}},
//		}},
//	})
//	if err := azure.Start(); err != nil { ... }
//	defer azure.Close()
//	defer azure.Check(t) // fails the test when a client key came through
//
// Claude is at /anthropic/v1, as on Microsoft Foundry: a deployment whose model
// begins with "claude-". There the fake is strict always, in Anthropic's words.
//
// What an operation makes under an id, a resource remembers: responses and
// conversations, assistants, threads and runs. The id is known to that resource
// alone, and nobody can guess it. What takes time at Azure takes looks here: a
// response in the background, or a run, goes on by one step with every GET.
//
// What went over the wire is in [Server.Requests]; what must never arrive is
// in [Server.Violations]. [Server.Script] makes a deployment misbehave in a
// given order, and [Server.Gate] holds its streams between two events, so that
// no test has to sleep.
//
// What has an id is kept by the resource that made it, and no other knows it:
// files, uploads, batches, fine-tuning jobs, vector stores, containers, evals
// and videos. Work goes on by one status with each retrieval, so that whoever
// polls sees them all; with [Config.ManualSteps] only [Server.Step] moves it.
// [Server.Settle] goes to the end at once, [Server.Spoil] lets the next step
// fail, [Server.Owner] and [Server.File] say what is where.
//
// The package imports nothing of azproc: it is the oracle that azproc is
// measured against, and must not share its mistakes.
package fakeazure
