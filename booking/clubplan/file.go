package clubplan

import (
	"errors"
	"fmt"
	"strings"

	"github.com/BurntSushi/toml"
)

// file is the first pass of the TOML parser. The tables of lists stay undecoded, because the parser reports the line of the last table for errors in any
// of them. decodeTables then decodes them one by one.
type file struct {
	Plan

	Nets   []toml.Primitive `toml:"net"`
	Hours  []toml.Primitive `toml:"hours"`
	Prices []toml.Primitive `toml:"price"`
}

// Read parses the text of a TOML file. Errors name the line, or only the field if the line is not known.
func Read(text string) (Plan, error) {
	var f file
	meta, err := toml.Decode(text, &f)
	if err != nil {
		if at, ok := errors.AsType[toml.ParseError](err); ok {
			return Plan{}, fmt.Errorf("line %d, %s: %s", at.Position.Line, at.LastKey, at.Message)
		}
		return Plan{}, fmt.Errorf("club file: %w", err)
	}
	p := f.Plan
	if p.Nets, err = decodeTables(meta, text, "net", f.Nets, func(n *Net, at place) { n.place = at }); err != nil {
		return Plan{}, err
	}
	if p.Hours, err = decodeTables(meta, text, "hours", f.Hours, func(h *Hours, at place) { h.place = at }); err != nil {
		return Plan{}, err
	}
	if p.Prices, err = decodeTables(meta, text, "price", f.Prices, func(r *Price, at place) { r.place = at }); err != nil {
		return Plan{}, err
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		names := make([]string, len(unknown))
		for i, key := range unknown {
			names[i] = key.String()
		}
		return Plan{}, fmt.Errorf("there is no such field: %s", strings.Join(names, ", "))
	}
	return p, nil
}

// decodeTables decodes a list of tables and stores in each value its place in the file.
func decodeTables[T any](meta toml.MetaData, text, name string, tables []toml.Primitive, setPlace func(v *T, at place)) ([]T, error) {
	var list []T
	for i, table := range tables {
		var v T
		at := place{text: text, table: name, number: i + 1}
		if err := meta.PrimitiveDecode(table, &v); err != nil {
			if bad, ok := errors.AsType[toml.ParseError](err); ok {
				return nil, at.error(bad.LastKey[strings.LastIndex(bad.LastKey, ".")+1:], errors.New(bad.Message))
			}
			return nil, at.error("", err)
		}
		setPlace(&v, at)
		list = append(list, v)
	}
	return list, nil
}

// place is where a table of a list is in a file. It is zero for a value from a command-line flag.
type place struct {
	text   string
	table  string
	number int // from 1
}

// error prefixes an error with the line and the field.
func (p place) error(field string, err error) error {
	if p.table == "" {
		return err
	}
	name := fmt.Sprintf("%s %d", p.table, p.number)
	if field != "" {
		name += ", " + field
	}
	if line := p.line(field); line > 0 {
		name = fmt.Sprintf("line %d, %s", line, name)
	}
	return fmt.Errorf("%s: %w", name, err)
}

// line returns the line of a field, or of the table's header if the field is missing. It returns 0 for a table without a header, such as an inline
// table.
func (p place) line(field string) int {
	header, seen, number := 0, 0, 0
	for line := range strings.Lines(p.text) {
		number++
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "["):
			if header > 0 {
				return header
			}
			if strings.HasPrefix(line, "[["+p.table+"]]") {
				if seen++; seen == p.number {
					header = number
				}
			}
		case header > 0 && field != "":
			if key, _, _ := strings.Cut(line, "="); strings.TrimSpace(key) == field {
				return number
			}
		}
	}
	return header
}
