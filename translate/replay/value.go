package replay

import "github.com/tidwall/gjson"

// members calls f with every member of an object, in order; nothing else has any.
func members(object gjson.Result, f func(key, value gjson.Result)) {
	if !object.IsObject() {
		return
	}
	object.ForEach(func(key, value gjson.Result) bool {
		f(key, value)
		return true
	})
}

// objects calls f with every object of a list and its place; nothing else has any.
func objects(list gjson.Result, f func(at int, object gjson.Result)) {
	if !list.IsArray() {
		return
	}
	at := 0
	list.ForEach(func(_, v gjson.Result) bool {
		if v.IsObject() {
			f(at, v)
		}
		at++
		return true
	})
}

// member appends a member of an object behind another one.
func member(dst []byte, key, value gjson.Result) []byte {
	dst = append(dst, ',')
	dst = append(dst, key.Raw...)
	dst = append(dst, ':')
	return append(dst, value.Raw...)
}

// said is whether a value is there and says something.
func said(v gjson.Result) bool { return v.Exists() && v.Type != gjson.Null && v.Raw != `""` }

// inner is a JSON string without its quotes.
func inner(quoted string) string { return quoted[1 : len(quoted)-1] }

// orEmpty is a string as it stands, or one of nothing.
func orEmpty(v gjson.Result) string {
	if v.Type != gjson.String {
		return `""`
	}
	return v.Raw
}
