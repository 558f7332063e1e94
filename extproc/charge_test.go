package extproc

import (
	"testing"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/quota"
	"github.com/azproc/azproc/routing"
)

// priced is what Prices was asked.
type priced struct {
	input, output int64
	on            azure.Terms
}

func (p *priced) Most(_ string, input, output int64, on azure.Terms) int64 {
	*p = priced{input, output, on}
	return 7
}

func TestWhatARequestMayCostDependsOnItsTerms(t *testing.T) {
	doc := func(body string) *azure.Doc {
		d := new(azure.Doc)
		if err := d.Scan([]byte(body)); err != nil {
			t.Fatal(err)
		}
		return d
	}
	budget := &quota.Key{Name: "k", Budget: 1}
	for _, tt := range []struct {
		name string
		key  *quota.Key
		op   *azure.Operation
		doc  *azure.Doc
		cost int64
		want priced
	}{
		{"a chat", budget, azure.OpChat, doc(`{"max_tokens":5,"service_tier":"priority"}`), 7, priced{42, 5, azure.Terms{Tier: "priority"}}},
		{"images", budget, azure.OpImages, doc(`{"n":2,"size":"1024x1024"}`), 7, priced{26, -1, azure.Terms{Images: 2, Width: 1024, Height: 1024}}},
		{"an edit", budget, azure.OpImageEdits, nil, 7, priced{0, -1, azure.Terms{Images: 1}}},
		{"a form whose price is by the second", budget, azure.OpTranscriptions, nil, 0, priced{}},
		{"a key without a budget", &quota.Key{Name: "k", RPM: 1}, azure.OpChat, doc(`{}`), 0, priced{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var asked priced
			s := &stream{key: tt.key, options: &Options{Prices: &asked}}
			if s.about.terms = azure.FormTerms(tt.op); tt.doc != nil {
				s.about.terms = tt.doc.Terms(tt.op)
			}
			if got := s.most(&routing.Request{Op: tt.op, Doc: tt.doc}); got != tt.cost || asked != tt.want {
				t.Errorf("%d for %+v", got, asked)
			}
		})
	}
}
