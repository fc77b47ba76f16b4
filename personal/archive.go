package personal

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"time"

	"pavilion/internal/phrase"
)

// Described is a Record with its sentence in a language. Numbers of its rows are json.Number, because ids have 64 bits.
type Described struct {
	Name  string           `json:"name"`
	About string           `json:"about"`
	Rows  []map[string]any `json:"rows"`
}

// Describe puts the sentences of a language beside the records.
func (e Export) Describe(in *phrase.Speaker) ([]Described, error) {
	list := make([]Described, 0, len(e.Records))
	for _, r := range e.Records {
		d := Described{Name: r.Name, About: in.Say("personal.about." + r.Name)}
		for _, row := range r.Rows {
			values := map[string]any{}
			decoder := json.NewDecoder(bytes.NewReader(row))
			decoder.UseNumber()
			if err := decoder.Decode(&values); err != nil {
				return nil, fmt.Errorf("export %s: %w", r.Name, err)
			}
			d.Rows = append(d.Rows, values)
		}
		list = append(list, d)
	}
	return list, nil
}

// Write writes an export as indented JSON, with the sentences of a language.
func (e Export) Write(w io.Writer, in *phrase.Speaker) error {
	records, err := e.Describe(in)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(struct {
		Person  int64       `json:"person"`
		MadeAt  time.Time   `json:"made_at"`
		Records []Described `json:"records"`
	}{e.Person, e.MadeAt, records}); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	return nil
}

//go:embed archive.html
var pageText string

// WriteArchive writes an export as a ZIP file: a page for people and the same data as JSON for programs.
func (e Export) WriteArchive(w io.Writer, in *phrase.Speaker) error {
	page, err := template.New("page").Parse(pageText)
	if err != nil {
		return fmt.Errorf("write archive: %w", err)
	}
	archive := zip.NewWriter(w)
	add := func(name string, write func(w io.Writer) error) {
		if err != nil {
			return
		}
		var file io.Writer
		if file, err = archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: e.MadeAt}); err == nil {
			err = write(file)
		}
	}
	add("my-data.html", func(w io.Writer) error { return e.writePage(w, page, in) })
	add("my-data.json", func(w io.Writer) error { return e.Write(w, in) })
	if err == nil {
		err = archive.Close()
	}
	if err != nil {
		return fmt.Errorf("write archive: %w", err)
	}
	return nil
}

// fieldLine is a value of a row, as the page has it.
type fieldLine struct{ Name, Value string }

// pageSection is a record on the page.
type pageSection struct {
	About string
	Rows  [][]fieldLine
}

func (e Export) writePage(w io.Writer, page *template.Template, in *phrase.Speaker) error {
	records, err := e.Describe(in)
	if err != nil {
		return err
	}
	content := struct {
		Language, Title, Intro, Nothing string
		Sections                        []pageSection
	}{in.Language(), in.Say("personal.title"), in.Say("personal.page_intro", e.MadeAt.Format("2006-01-02 15:04")), in.Say("personal.nothing"), nil}
	for _, r := range records {
		section := pageSection{About: r.About}
		for _, row := range r.Rows {
			var lines []fieldLine
			for _, name := range slices.Sorted(maps.Keys(row)) {
				if text := valueText(row[name]); text != "" {
					lines = append(lines, fieldLine{name, text})
				}
			}
			section.Rows = append(section.Rows, lines)
		}
		content.Sections = append(content.Sections, section)
	}
	return page.Execute(w, content)
}

// valueText writes a value for people; empty for values that say nothing.
func valueText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case json.Number:
		return v.String()
	case []any:
		if len(v) == 0 {
			return ""
		}
	case map[string]any:
		if len(v) == 0 {
			return ""
		}
	}
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(text)
}
