package web

import (
	"bytes"
	"encoding/json"
	"errors"
)

var errDuplicateName = errors.New("a name comes twice in one object")

// unmarshalStrict is json.Unmarshal that refuses a repeated name in one object, which two readers could understand differently.
func unmarshalStrict(data []byte, v any) error {
	if err := json.Unmarshal(data, v); err != nil {
		return err
	}
	return checkUniqueNames(data)
}

func checkUniqueNames(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	var open []map[string]bool // the names of each open object; nil for an array
	isName := false            // the next string is a name
	for {
		t, err := d.Token()
		if err != nil {
			return nil //nolint:nilerr // the end; the syntax was checked before
		}
		if s, ok := t.(string); ok && isName {
			top := open[len(open)-1]
			if top[s] {
				return errDuplicateName
			}
			top[s] = true
			isName = false
			continue
		}
		switch t {
		case json.Delim('{'):
			open = append(open, map[string]bool{})
		case json.Delim('['):
			open = append(open, nil)
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		}
		isName = len(open) > 0 && open[len(open)-1] != nil
	}
}
