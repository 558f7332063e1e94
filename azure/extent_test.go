package azure

import (
	"encoding/json"
	"strings"
	"testing"
)

// base64Bytes is how long the data is that @ stands for in a body.
const base64Bytes = 4000

func TestWhatARequestMayUseIsSeenInItsBody(t *testing.T) {
	data := strings.Repeat("A", base64Bytes)
	const tools = toolsOverhead
	for _, tt := range []struct {
		name, body string
		op         *Operation
		want       Extent // Text is what is more than the body's bytes, but for what is inline
	}{
		{"text", `{"messages":[{"role":"user","content":"hi"}]}`, OpChat, Extent{Answers: 1, Output: -1}},
		{"parts of text", `{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"refusal","refusal":"b"}]}]}`, OpChat, Extent{Answers: 1, Output: -1}},
		{"a limit for each answer", `{"max_tokens":7,"n":3,"messages":[]}`, OpChat, Extent{Answers: 3, Output: 7}},
		{"the larger of two limits", `{"max_tokens":70,"max_completion_tokens":7}`, OpChat, Extent{Answers: 1, Output: 70}},
		{"whichever it is", `{"max_tokens":7,"max_completion_tokens":70}`, OpChat, Extent{Answers: 1, Output: 70}},
		{"another API's limit is none", `{"max_output_tokens":7}`, OpChat, Extent{Answers: 1, Output: -1}},
		{"answers without a limit", `{"n":5}`, OpChat, Extent{Answers: 5, Output: -1}},
		{"an image behind a link", `{"messages":[{"content":[{"type":"image_url","image_url":{"url":"https://x/y.png"}}]}]}`, OpChat, Extent{Images: 1, Inline: 17, Answers: 1, Output: -1}},
		{"an image in it", `{"messages":[{"content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,@"}},{"type":"image_url","image_url":{"url":"https://x"}}]}]}`, OpChat, Extent{Images: 2, Inline: 22 + 2 + base64Bytes + 11, Answers: 1, Output: -1}},
		{"an image as LiteLLM takes it too", `{"messages":[{"content":[{"type":"image_url","image_url":"data:@"}]}]}`, OpChat, Extent{Images: 1, Inline: base64Bytes + 7, Answers: 1, Output: -1}},
		{"sound", `{"messages":[{"content":[{"type":"input_audio","input_audio":{"data":"@","format":"wav"}}]}]}`, OpChat, Extent{Sound: (base64Bytes+2)/soundBytes + 1, Inline: base64Bytes + 2, Answers: 1, Output: -1}},
		{"an answer that is spoken", `{"modalities":["text","audio"]}`, OpChat, Extent{Speaks: true, Answers: 1, Output: -1}},
		{"a spoken answer before", `{"messages":[{"role":"assistant","audio":{"id":"audio_1"}}]}`, OpChat, Extent{Unseen: true, Answers: 1, Output: -1}},
		{"a file by its id", `{"messages":[{"content":[{"type":"file","file":{"file_id":"f"}}]}]}`, OpChat, Extent{Unseen: true, Answers: 1, Output: -1}},
		{"a file in it", `{"messages":[{"content":[{"type":"file","file":{"file_data":"@"}}]}]}`, OpChat, Extent{Unseen: true, Inline: base64Bytes + 2, Answers: 1, Output: -1}},
		{"a part that is not known yet", `{"messages":[{"content":[{"type":"hologram"}]}]}`, OpChat, Extent{Unseen: true, Answers: 1, Output: -1}},
		{"data of one's own", `{"data_sources":[{}]}`, OpChat, Extent{Unseen: true, Answers: 1, Output: -1}},
		{"a search", `{"web_search_options":{}}`, OpChat, Extent{Unseen: true, Answers: 1, Output: -1}},
		{"null is nothing", `{"web_search_options":null,"data_sources":null,"modalities":null}`, OpChat, Extent{Answers: 1, Output: -1}},
		{"functions", `{"tools":[{"type":"function"},{"type":"custom"}]}`, OpChat, Extent{Text: 2 * tools, Answers: 1, Output: -1}},

		{"a response's text", `{"input":"hi","instructions":"be kind","max_output_tokens":5}`, OpResponses, Extent{Answers: 1, Output: 5}},
		{"a response's items", `{"input":[{"role":"user","content":"hi"},{"type":"message","content":[{"type":"input_text"},{"type":"output_text"}]},{"type":"function_call"},{"type":"function_call_output","output":"x"}]}`, OpResponses, Extent{Answers: 1, Output: -1}},
		{"a response's image behind a link", `{"input":[{"content":[{"type":"input_image","image_url":"https://x"}]}]}`, OpResponses, Extent{Images: 1, Inline: 11, Answers: 1, Output: -1}},
		{"a response's image by its id", `{"input":[{"content":[{"type":"input_image","file_id":"f"}]}]}`, OpResponses, Extent{Images: 1, Answers: 1, Output: -1}},
		{"a response's image in it", `{"input":[{"content":[{"type":"input_image","image_url":"data:@"}]}]}`, OpResponses, Extent{Images: 1, Inline: base64Bytes + 7, Answers: 1, Output: -1}},
		{"an image that a function gives", `{"input":[{"type":"function_call_output","output":[{"type":"input_image","file_id":"f"}]}]}`, OpResponses, Extent{Images: 1, Answers: 1, Output: -1}},
		{"a picture of a screen", `{"input":[{"type":"computer_call_output","output":{"type":"computer_screenshot","image_url":"data:@"}}]}`, OpResponses, Extent{Images: 1, Inline: base64Bytes + 7, Answers: 1, Output: -1}},
		{"a response's file by its id", `{"input":[{"content":[{"type":"input_file","file_id":"f"}]}]}`, OpResponses, Extent{Unseen: true, Answers: 1, Output: -1}},
		{"a response's file behind a link", `{"input":[{"content":[{"type":"input_file","file_url":"https://x"}]}]}`, OpResponses, Extent{Unseen: true, Answers: 1, Output: -1}},
		{"a response's file in it", `{"input":[{"content":[{"type":"input_file","file_data":"@"}]}]}`, OpResponses, Extent{Unseen: true, Inline: base64Bytes + 2, Answers: 1, Output: -1}},
		{"an earlier response", `{"previous_response_id":"resp_1"}`, OpResponses, Extent{Unseen: true, Answers: 1, Output: -1}},
		{"a conversation", `{"conversation":{"id":"conv_1"}}`, OpResponses, Extent{Unseen: true, Answers: 1, Output: -1}},
		{"a stored prompt", `{"prompt":{"id":"pmpt_1"}}`, OpResponses, Extent{Unseen: true, Answers: 1, Output: -1}},
		{"none of these", `{"previous_response_id":null,"conversation":null,"prompt":null}`, OpResponses, Extent{Answers: 1, Output: -1}},
		{"an item by its id", `{"input":[{"type":"item_reference","id":"msg_1"}]}`, OpResponses, Extent{Unseen: true, Answers: 1, Output: -1}},
		{"reasoning that is stored", `{"input":[{"type":"reasoning","id":"rs_1","summary":[]}]}`, OpResponses, Extent{Unseen: true, Answers: 1, Output: -1}},
		{"reasoning that is in it", `{"input":[{"type":"reasoning","encrypted_content":"x"}]}`, OpResponses, Extent{Answers: 1, Output: -1}},
		{"what a tool of Azure's found", `{"input":[{"type":"file_search_call","id":"fs_1"}]}`, OpResponses, Extent{Unseen: true, Answers: 1, Output: -1}},
		{"vector stores", `{"tools":[{"type":"file_search","vector_store_ids":["vs_1"]}]}`, OpResponses, Extent{Unseen: true, Answers: 1, Output: -1}},
		{"a search of the web", `{"tools":[{"type":"web_search_preview"}]}`, OpResponses, Extent{Unseen: true, Answers: 1, Output: -1}},
		{"a function", `{"tools":[{"type":"function","name":"f"}]}`, OpResponses, Extent{Text: tools, Answers: 1, Output: -1}},

		{"a message's text", `{"system":"s","max_tokens":5,"messages":[{"content":"hi"},{"content":[{"type":"text"},{"type":"thinking"},{"type":"tool_use"},{"type":"tool_result","content":"x"}]}]}`, OpMessages, Extent{Answers: 1, Output: 5}},
		{"a message's image in it", `{"messages":[{"content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"@"}}]}]}`, OpMessages, Extent{Images: 1, Inline: base64Bytes + 2, Answers: 1, Output: -1}},
		{"a message's image behind a link", `{"messages":[{"content":[{"type":"image","source":{"type":"url","url":"https://x"}}]}]}`, OpMessages, Extent{Images: 1, Answers: 1, Output: -1}},
		{"a message's image by its id", `{"messages":[{"content":[{"type":"image","source":{"type":"file","file_id":"f"}}]}]}`, OpMessages, Extent{Images: 1, Answers: 1, Output: -1}},
		{"an image that a tool gives", `{"messages":[{"content":[{"type":"tool_result","content":[{"type":"image","source":{"type":"url"}}]}]}]}`, OpMessages, Extent{Images: 1, Answers: 1, Output: -1}},
		{"a document of text", `{"messages":[{"content":[{"type":"document","source":{"type":"text","data":"text"}}]}]}`, OpMessages, Extent{Answers: 1, Output: -1}},
		{"a document of blocks", `{"messages":[{"content":[{"type":"document","source":{"type":"content","content":[{"type":"image","source":{"type":"url"}}]}}]}]}`, OpMessages, Extent{Images: 1, Answers: 1, Output: -1}},
		{"a PDF in it", `{"messages":[{"content":[{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"@"}}]}]}`, OpMessages, Extent{Unseen: true, Inline: base64Bytes + 2, Answers: 1, Output: -1}},
		{"a PDF behind a link", `{"messages":[{"content":[{"type":"document","source":{"type":"url","url":"https://x"}}]}]}`, OpMessages, Extent{Unseen: true, Answers: 1, Output: -1}},
		{"a container", `{"container":"c"}`, OpMessages, Extent{Unseen: true, Answers: 1, Output: -1}},
		{"other servers", `{"mcp_servers":[{"url":"https://x"}]}`, OpMessages, Extent{Unseen: true, Answers: 1, Output: -1}},
		{"Anthropic's own tools", `{"tools":[{"type":"web_search_20250305","name":"web_search"}]}`, OpMessages, Extent{Unseen: true, Answers: 1, Output: -1}},
		{"a tool of the client's", `{"tools":[{"name":"f","input_schema":{"type":"object"}}]}`, OpMessages, Extent{Text: tools, Answers: 1, Output: -1}},

		{"a prompt", `{"prompt":"a","max_tokens":9}`, OpCompletions, Extent{Answers: 1, Output: 9}},
		{"a prompt of tokens", `{"prompt":[1,2,3],"max_tokens":9}`, OpCompletions, Extent{Answers: 1, Output: 9}},
		{"several prompts", `{"prompt":["a","b",[3]],"n":2,"best_of":5,"max_tokens":9}`, OpCompletions, Extent{Answers: 15, Output: 9}},
		{"embeddings", `{"input":["a"]}`, OpEmbeddings, Extent{Answers: 1}},
		{"images to be drawn", `{"prompt":"a cat","n":4}`, OpImages, Extent{Answers: 4, Output: imageOutput}},
		{"speech", `{"input":"h\u00e9llo"}`, OpSpeech, Extent{Answers: 1, Characters: 5}},
		{"what nobody reads", `{"x":1}`, OpThreads, Extent{Unseen: true, Answers: 1, Output: -1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body := strings.ReplaceAll(tt.body, "@", data)
			d := scanned(t, body)
			got := d.Extent(tt.op)
			tt.want.Text += int64(len(body)) - tt.want.Inline
			if got != tt.want {
				t.Errorf("%+v, want\n%+v", got, tt.want)
			}
		})
	}
}

