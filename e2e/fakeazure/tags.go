package fakeazure

import (
	"bytes"
	"regexp"
	"strings"
)

// taggedID finds ids that carry a gateway's tag: no id of Azure's has a ~.
var taggedID = regexp.MustCompile(`(?:^|["/=,])((?:file-|assistant-|batch_|resp_|conv_|msg_|rs_|fc_|asst_|thread_|run_|step_|vs_|vsfb_|upload_|part_|` +
	`ftjob-|ftchkpt-|cntr_|cfile_|video_|eval_|evalrun_|item_|sess_)[0-9A-Za-z_-]{8,}~[0-9A-Za-z_~-]*)`)

// taggedIDs are the ids in the path, the query and the body that the gateway
// has not brought back to what Azure gave.
func (c *call) taggedIDs() []string {
	var found []string
	for _, id := range c.ids {
		if strings.Contains(id, "~") {
			found = append(found, id)
		}
	}
	query := c.r.URL.Query()
	for _, name := range []string{"after", "before", "starting_after"} {
		if strings.Contains(query.Get(name), "~") {
			found = append(found, query.Get(name))
		}
	}
	texts := [][]byte{c.body}
	if len(c.ids) == 0 {
		texts = append(texts, []byte(c.r.URL.Path)) // perhaps of an operation that the fake does not know
	}
	if c.form != nil {
		for _, p := range c.form.parts {
			texts = append(texts, []byte(p.Value))
		}
	}
	for _, text := range texts {
		if bytes.IndexByte(text, '~') < 0 {
			continue
		}
		for _, groups := range taggedID.FindAllSubmatch(text, -1) {
			found = append(found, string(groups[1]))
		}
	}
	return found
}
