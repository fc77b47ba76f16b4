package web

import (
	"encoding/json"
	"errors"
	"testing"
)

func TestBodies_ARepeatedNameAndNullAreFoundAtAnyDepth(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]error{
		`{}`:                                     nil,
		`[]`:                                     nil,
		`"a"`:                                    nil,
		`{"a":1,"b":[{"a":2},{"a":"a"}],"c":-1}`: nil,
		`{"a":"b","b":"a"}`:                      nil,
		`{"a":["b","b",true,false,1e5]}`:         nil,
		`{"a":"null, \"a\":{[","b":"\\"}`:        nil,
		`{"a":1,"a":2}`:                          errDuplicateName,
		`{"a":1,"\u0061":2}`:                     errDuplicateName,
		`{"\"":1,"\"":2}`:                        errDuplicateName,
		`[{"a":{"b":[1],"b":[2]}}]`:              errDuplicateName,
		`{"a":{"a":1},"b":2,"a":3}`:              errDuplicateName,
		`null`:                                   errNull,
		`[1,null]`:                               errNull,
		`{"n":{"a":null}}`:                       errNull,
	} {
		var v any
		if err := unmarshalStrict([]byte(body), &v); !errors.Is(err, want) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func FuzzCheckTokens(f *testing.F) {
	f.Add([]byte(`{"a\"":[1,{"b":"\u0041"}],"c":true}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if !json.Valid(data) {
			return // bodies are valid when they are checked
		}
		if err := checkTokens(data); err != nil && !errors.Is(err, errNull) && !errors.Is(err, errDuplicateName) {
			t.Errorf("%q: %v", data, err)
		}
	})
}
