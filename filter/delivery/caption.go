package delivery

import (
	"slices"
	"strings"
	"unicode/utf8"

	"pavilion/internal/fault"
)

// ErrCaption reports a caption template that is too long, or that names a field that there is not.
var ErrCaption = fault.New(fault.Invalid, "caption_template")

const maxTemplate = 600 // runes

// CaptionFields are the names of the fields of a caption template.
var CaptionFields = []string{FieldName, FieldSize, FieldCaption, FieldChannel, FieldGroup, FieldDate} //nolint:gochecknoglobals // a list of constants

// The fields of a caption template.
const (
	FieldName    = "name"    // of the file
	FieldSize    = "size"    // of the file
	FieldCaption = "caption" // of the post, with its formatting
	FieldChannel = "channel" // title of the channel
	FieldGroup   = "group"   // title of the group that the file is sent to; empty in private
	FieldDate    = "date"    // of the post
)

// CaptionPart is a piece of a caption template: a text, or the name of a field.
type CaptionPart struct{ Text, Field string }

// ParseCaption reads a template such as "{name} · {size}". A doubled brace stands for a brace. An empty template has no parts.
func ParseCaption(template string) ([]CaptionPart, error) {
	if utf8.RuneCountInString(template) > maxTemplate || !utf8.ValidString(template) || strings.ContainsRune(template, 0) {
		return nil, ErrCaption
	}
	var parts []CaptionPart
	var text strings.Builder
	for rest := template; rest != ""; {
		i := strings.IndexAny(rest, "{}")
		if i < 0 {
			text.WriteString(rest)
			break
		}
		text.WriteString(rest[:i])
		rest = rest[i:]
		if strings.HasPrefix(rest, "{{") || strings.HasPrefix(rest, "}}") {
			text.WriteByte(rest[0])
			rest = rest[2:]
			continue
		}
		end := strings.IndexByte(rest, '}')
		if rest[0] == '}' || end < 0 || !slices.Contains(CaptionFields, rest[1:end]) {
			return nil, ErrCaption
		}
		if text.Len() > 0 {
			parts = append(parts, CaptionPart{Text: text.String()})
			text.Reset()
		}
		parts = append(parts, CaptionPart{Field: rest[1:end]})
		rest = rest[end+1:]
	}
	if text.Len() > 0 {
		parts = append(parts, CaptionPart{Text: text.String()})
	}
	return parts, nil
}
