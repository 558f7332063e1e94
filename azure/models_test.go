package azure

import "testing"

func TestModelsAreListedAsOpenAIDoes(t *testing.T) {
	const m = `{"id":"a","object":"model","created":1700000000,"owned_by":"azproc"}`
	if got := string(ModelObject("a")); got != m {
		t.Error(got)
	}
	if got := string(ModelList([]string{"a"})); got != `{"object":"list","data":[`+m+`]}` {
		t.Error(got)
	}
	if got := string(ModelList(nil)); got != `{"object":"list","data":[]}` {
		t.Error(got)
	}
}
