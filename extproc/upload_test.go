package extproc

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/routing"
)

const balancedFile = testFile + `  - model_name: batch
    litellm_params: {model: azure/gpt-4o-batch, api_base: "https://b.openai.azure.com", api_key: k}
    model_info: {mode: batch}
litellm_settings: {enable_loadbalancing_on_batch_endpoints: true}
`

// uploaded plays an upload in pieces of a size and gives the path, the body that
// goes upstream, and the status of azproc's own answer, 0 for none.
func uploaded(t *testing.T, s *Server, form string, size int) (path, body string, status int) {
	t.Helper()
	messages := []proto.Message{headersRequest(false, ":method", "POST", ":path", "/v1/files", "content-type", "multipart/form-data; boundary=b", "content-length", "1", "authorization", "Bearer sk-client")}
	for len(form) > size {
		messages = append(messages, bodyRequest([]byte(form[:size]), false))
		form = form[size:]
	}
	answers, _ := play(t, s, append(messages, bodyRequest([]byte(form), true))...)
	for _, a := range answers {
		status = max(status, int(a.GetImmediateResponse().GetStatus().GetCode()))
		if h := a.GetRequestHeaders(); h != nil {
			path = headersOf(h.GetResponse())[":path"]
		}
		body += string(a.GetRequestBody().GetResponse().GetBodyMutation().GetStreamedResponse().GetBody())
	}
	return path, body, status
}

func formOf(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		name, value, _ := strings.Cut(p, "=")
		file := ""
		if name == "file" {
			file = `; filename="f.jsonl"`
		}
		b.WriteString("--b\r\nContent-Disposition: form-data; name=\"" + name + "\"" + file + "\r\n\r\n" + value + "\r\n")
	}
	return b.String() + "--b--\r\n"
}

func batchLine(model string) string {
	return `{"custom_id":"1","body":{"model":"` + model + `"}}` + "\n"
}

func TestABatchsFileGoesToOneDeploymentWithItsNameOnEveryLine(t *testing.T) {
	for name, form := range map[string]string{
		"the purpose first": "purpose=batch file=L",
		"the file first":    "file=L purpose=batch",
		"with selectors":    "custom_llm_provider=azure purpose=batch file=L target_model_names=batch",
	} {
		parts := strings.Fields(form)
		want := []string{}
		for i, p := range parts {
			if p == "file=L" {
				parts[i] = "file=" + batchLine("batch") + batchLine("batch")
				want = append(want, "file="+batchLine("gpt-4o-batch")+batchLine("gpt-4o-batch"))
			} else if strings.HasPrefix(p, "purpose") {
				want = append(want, p)
			}
		}
		for _, size := range []int{1, 7, 50, 1 << 20} {
			s, _ := serverOf(t, balancedFile)
			path, body, status := uploaded(t, s, formOf(parts...), size)
			if path != "/openai/v1/files" || status != 0 || body != formOf(want...) {
				t.Errorf("%s in pieces of %d: %d %s\n%q\n%q", name, size, status, path, body, formOf(want...))
			}
		}
	}
}

func TestABadLineIsRefusedByItsNumberBeforeAnythingIsSent(t *testing.T) {
	s, seen := serverOf(t, balancedFile)
	_, body, status := uploaded(t, s, formOf("purpose=batch", "file="+batchLine("batch")+"not JSON\n"), 1<<20)
	if status != 400 || body != "" || !strings.Contains(seen.refused[0].Message, "Line 2") {
		t.Errorf("%d, sent %q, %v", status, body, seen.refused)
	}
	if n := inFlight(s); n != 0 {
		t.Errorf("%d in flight", n)
	}
}

func TestABatchsFileGoesWhereThereIsRoomAndToDeploymentsForBatchesAlone(t *testing.T) {
	const file = testFile + `  - model_name: batch
    litellm_params: {model: azure/chats, api_base: "https://b.openai.azure.com", api_key: k}
  - model_name: batch
    litellm_params: {model: azure/first, api_base: "https://c.openai.azure.com", api_key: k, rpm: 1}
    model_info: {mode: batch}
  - model_name: batch
    litellm_params: {model: azure/second, api_base: "https://d.openai.azure.com", api_key: k, rpm: 2}
    model_info: {mode: batch}
litellm_settings: {enable_loadbalancing_on_batch_endpoints: true}
`
	s, seen := serverOf(t, file)
	names := map[string]int{}
	for range 5 {
		_, body, status := uploaded(t, s, formOf("purpose=batch", "file="+batchLine("batch")), 1<<20)
		for _, name := range []string{"chats", "first", "second"} {
			if strings.Contains(body, `"`+name+`"`) {
				names[name]++
			}
		}
		if status != 0 {
			names[fmt.Sprint(status)]++
		}
	}
	if want := map[string]int{"first": 1, "second": 2, "429": 2}; !maps.Equal(names, want) {
		t.Errorf("%v, want %v: %v", names, want, seen.refused)
	}
}

func TestAFileWhoseOwnLengthWasTakenAwayHasNoOtherLengthEither(t *testing.T) {
	form := strings.Replace(formOf("purpose=fine-tune", "file=abcd"), `"f.jsonl"`+"\r\n", `"f.jsonl"`+"\r\nContent-Length: 4\r\n", 1)
	s, _ := newServer(t, nil)
	answers, _ := play(t, s, headersRequest(false, ":method", "POST", ":path", "/v1/files", "content-type", "multipart/form-data; boundary=b", "content-length", strconv.Itoa(len(form)), "authorization", "Bearer sk-client"), bodyRequest([]byte(form), true))
	for _, a := range answers {
		if h := a.GetRequestHeaders(); h != nil && !slices.Contains(h.GetResponse().GetHeaderMutation().GetRemoveHeaders(), "content-length") {
			t.Errorf("%v", h)
		}
	}
	if len(answers) < 3 {
		t.Errorf("%v", answers)
	}
}

func TestAFileOfAnotherPurposePassesAsItIs(t *testing.T) {
	tuning := "file=" + `{"messages":[]}` + "\n"
	for name, file := range map[string]string{"balanced": balancedFile, "not balanced": testFile} {
		for _, form := range []string{formOf("purpose=fine-tune", tuning), formOf(tuning, "purpose=fine-tune"), formOf("purpose=batch", "file="+batchLine("gpt-4o-of-azure"))} {
			for _, size := range []int{3, 1 << 20} {
				s, _ := serverOf(t, file)
				if path, body, status := uploaded(t, s, form, size); status != 0 || body != form || path != "/openai/files?api-version=2024-10-21" {
					t.Errorf("%s: %d %s %q, want %q", name, status, path, body, form)
				}
			}
		}
	}
}

// serverOf is newServer for another file.
func serverOf(t *testing.T, file string) (*Server, *observed) {
	t.Helper()
	s, seen := newServer(t, nil)
	snap, report := config.Parse("test.yaml", []byte(file), config.Options{Getenv: func(string) (string, bool) { return "", false }})
	if snap == nil {
		t.Fatal(report.Diagnostics)
	}
	s.Use(routing.New(snap, func(config.Credential) routing.Credential { return credential{} }, routing.NewFleet(fleetObserver{}, nil), nil), keys{"sk-client"})
	return s, seen
}
