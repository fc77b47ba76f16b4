package clubplan

import (
	"errors"
	"fmt"
	"strings"

	"github.com/BurntSushi/toml"
)

// file is a plan as the TOML parser reads it. It decodes the tables of lists one by one, because the parser gives every table of a list the line of
// the last one.
type file struct {
	Plan

	Nets   []toml.Primitive `toml:"net"`
	Hours  []toml.Primitive `toml:"hours"`
	Prices []toml.Primitive `toml:"price"`
}

// Read reads a plan from the text of a TOML file. Errors name the line, or the field where there is no line.
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

// decodeTables decodes a list of tables and gives each its place in the file.
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

// place is a table of a list in a file; the zero place is a flag.
type place struct {
	text   string
	table  string
	number int // from 1
}

// error puts the line and the field before an error.
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

// line finds the line of a field, or of the table's header where the table does not have the field; 0 for a table without a header of its own.
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
