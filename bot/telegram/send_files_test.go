package telegram

import (
	"strings"
	"testing"

	"github.com/gotd/td/telegram/message/entity"
	"github.com/gotd/td/tg"

	"pavilion/filter"
)

func TestOutgoing_TheOriginalCaptionKeepsItsFormatting(t *testing.T) {
	t.Parallel()
	file := filter.File{Media: filter.Media{Caption: "bold 🏏 text", CaptionEntities: packEntities([]tg.MessageEntityClass{&tg.MessageEntityBold{Offset: 0, Length: 4}})}}
	out := Outgoing{File: file, Caption: []CaptionPart{{Text: "🎬 name\n"}, {Original: true}, {Text: "\nend"}}}
	text, entities := out.caption()
	if want := "🎬 name\nbold 🏏 text\nend"; text != want {
		t.Errorf("%q, want %q", text, want)
	}
	if len(entities) != 1 || entities[0].GetOffset() != entity.ComputeLength("🎬 name\n") || entities[0].GetLength() != 4 {
		t.Errorf("%+v", entities)
	}
	out.Caption = nil
	if text, entities := out.caption(); text != file.Media.Caption || len(entities) != 1 || entities[0].GetOffset() != 0 {
		t.Errorf("without a template: %q, %+v", text, entities)
	}
	out.Caption = []CaptionPart{}
	if text, entities := out.caption(); text != "" || len(entities) != 0 {
		t.Errorf("an empty caption: %q, %+v", text, entities)
	}
	out.Caption = []CaptionPart{{Text: strings.Repeat("word ", 300)}, {Original: true}}
	if text, entities := out.caption(); entity.ComputeLength(text) > maxCaption || len(entities) != 0 {
		t.Errorf("a long caption has %d units and %d entities", entity.ComputeLength(text), len(entities))
	}
}
