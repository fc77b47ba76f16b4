package web

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// coverage is the operations that answered a test with success.
type coverage struct{ seen sync.Map }

func (c *coverage) missing() (names []string) {
	for _, o := range operations() {
		if _, ok := c.seen.Load(o.name); !ok {
			names = append(names, o.name)
		}
	}
	return names
}

type operationPath struct {
	name, method string
	path         *regexp.Regexp
}

// operations are what the description describes.
var operations = sync.OnceValue(func() []operationPath { //nolint:gochecknoglobals // read once
	text, err := os.ReadFile("testdata/openapi.json")
	if err != nil {
		panic(err)
	}
	var spec struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(text, &spec); err != nil {
		panic(err)
	}
	var all []operationPath
	name := regexp.MustCompile(`\{[a-z]+\}`)
	for _, path := range slices.Sorted(maps.Keys(spec.Paths)) {
		for method := range spec.Paths[path] {
			method = strings.ToUpper(method)
			all = append(all, operationPath{method + " " + path, method, regexp.MustCompile("^" + name.ReplaceAllString(strings.ReplaceAll(path, ".", `\.`), "[^/]+") + "$")})
		}
	}
	return all
})

// operation finds what a request asks for.
func operation(method, path string) (name string, ok bool) {
	path, _, _ = strings.Cut(path, "?")
	var found []string
	for _, o := range operations() {
		if o.method == method && o.path.MatchString(path) {
			found = append(found, o.name)
		}
	}
	if len(found) == 0 {
		return "", false
	}
	return slices.MinFunc(found, func(a, b string) int { return strings.Count(a, "{") - strings.Count(b, "{") }), true
}
