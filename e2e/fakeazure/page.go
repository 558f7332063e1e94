package fakeazure

import "slices"

// page answers with one page of a list, as its query asks: limit, order, after
// and before. All objects have an id; the oldest is the first of them.
func (c *call) page(all []object) (object, *failure) {
	query := c.r.URL.Query()
	limit, wrong := ordinary.limit(query.Get("limit"))
	if wrong != nil {
		return nil, wrong
	}
	all = slices.Clone(all)
	switch order := query.Get("order"); order {
	case "", "desc":
		slices.Reverse(all)
	case "asc":
	default:
		return nil, invalid("order", "invalid_value", "Invalid value: '%s'. Supported values are: 'asc' and 'desc'.", order)
	}
	for _, cursor := range [...]string{"after", "before"} {
		id := query.Get(cursor)
		if id == "" {
			continue
		}
		at := slices.IndexFunc(all, func(o object) bool { return o["id"] == id })
		switch {
		case at < 0:
			return nil, invalid(cursor, "invalid_value", "Invalid '%s': no item found with id '%s'.", cursor, id)
		case cursor == "after":
			all = all[at+1:]
		default:
			all = all[:at]
		}
	}
	more := len(all) > limit
	if more {
		all = all[:limit]
	}
	return list(all, more), nil
}

// list is a list as the API gives it.
func list(data []object, more bool) object {
	whole := object{"object": "list", "data": data, "first_id": nil, "last_id": nil, "has_more": more}
	if len(data) > 0 {
		whole["first_id"], whole["last_id"] = data[0]["id"], data[len(data)-1]["id"]
	}
	return whole
}

// deleted is what the API says of an object that it has just forgotten.
func deleted(id, kind string) object {
	return object{"id": id, "object": kind, "deleted": true}
}
