package prompt_test

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/translate/prompt"
)

func TestRolesAreKeptApart(t *testing.T) {
	for name, c := range map[string]struct{ messages, prompt, stop string }{
		"a conversation": {
			`{"role":"system","content":"Be short."},{"role":"user","content":"Hello!"},{"role":"assistant","content":"Hi."},{"role":"user","content":"Name?"}`,
			"System: Be short.\n\nUser: Hello!\n\nAssistant: Hi.\n\nUser: Name?\n\nAssistant:",
			"\nUser:|\nSystem:",
		},
		"a developer is the system": {
			`{"role":"developer","content":"Be short."},{"role":"user","content":"Hello!"}`,
			"System: Be short.\n\nUser: Hello!\n\nAssistant:",
			"\nUser:|\nSystem:",
		},
		"names": {
			`{"role":"user","name":"Ann","content":"I am Ann."},{"role":"user","name":"Bob","content":"I am Bob."},{"role":"assistant","name":"","content":"Oh."}`,
			"User (Ann): I am Ann.\n\nUser (Bob): I am Bob.\n\nAssistant: Oh.\n\nAssistant:",
			"\nUser:|\nUser (|\nSystem:",
		},
		"parts": {
			`{"role":"user","content":[{"type":"text","text":"One"},{"type":"text","text":"Two"}]},{"role":"assistant","content":[{"type":"text","text":"No"},{"type":"refusal","refusal":"Never"}]}`,
			"User: One\nTwo\n\nAssistant: No\nNever\n\nAssistant:",
			"\nUser:|\nSystem:",
		},
		"a refusal": {
			`{"role":"user","content":"Do it"},{"role":"assistant","content":null,"refusal":"No."}`,
			"User: Do it\n\nAssistant: No.\n\nAssistant:",
			"\nUser:|\nSystem:",
		},
		"tools of another model": {
			`{"role":"user","content":"Weather?"},` +
				`{"role":"assistant","content":"I look.","tool_calls":[{"id":"1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Rom\"}"}},{"id":"2","type":"custom","custom":{"name":"run","input":"ls"}}]},` +
				`{"role":"tool","tool_call_id":"1","content":"Sun"},{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}},{"role":"function","name":"f","content":"1"}`,
			"User: Weather?\n\nAssistant: I look.\n\nTool call (weather): {\"city\":\"Rom\"}\n\nTool call (run): ls\n\nTool result: Sun\n\nTool call (f): {}\n\nTool result (f): 1\n\nAssistant:",
			"\nUser:|\nTool |\nSystem:",
		},
		"a tool's result alone": {
			`{"role":"tool","content":"Sun"}`,
			"Tool result: Sun\n\nAssistant:",
			"\nUser:|\nTool |\nSystem:",
		},
		"a call alone": {
			`{"role":"assistant","tool_calls":[{"type":"function","function":{"name":"f","arguments":"{}"}}]}`,
			"Tool call (f): {}\n\nAssistant:",
			"\nUser:|\nTool |\nSystem:",
		},
		"an assistant without words": {
			`{"role":"user","content":"Hi"},{"role":"assistant","content":""},{"role":"assistant"}`,
			"User: Hi\n\nAssistant:",
			"\nUser:|\nSystem:",
		},
		"an empty message is a turn": {
			`{"role":"user","content":""}`,
			"User: \n\nAssistant:",
			"\nUser:|\nSystem:",
		},
		"escapes": {
			`{"role":"user","name":"\"","content":"\ud83d\ude00 \"x\" \\ \u00e9\n"}`,
			"User (\"): 😀 \"x\" \\ é\n\n\nAssistant:",
			"\nUser:|\nUser (|\nSystem:",
		},
	} {
		t.Run(name, func(t *testing.T) {
			sent, refusal := prompt.Translator{}.Request(ask(`{"messages":[` + c.messages + `]}`))
			if refusal != nil {
				t.Fatal(refusal)
			}
			if got := gjson.GetBytes(sent.Body, "prompt").Str; got != c.prompt {
				t.Errorf("the prompt is\n%q\nwant\n%q", got, c.prompt)
			}
			var stop []string
			for _, s := range gjson.GetBytes(sent.Body, "stop").Array() {
				stop = append(stop, s.Str)
			}
			if got := strings.Join(stop, "|"); got != c.stop {
				t.Errorf("the stop sequences are %q, want %q", got, c.stop)
			}
		})
	}
}

func TestStringsAreMovedAsTheyWereWritten(t *testing.T) {
	sent, refusal := prompt.Translator{}.Request(ask(`{"messages":[{"role":"user","content":"\u0041\/\ud83d\ude00"}]}`))
	if refusal != nil {
		t.Fatal(refusal)
	}
	if want := `"User: \u0041\/\ud83d\ude00\n\nAssistant:"`; gjson.GetBytes(sent.Body, "prompt").Raw != want {
		t.Errorf("the prompt is %s", sent.Body)
	}
}

func TestWhatIsNoTextIsRefusedOrLeftOut(t *testing.T) {
	for messages, param := range map[string]string{
		`{"role":"user","content":[{"type":"text","text":"See:"},{"type":"image_url","image_url":{"url":"data:"}}]}`: "messages[0].content[1]",
		`{"role":"user","content":[{"type":"input_audio","input_audio":{}},{"type":"text","text":"See:"}]}`:          "messages[0].content[0]",
		`{"role":"user","content":[{"type":"file","file":{}},{"type":"text","text":"See:"}]}`:                        "messages[0].content[0]",
		`{"role":"user","content":[{"type":"thinking","text":"Hm"},{"type":"text","text":"See:"}]}`:                  "messages[0].content[0]",
		`{"role":"user","content":[1,{"type":"text","text":"See:"}]}`:                                                "messages[0].content[0]",
		`{"role":"user","content":"See:"},{"role":"assistant","audio":{"id":"audio_1"}}`:                             "messages[1].audio",
	} {
		a := ask(`{"messages":[` + messages + `]}`)
		if _, refusal := (prompt.Translator{}).Request(a); refusal == nil || refusal.Status != 400 || refusal.Param != param {
			t.Errorf("%s: the error is %v", messages, refusal)
		}
		a.DropParams = true
		sent, refusal := prompt.Translator{}.Request(a)
		if got := gjson.GetBytes(sent.Body, "prompt").Str; refusal != nil || got != "User: See:\n\nAssistant:" {
			t.Errorf("%s: %v, the prompt is %q", messages, refusal, got)
		}
	}
}