func TestAFormIsAsMuchAsItMayBe(t *testing.T) {
	if x := FormExtent(OpImageEdits, 10); x.Images != formImages || x.Answers != formDrawn || x.Output != imageOutput || x.Unseen {
		t.Errorf("%+v", x)
	}
	for size, want := range map[int64]int64{7500: 11, -1: 34953, 1 << 40: 34953} {
		if x := FormExtent(OpTranscriptions, size); x.Seconds != want || !x.Unseen || x.Sound == 0 {
			t.Errorf("%d bytes: %+v", size, x)
		}
	}
	if x := FormExtent(OpVideos, 10); x != (Extent{}) {
		t.Errorf("%+v", x)
	}
}

// FuzzExtent: whatever stands in a body, no count leaves its range, and an image more is
// one more.
func FuzzExtent(f *testing.F) {
	f.Add(`[{"type":"image_url","image_url":{"url":"data:AAAA"}}]`)
	f.Add(`[{"type":"input_image","image_url":7},{"type":"input_file","file_data":"A"},{}]`)
	f.Add(`[{"type":"document","source":{"type":"content","content":[{"type":"image","source":{"data":"AA"}}]}}]`)
	f.Fuzz(func(t *testing.T, content string) {
		if !json.Valid([]byte(content)) {
			return
		}
		extent := func(op *Operation, more string) (x Extent, ok bool) {
			var d Doc
			ok = d.Scan([]byte(`{"messages":[{"content":`+content+`}`+more+`],"input":[{"content":`+content+`}`+more+`],"prompt":`+content+`,"tools":`+content+`}`)) == nil
			if ok {
				x = d.Extent(op)
			}
			if ok && (x.Inline < 0 || x.Text < 0 || x.Images < 0 || x.Sound < 0 || x.Answers < 1) {
				t.Fatalf("%s: %+v", d.Bytes(), x)
			}
			return x, ok
		}
		for op, image := range map[*Operation]string{OpChat: "image_url", OpResponses: "input_image", OpMessages: "image", OpCompletions: ""} {
			x, ok := extent(op, "")
			if !ok || image == "" {
				continue
			}
			more, _ := extent(op, `,{"content":[{"type":"`+image+`"}]}`)
			if more.Images != x.Images+1 || more.Unseen != x.Unseen {
				t.Fatalf("%s: %+v is not one image more than %+v", content, more, x)
			}
		}
	})
}

func BenchmarkExtent(b *testing.B) {
	var d Doc
	if err := d.Scan([]byte(`{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"hi"},{"type":"image_url","image_url":{"url":"https://x"}}]}],"max_tokens":100}`)); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		_ = d.Extent(OpChat)
	}
}
