package caller

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
)

// Coverage collects the operations that are described, and those that answered with success.
type Coverage struct {
	described sync.Map
	succeeded sync.Map

	mu   sync.Mutex
	text []byte // of last
	last *description
}

// description is an API's description, compiled.
type description struct {
	validator  validator.Validator
	operations []operation
}

// describe compiles a description, and notes its operations. It compiles the text of the last call only once, because that takes longer than most tests.
func (c *Coverage) describe(text []byte) (*description, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last != nil && bytes.Equal(text, c.text) {
		return c.last, nil
	}
	document, err := libopenapi.NewDocument(text)
	if err != nil {
		return nil, err
	}
	d := &description{}
	var errs []error
	if d.validator, errs = validator.NewValidator(document); len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	if d.operations, err = operations(text); err != nil {
		return nil, err
	}
	for _, o := range d.operations {
		c.described.Store(o.name, true)
	}
	c.text, c.last = text, d
	return d, nil
}

func (c *Coverage) record(name string) { c.succeeded.Store(name, true) }

// Missing lists the described operations that no test has seen succeed, except those whose path begins with one of the prefixes.
func (c *Coverage) Missing(except ...string) []string {
	var names []string
	c.described.Range(func(key, _ any) bool {
		name, _ := key.(string)
		_, path, _ := strings.Cut(name, " ")
		_, ok := c.succeeded.Load(name)
		if !ok && !slices.ContainsFunc(except, func(prefix string) bool { return strings.HasPrefix(path, prefix) }) {
			names = append(names, name)
		}
		return true
	})
	slices.Sort(names)
	return names
}

// operation is one of a description.
type operation struct {
	name   string // method and path
	method string
	path   *regexp.Regexp
}

// operations reads those of a description.
func operations(description []byte) ([]operation, error) {
	var spec struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(description, &spec); err != nil {
		return nil, err
	}
	var all []operation
	parameter := regexp.MustCompile(`\{[a-z]+\}`)
	for _, path := range slices.Sorted(maps.Keys(spec.Paths)) {
		for method := range spec.Paths[path] {
			method = strings.ToUpper(method)
			all = append(all, operation{method + " " + path, method, regexp.MustCompile("^" + parameter.ReplaceAllString(strings.ReplaceAll(path, ".", `\.`), "[^/]+") + "$")})
		}
	}
	return all, nil
}

// find returns the operation that a request asks for; of several the one with fewest parameters.
func find(all []operation, method, path string) (name string, ok bool) {
	path, _, _ = strings.Cut(path, "?")
	var found []string
	for _, o := range all {
		if o.method == method && o.path.MatchString(path) {
			found = append(found, o.name)
		}
	}
	if len(found) == 0 {
		return "", false
	}
	return slices.MinFunc(found, func(a, b string) int { return strings.Count(a, "{") - strings.Count(b, "{") }), true
}
