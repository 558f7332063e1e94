package fakeazure

import (
	"slices"
	"strconv"
)

// listing is how one operation lists.
type listing struct {
	usual, most int  // of limit
	ascending   bool // unless order says otherwise
}

var ordinary = listing{usual: 20, most: 100}

// pageOf is one page of what there is: newest first, behind the cursor `after`,
// no more than `limit`. It has what keep lets through, in the shape of show.
func pageOf[T any](c *call, all *collection[T], how listing, keep func(T) bool, show func(T) object) (object, *failure) {
	query := c.r.URL.Query()
	limit, wrong := how.limit(query.Get("limit"))
	if wrong != nil {
		return nil, wrong
	}
	ascending := how.ascending
	switch order := query.Get("order"); order {
	case "":
	case "asc", "desc":
		ascending = order == "asc"
	default:
		return nil, invalid("order", "invalid_value", "Invalid value: '%s'. Supported values are: 'asc' and 'desc'.", order)
	}
	ids := slices.Clone(all.order)
	if !ascending {
		slices.Reverse(ids)
	}
	for _, cursor := range []string{"after", "before"} {
		id := query.Get(cursor)
		if id == "" {
			continue
		}
		at := slices.Index(ids, id)
		switch {
		case at < 0: // of another resource, or of nobody
			return nil, c.noSuch("object", id)
		case cursor == "after":
			ids = ids[at+1:]
		default:
			ids = ids[:at]
		}
	}
	return cutPage(ids, all, limit, keep, show), nil
}

func cutPage[T any](ids []string, all *collection[T], limit int, keep func(T) bool, show func(T) object) object {
	page := object{"object": "list", "first_id": nil, "last_id": nil, "has_more": false}
	data := []object{}
	for _, id := range ids {
		one, ok := all.byID[id]
		if !ok || (keep != nil && !keep(one)) {
			continue
		}
		if len(data) == limit {
			page["has_more"] = true
			break
		}
		if len(data) == 0 {
			page["first_id"] = id
		}
		page["last_id"] = id
		data = append(data, show(one))
	}
	page["data"] = data
	return page
}

func (how listing) limit(text string) (int, *failure) {
	if text == "" {
		return how.usual, nil
	}
	n, err := strconv.Atoi(text)
	switch {
	case err != nil:
		return 0, invalid("limit", "invalid_type", "Invalid type for 'limit': expected an integer.")
	case n < 1:
		return 0, invalid("limit", "integer_below_min_value", "Invalid 'limit': integer below minimum value. Expected a value >= 1, but got %d instead.", n)
	case n > how.most:
		return 0, invalid("limit", "integer_above_max_value", "Invalid 'limit': integer above maximum value. Expected a value <= %d, but got %d instead.", how.most, n)
	}
	return n, nil
}
