package routing

import (
	"encoding/json"
	"maps"
	"net/http"
	"time"

	"github.com/azproc/azproc/azure"
)

// information is what clients may know of a deployment, in the words of LiteLLM's
// GET /model/info, as JSON. No credential and no header is in it.
type information struct {
	group, model, id string
	told             []byte // an element of /model/info
	base             string // the URL of its resource
}

// informed makes what clients may know of a deployment of the model list.
func informed(d *Deployment) information {
	e := &d.Target.Endpoint
	i := information{group: d.Group, model: d.Model, id: d.Name, base: e.Scheme + "://" + e.Authority() + e.Prefix}
	params := map[string]any{"model": d.Model, "api_base": i.base}
	if d.Target.Version != "" {
		params["api_version"] = d.Target.Version
	}
	for name, limit := range map[string]int64{"rpm": d.RPM, "tpm": d.TPM} {
		if limit > 0 {
			params[name] = limit
		}
	}
	info := map[string]any{}
	if d.BaseModel != "" {
		info["base_model"] = d.BaseModel
	}
	for _, p := range d.Prices {
		if number := json.Number(p.Text); json.Valid([]byte(p.Text)) {
			info[p.Field] = number
		}
	}
	maps.Copy(info, d.Info)
	info["id"] = d.Name
	i.told = inJSON(map[string]any{"model_name": d.Group, "litellm_params": params, "model_info": info})
	return i
}

// inJSON is a value of maps, texts and numbers as JSON: nothing of it can fail.
func inJSON(v any) []byte {
	b, _ := json.Marshal(v) //nolint:errchkjson // see above
	return b
}

// Information is the answer to LiteLLM's GET /model/info: what stands behind each
// model, in the file's order. id, unless it is "", asks for one deployment. may says
// whose groups the caller may know of; nil is all.
func (t *Table) Information(id string, may func(group string) bool) ([]byte, *azure.Error) {
	b := []byte(`{"data":[`)
	found := false
	for _, i := range t.information {
		if id != "" && id != i.id || may != nil && !may(i.group) {
			continue
		}
		if found {
			b = append(b, ',')
		}
		b, found = append(b, i.told...), true
	}
	if id != "" && !found {
		return nil, &azure.Error{
			Status: http.StatusBadRequest, Type: "invalid_request_error", Code: "model_not_found", Param: "litellm_model_id",
			Message: "There is no deployment of the id " + id + ": model_info.id of /model/info names them.",
		}
	}
	return append(b, "]}"...), nil
}

// Health is the answer to LiteLLM's GET /health, of what is known: nobody is asked. A
// deployment is unhealthy while it cools down or its credential cannot be had. model,
// unless it is "", asks for one model alone, by its group or as litellm_params.model
// says it. may is as for Information.
func (t *Table) Health(model string, may func(group string) bool) []byte {
	well, ill := []any{}, []any{}
	now := t.fleet.now()
	for n, i := range t.information {
		if model != "" && model != i.group && model != i.model || may != nil && !may(i.group) {
			continue
		}
		one := map[string]any{"model": i.model, "api_base": i.base, "model_id": i.id, "model_name": i.group}
		d := t.Deployments[n]
		fault, until, cooling := d.member.cooldown.at(now)
		switch {
		case d.Credential.Ready() != nil:
			one["error"] = "its credential cannot be had" // the admin port says why
		case cooling:
			one["error"] = "cooling down until " + until.UTC().Format(time.RFC3339) + ": " + fault.String()
		default:
			well = append(well, one)
			continue
		}
		ill = append(ill, one)
	}
	return inJSON(map[string]any{
		"healthy_endpoints": well, "unhealthy_endpoints": ill, "healthy_count": len(well), "unhealthy_count": len(ill),
	})
}
