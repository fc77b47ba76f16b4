package telegram

import (
	"reflect"
	"strings"

	"github.com/gotd/td/telegram/message/entity"
	"github.com/gotd/td/tg"
)

const ellipsis = "…"

// cutCaption shortens a caption to maxCaption. It cuts at the end of a line, a sentence or a word if one ends in the last third.
func cutCaption(text string, entities []tg.MessageEntityClass) (string, []tg.MessageEntityClass) {
	if entity.ComputeLength(text) <= maxCaption {
		return text, entities
	}
	head := strings.TrimSuffix(cutText(text, maxCaption), ellipsis)
	cut := len(head)
	for _, end := range []string{"\n", ". ", "। ", " "} {
		if i := strings.LastIndex(head, end); i > len(head)*2/3 {
			cut = i + len(strings.TrimRight(end, " \n"))
			break
		}
	}
	head = strings.TrimRight(head[:cut], " \n")
	return head + ellipsis, clipEntities(entities, entity.ComputeLength(head))
}

// clipEntities drops formatting after the end and shortens formatting that crosses it.
func clipEntities(entities []tg.MessageEntityClass, end int) []tg.MessageEntityClass {
	var kept []tg.MessageEntityClass
	for _, e := range entities {
		switch {
		case e.GetOffset()+e.GetLength() <= end:
			kept = append(kept, e)
		case e.GetOffset() < end:
			e = moveEntity(e, e.GetOffset(), end-e.GetOffset())
			kept = append(kept, e)
		}
	}
	return kept
}

// moveEntity returns a copy of an entity at another place. It uses reflection: every entity type has the fields, but gotd has no setters for them.
func moveEntity(e tg.MessageEntityClass, offset, length int) tg.MessageEntityClass {
	v := reflect.New(reflect.TypeOf(e).Elem())
	v.Elem().Set(reflect.ValueOf(e).Elem())
	v.Elem().FieldByName("Offset").SetInt(int64(offset))
	v.Elem().FieldByName("Length").SetInt(int64(length))
	moved, _ := reflect.TypeAssert[tg.MessageEntityClass](v)
	return moved
}
