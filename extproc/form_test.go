package extproc

import (
	"bytes"
	"testing"

	"google.golang.org/protobuf/proto"
)

const formType = "multipart/form-data; boundary=B"

// formBody is a form with the model before or after a file of n bytes.
func formBody(model string, n int, modelLast bool) []byte {
	m := "--B\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n" + model + "\r\n"
	f := "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n" + string(bytes.Repeat([]byte{0, 1, '-', '\r', '\n'}, n/5)) + "\r\n"
	if modelLast {
		return []byte(f + m + "--B--\r\n")
	}
	return []byte(m + f + "--B--\r\n")
}

// pieces cuts a body into messages of n bytes; the last one ends it.
func pieces(body []byte, n int) []proto.Message {
	var ms []proto.Message
	for len(body) > n {
		ms = append(ms, bodyRequest(body[:n], false))
		body = body[n:]
	}
	return append(ms, bodyRequest(body, true))
}

func TestFormIsStreamedThroughWithOnlyItsModelChanged(t *testing.T) {
	for _, modelLast := range []bool{false, true} {
		for _, size := range []int{50, 3 * spoolMemory} {
			for _, piece := range []int{64 << 10, 1 << 20, 8 << 20} {
				s, _ := newServer(t, nil)
				body := formBody("chat-v1", size, modelLast)
				send := append([]proto.Message{headersRequest(false, ":method", "POST", ":path", "/v1/audio/transcriptions", "content-type", formType, "content-length", contentLength(int64(len(body))), "api-key", "sk-client")}, pieces(body, piece)...)
				answers, err := play(t, s, send...)
				if err != nil {
					t.Fatal(err)
				}
				if answers[0].GetModeOverride() == nil || answers[0].Response != nil {
					t.Fatalf("first answer must be the mode alone: %v", answers[0])
				}
				want := formBody("gpt-4o-v1", size, modelLast)
				h := headersOf(answers[1].GetRequestHeaders().GetResponse())
				if h["content-length"] != contentLength(int64(len(want))) {
					t.Errorf("content-length %s, want %d", h["content-length"], len(want))
				}
				var got []byte
				ended := false
				for _, a := range answers[2:] {
					c := a.GetRequestBody().GetResponse().GetBodyMutation().GetStreamedResponse()
					if ended {
						t.Error("a piece after the end")
					}
					got = append(got, c.GetBody()...)
					ended = c.GetEndOfStream()
				}
				if !ended || !bytes.Equal(got, want) {
					t.Errorf("model last %v, %d bytes in pieces of %d: ended %v, %d bytes", modelLast, size, piece, ended, len(got))
				}
			}
		}
	}
}

func TestFormForADeploymentNamedInThePathNeverComesHere(t *testing.T) {
	s, _ := newServer(t, nil)
	answers, err := play(t, s, headersRequest(false, ":method", "POST", ":path", "/openai/deployments/chat/audio/transcriptions?api-version=2024-10-21", "content-type", formType, "api-key", "sk-client"))
	if err != nil || len(answers) != 1 {
		t.Fatalf("%d answers, error %v", len(answers), err)
	}
	h := headersOf(answers[0].GetRequestHeaders().GetResponse())
	if want := "/openai/deployments/gpt-4o-prod/audio/transcriptions?api-version=2024-10-21"; h[":path"] != want || answers[0].ModeOverride != nil {
		t.Errorf("answer %v", answers[0])
	}
}

func TestFormThatIsCutShortIsRefused(t *testing.T) {
	s, seen := newServer(t, nil)
	body := formBody("chat", 50, true)
	if _, err := play(t, s, post("/v1/audio/transcriptions", formType), bodyRequest(body[:40], true)); err != nil {
		t.Fatal(err)
	}
	if len(seen.refused) != 1 || seen.refused[0].Status != 400 {
		t.Errorf("observed %v", seen.refused)
	}
}

func TestAModelThatOnlyThePathNamesIsAddedToTheForm(t *testing.T) {
	s, _ := newServer(t, nil)
	const body = "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nDATA\r\n--B--\r\n"
	const want = "--B\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\ngpt-4o-v1\r\n" + body
	answers, err := play(t, s, headersRequest(false, ":method", "POST", ":path", "/openai/deployments/chat-v1/audio/transcriptions", "content-type", formType, "content-length", contentLength(int64(len(body))), "api-key", "sk-client"), bodyRequest([]byte(body), true))
	if err != nil || len(answers) != 3 {
		t.Fatalf("%d answers, error %v", len(answers), err)
	}
	if got := headersOf(answers[1].GetRequestHeaders().GetResponse())["content-length"]; got != contentLength(int64(len(want))) {
		t.Errorf("content-length %s", got)
	}
	if got := string(answers[2].GetRequestBody().GetResponse().GetBodyMutation().GetStreamedResponse().GetBody()); got != want {
		t.Errorf("%q", got)
	}
}
