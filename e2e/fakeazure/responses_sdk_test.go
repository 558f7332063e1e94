package fakeazure

import (
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/conversations"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"
)

func input(text string) responses.ResponseNewParamsInputUnion {
	return responses.ResponseNewParamsInputUnion{OfString: openai.String(text)}
}

func TestSDKStoredResponses(t *testing.T) {
	eachClient(t, func(t *testing.T, client openai.Client) {
		ctx := deadline(t)
		check := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		first, err := client.Responses.New(ctx, responses.ResponseNewParams{Model: "chat", Input: input("one")})
		check(err)
		second, err := client.Responses.New(ctx, responses.ResponseNewParams{Model: "chat", Input: input("two"), PreviousResponseID: openai.String(first.ID)})
		check(err)
		want(t, "answer", second.OutputText(), "You said: two (turn 2)")
		again, err := client.Responses.Get(ctx, second.ID, responses.ResponseGetParams{})
		check(err)
		want(t, "retrieved", again.OutputText(), second.OutputText())
		texts := 0
		pages := client.Responses.InputItems.ListAutoPaging(ctx, second.ID, responses.InputItemListParams{Limit: openai.Int(1)})
		for pages.Next() {
			texts++
		}
		check(pages.Err())
		want(t, "input items", texts, 3)
		// The SDK puts stream into a body, which a GET has not; the API reads the query.
		stream := client.Responses.GetStreaming(ctx, second.ID, responses.ResponseGetParams{StartingAfter: openai.Int(3)}, option.WithQuery("stream", "true"))
		text := ""
		for stream.Next() {
			if event, ok := stream.Current().AsAny().(responses.ResponseTextDeltaEvent); ok {
				text += event.Delta
			}
		}
		check(stream.Err())
		want(t, "resumed", text, second.OutputText())
		slow, err := client.Responses.New(ctx, responses.ResponseNewParams{Model: "chat", Input: input("three"), Background: openai.Bool(true)})
		check(err)
		want(t, "status", slow.Status, responses.ResponseStatusQueued)
		slow, err = client.Responses.Cancel(ctx, slow.ID)
		check(err)
		want(t, "status", slow.Status, responses.ResponseStatusCancelled)
		check(client.Responses.Delete(ctx, second.ID))
		_, err = client.Responses.Get(ctx, second.ID, responses.ResponseGetParams{})
		want(t, "error after the deletion", err != nil, true)
	})
}

func TestSDKConversationsAndCounting(t *testing.T) {
	client, ctx := clients(t)["Azure v1"], deadline(t)
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	talk, err := client.Conversations.New(ctx, conversations.ConversationNewParams{})
	check(err)
	answer, err := client.Responses.New(ctx, responses.ResponseNewParams{
		Model: "chat", Input: input("hi"),
		Conversation: responses.ResponseNewParamsConversationUnion{OfString: openai.String(talk.ID)},
	})
	check(err)
	want(t, "conversation", answer.Conversation.ID, talk.ID)
	items, err := client.Conversations.Items.List(ctx, talk.ID, conversations.ItemListParams{})
	check(err)
	want(t, "items", len(items.Data), 2)
	item, err := client.Conversations.Items.Get(ctx, talk.ID, items.Data[0].ID, conversations.ItemGetParams{})
	check(err)
	want(t, "the last item", item.AsMessage().Content[0].Text, "You said: hi")
	counted, err := client.Responses.InputTokens.Count(ctx, responses.InputTokenCountParams{
		Model: openai.String("chat"), Input: responses.InputTokenCountParamsInputUnion{OfString: openai.String("hi")},
	})
	check(err)
	want(t, "tokens", counted.InputTokens, int64(7))
	short, err := client.Responses.Compact(ctx, responses.ResponseCompactParams{Model: "chat", PreviousResponseID: openai.String(answer.ID)})
	check(err)
	want(t, "last item", short.Output[len(short.Output)-1].Type, "compaction")
	gone, err := client.Conversations.Delete(ctx, talk.ID)
	check(err)
	want(t, "deleted", gone.Deleted, true)
}
